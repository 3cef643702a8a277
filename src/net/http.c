/* SPDX-License-Identifier: Apache-2.0
 *
 * The only file that knows libcurl. One multi handle; its sockets and its timer are events of the
 * loop. Completed transfers are reported from one place (report), so a callback can start, cancel
 * or close anything but its own finished call.
 */
#include "net/http.h"

#include "net/buf.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define CONNECT_MS         3000
#define CLOUD_MAX_BYTES    (4u << 20)
#define METADATA_MAX_BYTES (64u << 10)
#define IDLE_CONNECTIONS   16
#define KEPT_SECONDS       50 /* idle connections; AWS closes after about a minute */

struct http_call {
    struct http_call *next, **link; /* all calls of one pool */
    struct pool *pool;
    CURL *easy;
    struct curl_slist *headers;
    struct buf request;
    size_t read_bytes; /* of the request, when it goes out through send_body */
    struct buf body;
    struct http_reply reply;
    http_done *done;
    void *arg;
    bool is_too_large;
    char failure[CURL_ERROR_SIZE];
};

struct pool {
    struct http http; /* first: what the others see */
    struct event_base *base;
    CURLM *multi;
    struct event *timer;
    struct http_call *calls;
    char *ca_bundle, *proxy, *user_agent;
    bool is_reporting; /* callbacks run: closing waits for report to end */
    bool is_closed;
};

static struct pool *pool_of(struct http *http)
{
    return (struct pool *)http;
}

static void drop_call(struct http_call *call)
{
    if (call->easy != NULL) {
        curl_multi_remove_handle(call->pool->multi, call->easy);
        curl_easy_cleanup(call->easy);
    }
    curl_slist_free_all(call->headers);
    buf_free(&call->request);
    buf_free(&call->body);
    if (call->link != NULL) { /* NULL: not in the list yet */
        *call->link = call->next;
        if (call->next != NULL)
            call->next->link = call->link;
    }
    free(call);
}

/* ------------------------------------------------------------------ reply */

static size_t on_body(char *bytes, size_t size, size_t count, void *arg)
{
    struct http_call *call = arg;
    size_t n = size * count;
    call->is_too_large = call->body.len + n > call->body.max;
    buf_add(&call->body, bytes, n);
    return call->body.bad ? 0 : n;
}

static void keep_header(char *dst, size_t cap, const char *value, size_t n)
{
    if (n >= cap)
        return;
    memcpy(dst, value, n);
    dst[n] = '\0';
}

static size_t on_header(char *bytes, size_t size, size_t count, void *arg)
{
    struct http_call *call = arg;
    struct http_reply *r = &call->reply;
    size_t n = size * count;
    const struct {
        const char *name;
        char *dst;
        size_t cap;
    } kept[] = {
        { "date", r->date, sizeof r->date },
        { "etag", r->etag, sizeof r->etag },
        { "x-amzn-requestid", r->request_id, sizeof r->request_id },
        { "x-amzn-errortype", r->error_type, sizeof r->error_type },
        { "x-amzn-errormessage", r->error_message, sizeof r->error_message },
    };
    if (n >= 5 && memcmp(bytes, "HTTP/", 5) == 0)
        *r = (struct http_reply){ 0 }; /* what came before was an interim reply */
    const char *colon = memchr(bytes, ':', n);
    if (colon == NULL)
        return n;
    size_t name = (size_t)(colon - bytes);
    const char *value = colon + 1;
    const char *end = bytes + n;
    while (value < end && (*value == ' ' || *value == '\t'))
        value++;
    while (end > value && (unsigned char)end[-1] <= ' ')
        end--;
    if (name == 3 && strncasecmp(bytes, "age", 3) == 0)
        r->has_age = true;
    for (size_t i = 0; i < COUNT(kept); i++) {
        if (name == strlen(kept[i].name) && strncasecmp(bytes, kept[i].name, name) == 0)
            keep_header(kept[i].dst, kept[i].cap, value, (size_t)(end - value));
    }
    return n;
}

static int err_of(const struct http_call *call, CURLcode code)
{
    switch (code) {
    case CURLE_OK:
        return 0;
    case CURLE_OUT_OF_MEMORY:
        return ERR_NOMEM;
    case CURLE_OPERATION_TIMEDOUT:
        return ERR_TIMEOUT;
    case CURLE_FILESIZE_EXCEEDED:
        return ERR_LIMIT;
    case CURLE_WRITE_ERROR:
        return call->is_too_large ? ERR_LIMIT : ERR_NOMEM;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_UNSUPPORTED_PROTOCOL:
        return ERR_REFUSED;
    default:
        return ERR_UNAVAIL;
    }
}

static void finish(struct http_call *call, CURLcode code)
{
    struct pool *pool = call->pool;
    struct http_reply *r = &call->reply;
    long status = 0;
    long connections = 0;
    curl_off_t pretransfer_us = 0;
    curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(call->easy, CURLINFO_NUM_CONNECTS, &connections);
    curl_easy_getinfo(call->easy, CURLINFO_PRETRANSFER_TIME_T, &pretransfer_us);
    pool->http.connections += (uint64_t)connections;
    r->err = err_of(call, code);
    r->failure = "";
    /* Nothing is sent before the connection and TLS stand. */
    r->was_sent = pretransfer_us > 0;
    if (r->err == 0) {
        r->status = (int)status;
        r->body = buf_text(&call->body);
        r->body_bytes = call->body.len;
    } else {
        pool->http.failures++;
        r->body = "";
        r->failure = call->failure[0] != '\0' ? call->failure : curl_easy_strerror(code);
    }
    /* The handle is gone before the callback runs: it may close the pool. */
    http_done *done = call->done;
    void *arg = call->arg;
    struct http_reply reply = *r;
    char failure[CURL_ERROR_SIZE];
    snprintf(failure, sizeof failure, "%s", r->failure);
    reply.failure = failure;
    struct buf body = call->body;
    call->body = (struct buf){ 0 };
    drop_call(call);
    done(arg, &reply);
    buf_free(&body);
}

/* ------------------------------------------------------------------- loop */

static void free_pool(struct pool *pool)
{
    if (pool->multi != NULL)
        curl_multi_cleanup(pool->multi);
    if (pool->timer != NULL)
        event_free(pool->timer);
    free(pool->ca_bundle);
    free(pool->proxy);
    free(pool->user_agent);
    free(pool);
}

static void report(struct pool *pool)
{
    int left;
    CURLMsg *msg;
    pool->is_reporting = true;
    while (!pool->is_closed && (msg = curl_multi_info_read(pool->multi, &left)) != NULL) {
        struct http_call *call = NULL;
        if (msg->msg != CURLMSG_DONE)
            continue;
        CURLcode code = msg->data.result;
        curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, (char **)&call);
        finish(call, code);
    }
    pool->is_reporting = false;
    if (pool->is_closed)
        free_pool(pool);
}

static void on_socket(evutil_socket_t fd, short what, void *arg)
{
    struct pool *pool = arg;
    int mask = ((what & EV_READ) != 0 ? CURL_CSELECT_IN : 0) |
               ((what & EV_WRITE) != 0 ? CURL_CSELECT_OUT : 0);
    int running;
    curl_multi_socket_action(pool->multi, fd, mask, &running);
    report(pool);
}

static void on_timer(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    struct pool *pool = arg;
    int running;
    curl_multi_socket_action(pool->multi, CURL_SOCKET_TIMEOUT, 0, &running);
    report(pool);
}

static int watch_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *known)
{
    (void)easy;
    struct pool *pool = arg;
    struct event *ev = known;
    if (ev != NULL) {
        event_free(ev);
        curl_multi_assign(pool->multi, fd, NULL);
    }
    if (what == CURL_POLL_REMOVE)
        return 0;
    short flags = (short)(EV_PERSIST | ((what & CURL_POLL_IN) != 0 ? EV_READ : 0) |
                          ((what & CURL_POLL_OUT) != 0 ? EV_WRITE : 0));
    ev = event_new(pool->base, fd, flags, on_socket, pool);
    if (ev == NULL || event_add(ev, NULL) != 0)
        return -1;
    curl_multi_assign(pool->multi, fd, ev);
    return 0;
}

static int set_timer(CURLM *multi, long ms, void *arg)
{
    (void)multi;
    struct pool *pool = arg;
    if (ms < 0)
        return evtimer_del(pool->timer);
    struct timeval tv = { ms / 1000, (ms % 1000) * 1000 };
    return evtimer_add(pool->timer, &tv);
}

/* ---------------------------------------------------------------- request */

/* Is url plain http to an address of 127.0.0.0/8? */
static bool is_loopback(const char *url)
{
    char host[INET_ADDRSTRLEN];
    struct in_addr address;
    size_t n = strncmp(url, "http://", 7) == 0 ? strcspn(url + 7, "/:") : 0;
    if (n == 0 || n >= sizeof host)
        return false;
    memcpy(host, url + 7, n);
    host[n] = '\0';
    return inet_pton(AF_INET, host, &address) == 1 && ntohl(address.s_addr) >> 24 == 127;
}

/* Plain http goes to literal addresses that no router forwards, and nowhere else. */
static bool is_link_local(const char *url)
{
    static const char *const prefixes[] = { "http://169.254.169.254", "http://169.254.170.2",
                                            "http://169.254.170.23",  "http://[fd00:ec2::23]",
                                            "http://[fd00:ec2::254]", "http://[::1]" };
    if (is_loopback(url))
        return strchr(url, '@') == NULL;
    for (size_t i = 0; i < COUNT(prefixes); i++) {
        size_t n = strlen(prefixes[i]);
        if (strncmp(url, prefixes[i], n) == 0 && (url[n] == '\0' || url[n] == '/' || url[n] == ':'))
            return strchr(url, '@') == NULL;
    }
    return false;
}

bool http_may_go(enum http_class class, const char *url)
{
    if (class == HTTP_LINK_LOCAL && is_link_local(url))
        return true;
    return strncmp(url, "https://", 8) == 0;
}

static bool set_security(const struct pool *pool, const struct http_request *req, CURL *easy)
{
    bool is_cloud = req->class == HTTP_CLOUD;
    CURLcode bad = curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, is_cloud ? "https" : "http,https");
    bad |= curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    bad |= curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    bad |= curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    bad |= curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    if (pool->ca_bundle != NULL) {
        bad |= curl_easy_setopt(easy, CURLOPT_CAINFO, pool->ca_bundle);
        bad |= curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    }
#if LIBCURL_VERSION_NUM >= 0x075700
    /* Else what was in the bundle at the first connection counts for a day. */
    bad |= curl_easy_setopt(easy, CURLOPT_CA_CACHE_TIMEOUT, 0L);
#endif
    /* An empty string, unlike NULL, also shuts out what the environment says. */
    bad |=
        curl_easy_setopt(easy, CURLOPT_PROXY, is_cloud && pool->proxy != NULL ? pool->proxy : "");
    bad |= curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
    bad |= curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L); /* the proxy's own */
    bad |= curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    return bad == CURLE_OK;
}

static size_t send_body(char *dst, size_t size, size_t count, void *arg)
{
    struct http_call *call = arg;
    size_t n = call->request.len - call->read_bytes;
    if (n > size * count)
        n = size * count;
    memcpy(dst, buf_text(&call->request) + call->read_bytes, n);
    call->read_bytes += n;
    return n;
}

static int refuse_rewind(void *arg, curl_off_t offset, int origin)
{
    (void)arg;
    (void)offset;
    (void)origin;
    return CURL_SEEKFUNC_FAIL;
}

/* libcurl repeats a request by itself when a kept connection breaks before the first byte of the
 * reply. A body that cannot be rewound stops that. */
static CURLcode set_body(struct http_call *call, const struct http_request *req)
{
    CURL *easy = call->easy;
    buf_add(&call->request, req->body, req->body_bytes);
    CURLcode bad = curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)req->body_bytes);
    if (!req->is_once)
        return bad | curl_easy_setopt(easy, CURLOPT_POSTFIELDS, buf_text(&call->request));
    bad |= curl_easy_setopt(easy, CURLOPT_POST, 1L);
    bad |= curl_easy_setopt(easy, CURLOPT_READFUNCTION, send_body);
    bad |= curl_easy_setopt(easy, CURLOPT_READDATA, call);
    bad |= curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, refuse_rewind);
    return bad;
}

static bool set_request(struct http_call *call, const struct http_request *req)
{
    CURL *easy = call->easy;
    CURLcode bad = curl_easy_setopt(easy, CURLOPT_URL, req->url);
    bad |= curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    bad |= curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    if (strcmp(req->method, "GET") != 0) {
        bad |= set_body(call, req);
        bad |= curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, req->method);
    }
    /* No pause for "100 Continue", no form type added by the library. */
    call->headers = curl_slist_append(NULL, "Expect:");
    struct curl_slist *last = call->headers;
    for (size_t i = 0; last != NULL && req->headers != NULL && req->headers[i] != NULL; i++)
        last = curl_slist_append(call->headers, req->headers[i]);
    bad |= curl_easy_setopt(easy, CURLOPT_HTTPHEADER, call->headers);
    return bad == CURLE_OK && last != NULL && !call->request.bad;
}

static bool set_limits(struct http_call *call, const struct http_request *req)
{
    CURL *easy = call->easy;
    long connect_ms = req->budget_ms < CONNECT_MS ? (long)req->budget_ms : CONNECT_MS;
    call->body.max = req->class == HTTP_CLOUD ? CLOUD_MAX_BYTES : METADATA_MAX_BYTES;
    CURLcode bad = curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)req->budget_ms);
    bad |= curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, connect_ms);
    bad |= curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)call->body.max);
    bad |= curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    bad |= curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)KEPT_SECONDS);
    bad |= curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    return bad == CURLE_OK;
}

static bool set_callbacks(struct http_call *call, const char *user_agent)
{
    CURL *easy = call->easy;
    CURLcode bad = curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    bad |= curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
    bad |= curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    bad |= curl_easy_setopt(easy, CURLOPT_HEADERDATA, call);
    bad |= curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
    bad |= curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, call->failure);
    bad |= curl_easy_setopt(easy, CURLOPT_USERAGENT, user_agent);
    return bad == CURLE_OK;
}

static int pool_start(struct http *http, const struct http_request *req, http_done *done, void *arg,
                      struct http_call **ret_call)
{
    struct pool *pool = pool_of(http);
    if (!http_may_go(req->class, req->url) || req->budget_ms == 0)
        return ERR_REFUSED;
    struct http_call *call = calloc(1, sizeof *call);
    if (call == NULL)
        return ERR_NOMEM;
    call->pool = pool;
    call->done = done;
    call->arg = arg;
    call->easy = curl_easy_init();
    if (call->easy == NULL || !set_security(pool, req, call->easy) || !set_request(call, req) ||
        !set_limits(call, req) || !set_callbacks(call, pool->user_agent) ||
        curl_multi_add_handle(pool->multi, call->easy) != CURLM_OK) {
        drop_call(call);
        return ERR_NOMEM;
    }
    call->next = pool->calls;
    call->link = &pool->calls;
    if (call->next != NULL)
        call->next->link = &call->next;
    pool->calls = call;
    pool->http.requests++;
    *ret_call = call;
    return 0;
}

static void pool_cancel(struct http *http, struct http_call *call)
{
    (void)http;
    drop_call(call);
}

/* ------------------------------------------------------------------- pool */

static void pool_close(struct http *http)
{
    struct pool *pool = pool_of(http);
    while (pool->calls != NULL)
        drop_call(pool->calls);
    if (pool->is_reporting)
        pool->is_closed = true;
    else
        free_pool(pool);
}

static const struct http_ops pool_ops = { pool_start, pool_cancel, pool_close };

/* NULL stays NULL, which is no failure. */
static bool copy_text(const char *text, char **ret_copy)
{
    *ret_copy = text == NULL || *text == '\0' ? NULL : strdup(text);
    return text == NULL || *text == '\0' || *ret_copy != NULL;
}

static bool prepare_multi(struct pool *pool)
{
    pool->multi = curl_multi_init();
    if (pool->multi == NULL)
        return false;
    CURLMcode bad = curl_multi_setopt(pool->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
    bad |= curl_multi_setopt(pool->multi, CURLMOPT_SOCKETDATA, pool);
    bad |= curl_multi_setopt(pool->multi, CURLMOPT_TIMERFUNCTION, set_timer);
    bad |= curl_multi_setopt(pool->multi, CURLMOPT_TIMERDATA, pool);
    bad |= curl_multi_setopt(pool->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
    bad |= curl_multi_setopt(pool->multi, CURLMOPT_MAXCONNECTS, (long)IDLE_CONNECTIONS);
    return bad == CURLM_OK;
}

int http_open(struct event_base *base, const struct http_options *options, struct http **ret_http)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return ERR_SYSTEM;
    struct pool *pool = calloc(1, sizeof *pool);
    if (pool == NULL)
        return ERR_NOMEM;
    pool->http.ops = &pool_ops;
    pool->base = base;
    pool->timer = evtimer_new(base, on_timer, pool);
    const char *agent = options->user_agent == NULL ? "pam_cognito" : options->user_agent;
    if (pool->timer == NULL || !prepare_multi(pool) ||
        !copy_text(options->ca_bundle, &pool->ca_bundle) ||
        !copy_text(options->proxy, &pool->proxy) || !copy_text(agent, &pool->user_agent)) {
        pool_close(&pool->http);
        return ERR_NOMEM;
    }
    *ret_http = &pool->http;
    return 0;
}

int http_start(struct http *http, const struct http_request *req, http_done *done, void *arg,
               struct http_call **ret_call)
{
    return http->ops->start(http, req, done, arg, ret_call);
}

void http_cancel(struct http *http, struct http_call **call)
{
    if (call == NULL || *call == NULL)
        return;
    http->ops->cancel(http, *call);
    *call = NULL;
}

void http_close(struct http **http)
{
    if (http == NULL || *http == NULL)
        return;
    (*http)->ops->close(*http);
    *http = NULL;
}
