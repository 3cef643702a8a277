/* SPDX-License-Identifier: Apache-2.0
 *
 * HTTP against a real, badly behaved server on loopback: R-NET-01, R-NET-02, R-NET-03, R-NET-09.
 */
#include "suite.h"

#include "base/clock.h"
#include "https_server.h"
#include "net/http.h"

#include <arpa/inet.h>
#include <event2/event.h>
#include <openssl/conf.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static struct https_server server;
static struct event_base *base;
static struct http *http;
static struct http_reply last;
static char last_body[70000];
static unsigned replies;

static void on_reply(void *arg, const struct http_reply *reply)
{
    (void)arg;
    last = *reply;
    replies++;
    snprintf(last_body, sizeof last_body, "%s", reply->body == NULL ? "" : reply->body);
    event_base_loopbreak(base);
}

static void set_up(const char *cert_name, int max_tls)
{
    ck_assert(https_server_start(&server, cert_name, max_tls));
    base = event_base_new();
    struct http_options o = { .ca_bundle = server.ca_path };
    ck_assert_int_eq(http_open(base, &o, &http), 0);
    replies = 0;
}

static void tear_down(void)
{
    http_close(&http);
    event_base_free(base);
    https_server_stop(&server);
}

static int begin(struct http_request *req, const char *path, struct http_call **ret_call)
{
    static char url[256];
    const char *scheme = server.ca_path[0] == '\0' ? "http" : "https";
    snprintf(url, sizeof url, "%s://127.0.0.1:%d%s", scheme, server.port, path);
    req->url = url;
    if (req->method == NULL)
        req->method = "GET";
    if (req->budget_ms == 0)
        req->budget_ms = 5000;
    return http_start(http, req, on_reply, NULL, ret_call);
}

static void fetch(const char *path, uint32_t budget_ms)
{
    struct http_request req = { .budget_ms = budget_ms };
    struct http_call *call;
    unsigned before = replies;
    if (server.ca_path[0] == '\0')
        req.class = HTTP_LINK_LOCAL;
    ck_assert_int_eq(begin(&req, path, &call), 0);
    ck_assert_uint_eq(replies, before); /* never from inside http_start */
    event_base_dispatch(base);
    ck_assert_uint_eq(replies, before + 1);
}

START_TEST(keeps_the_connection)
{
    set_up("IP:127.0.0.1", 0);
    for (int i = 0; i < 5; i++) {
        fetch("/ok", 0);
        ck_assert_int_eq(last.err, 0);
        ck_assert_int_eq(last.status, 200);
        ck_assert_str_eq(last_body, "fine");
    }
    ck_assert_str_eq(last.date, "Sun, 06 Nov 1994 08:49:37 GMT");
    ck_assert_str_eq(last.request_id, "request-1");
    ck_assert_str_eq(last.error_type, "Some:");
    ck_assert_str_eq(last.etag, "\"e1\"");
    ck_assert(!last.has_age);
    ck_assert_uint_eq(http->requests, 5);
    ck_assert_uint_eq(http->connections, 1);
    tear_down();
}
END_TEST

START_TEST(sends_what_it_is_given)
{
    const char *headers[] = { "X-Amz-Target: A.B", "Content-Type: application/x-amz-json-1.1",
                              NULL };
    struct http_request req = {
        .method = "POST", .headers = headers, .body = "{\"a\":1}", .body_bytes = 7
    };
    struct http_call *call;
    set_up("IP:127.0.0.1", 0);
    ck_assert_int_eq(begin(&req, "/echo", &call), 0);
    event_base_dispatch(base);
    ck_assert_int_eq(strncmp(last_body, "POST /echo HTTP/1.1\r\n", 21), 0);
    ck_assert_ptr_nonnull(strstr(last_body, "X-Amz-Target: A.B\r\n"));
    ck_assert_ptr_nonnull(strstr(last_body, "Content-Type: application/x-amz-json-1.1\r\n"));
    ck_assert_ptr_nonnull(strstr(last_body, "\r\n\r\n{\"a\":1}"));
    ck_assert_ptr_null(strstr(last_body, "Expect:"));
    ck_assert_ptr_null(strstr(last_body, "urlencoded"));
    tear_down();
}
END_TEST

START_TEST(wrong_name_is_refused) /* R-NET-02 */
{
    set_up("DNS:other.example", 0);
    fetch("/ok", 0);
    ck_assert_int_eq(last.err, ERR_REFUSED);
    ck_assert(!last.was_sent);
    ck_assert_int_ne(last.failure[0], '\0');
    tear_down();
}
END_TEST

START_TEST(unknown_ca_is_refused) /* R-NET-02 */
{
    set_up("IP:127.0.0.1", 0);
    http_close(&http);
    ck_assert_int_eq(http_open(base, &(struct http_options){ .ca_bundle = NULL }, &http), 0);
    fetch("/ok", 0);
    ck_assert_int_eq(last.err, ERR_REFUSED);
    tear_down();
}
END_TEST

static void copy_file(const char *from, const char *to)
{
    char text[16384];
    FILE *in = fopen(from, "re"), *out = fopen(to, "we");
    ck_assert(in != NULL && out != NULL);
    size_t n = fread(text, 1, sizeof text, in);
    ck_assert(n > 0 && fwrite(text, 1, n, out) == n);
    ck_assert(fclose(in) == 0 && fclose(out) == 0);
}

/* R-NET-02, R-NET-09: what the file holds now counts, in both directions. */
START_TEST(a_ca_bundle_is_read_for_each_connection)
{
    char bundle[] = "/tmp/http-bundle-XXXXXX";
    struct https_server other;
    int fd = mkstemp(bundle);
    ck_assert(fd >= 0 && close(fd) == 0);
    set_up("IP:127.0.0.1", 0);
    ck_assert(https_server_start(&other, "IP:127.0.0.1", 0));
    http_close(&http);
    ck_assert_int_eq(http_open(base, &(struct http_options){ .ca_bundle = bundle }, &http), 0);
    for (int i = 0; i < 2; i++) {
        copy_file(other.ca_path, bundle);
        fetch("/ok", 0);
        ck_assert_int_eq(last.err, ERR_REFUSED);
        copy_file(server.ca_path, bundle);
        fetch("/big/1", 0); /* or the next one comes over the same connection */
        ck_assert_int_eq(last.err, 0);
    }
    https_server_stop(&other);
    unlink(bundle);
    tear_down();
}
END_TEST

/* This process's OpenSSL would speak anything, as on a host whose policy was lowered for others. */
static void allow_old_tls(void)
{
    static const char policy[] = "openssl_conf = all\n[all]\nssl_conf = ssl\n"
                                 "[ssl]\nsystem_default = any\n"
                                 "[any]\nMinProtocol = TLSv1\nCipherString = ALL:@SECLEVEL=0\n";
    ck_assert_int_eq(OPENSSL_init_ssl(OPENSSL_INIT_LOAD_CONFIG, NULL), 1);
    CONF *conf = NCONF_new(NULL);
    BIO *text = BIO_new_mem_buf(policy, -1);
    ck_assert_int_eq(NCONF_load_bio(conf, text, NULL), 1);
    ck_assert_int_eq(CONF_modules_load(conf, NULL, 0), 1);
    BIO_free(text);
    NCONF_free(conf);
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    ck_assert_int_eq(SSL_CTX_get_min_proto_version(ctx), TLS1_VERSION);
    ck_assert_int_eq(SSL_CTX_get_security_level(ctx), 0);
    SSL_CTX_free(ctx);
}

START_TEST(old_tls_is_refused) /* R-NET-02 */
{
    allow_old_tls();
    set_up("IP:127.0.0.1", TLS1_1_VERSION);
    fetch("/ok", 0);
    ck_assert_int_ne(last.err, 0);
    ck_assert(!last.was_sent);
    tear_down();
}
END_TEST

START_TEST(redirects_are_not_followed) /* R-NET-02 */
{
    set_up("IP:127.0.0.1", 0);
    fetch("/redirect", 0);
    ck_assert_int_eq(last.err, 0);
    ck_assert_int_eq(last.status, 302);
    ck_assert_uint_eq(http->requests, 1);
    tear_down();
}
END_TEST

START_TEST(environment_is_not_read) /* R-NET-02 */
{
    setenv("https_proxy", "http://127.0.0.1:1", 1);
    setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
    set_up("IP:127.0.0.1", 0);
    fetch("/ok", 0);
    ck_assert_int_eq(last.err, 0);
    tear_down();
}
END_TEST

START_TEST(the_proxy_is_for_the_cloud) /* R-NET-01, R-NET-02 */
{
    const struct http_options o = { .proxy = "http://127.0.0.1:1" };
    setenv("no_proxy", "127.0.0.1", 1);
    setenv("NO_PROXY", "127.0.0.1", 1);
    for (int is_cloud = 0; is_cloud < 2; is_cloud++) {
        set_up(is_cloud ? "IP:127.0.0.1" : NULL, 0);
        http_close(&http);
        ck_assert_int_eq(http_open(base, &o, &http), 0);
        fetch("/ok", 0);
        ck_assert_int_eq(last.err, is_cloud ? ERR_UNAVAIL : 0);
        tear_down();
    }
}
END_TEST

START_TEST(deadline_covers_slow_drips) /* R-NET-03 */
{
    static const char *const paths[] = { "/drip", "/hang" };
    set_up("IP:127.0.0.1", 0);
    for (size_t i = 0; i < COUNT(paths); i++) {
        fetch(paths[i], 400); /* they would go on for half a minute and more */
        ck_assert_int_eq(last.err, ERR_TIMEOUT);
        ck_assert(last.was_sent);
    }
    tear_down();
}
END_TEST

START_TEST(size_is_bounded)
{
    set_up("IP:127.0.0.1", 0);
    fetch("/big/1000000", 0);
    ck_assert_int_eq(last.err, 0);
    fetch("/big/5000000", 0);
    ck_assert_int_eq(last.err, ERR_LIMIT);
    tear_down();
    set_up(NULL, 0); /* metadata: 64 KiB */
    fetch("/big/60000", 0);
    ck_assert_int_eq(last.err, 0);
    fetch("/big/70000", 0);
    ck_assert_int_eq(last.err, ERR_LIMIT);
    tear_down();
}
END_TEST

START_TEST(cut_reply_is_no_reply)
{
    set_up("IP:127.0.0.1", 0);
    fetch("/cut", 0);
    ck_assert_int_eq(last.err, ERR_UNAVAIL);
    ck_assert(last.was_sent);
    ck_assert_uint_eq(last.body_bytes, 0);
    tear_down();
}
END_TEST

/* A reply lost on a kept connection: nobody may send a spent session again. */
START_TEST(once_means_once)
{
    struct http_call *call;
    set_up("IP:127.0.0.1", 0);
    for (int i = 0; i < 2; i++) {
        struct http_request req = {
            .method = "POST", .body = "{\"a\":1}", .body_bytes = 7, .is_once = i == 1
        };
        fetch("/ok", 0);
        ck_assert_int_eq(begin(&req, "/lose", &call), 0);
        event_base_dispatch(base);
        ck_assert_int_eq(last.err, i == 1 ? ERR_UNAVAIL : 0);
        ck_assert(last.was_sent);
    }
    struct http_request req = {
        .method = "POST", .body = "{\"a\":1}", .body_bytes = 7, .is_once = true
    };
    ck_assert_int_eq(begin(&req, "/echo", &call), 0);
    event_base_dispatch(base);
    ck_assert_ptr_nonnull(strstr(last_body, "Content-Length: 7\r\n"));
    ck_assert_ptr_nonnull(strstr(last_body, "\r\n\r\n{\"a\":1}"));
    tear_down();
}
END_TEST

START_TEST(nothing_listening_fails_fast) /* R-NET-09 */
{
    set_up("IP:127.0.0.1", 0);
    https_server_stop(&server);
    server.ca_path[0] = 'x'; /* still https */
    int64_t begin_ms = clock_ms();
    fetch("/ok", 15000);
    ck_assert_int_eq(last.err, ERR_UNAVAIL);
    ck_assert(!last.was_sent);
    ck_assert_int_lt(clock_ms() - begin_ms, 10000); /* of 15 s */
    server.ca_path[0] = '\0';
    tear_down();
}
END_TEST

START_TEST(forbidden_urls) /* R-NET-01, R-NET-02 */
{
    static const struct {
        enum http_class class;
        const char *url;
    } rows[] = {
        { HTTP_CLOUD, "http://127.0.0.1/" },
        { HTTP_CLOUD, "file:///etc/passwd" },
        { HTTP_CLOUD, "ftp://example.com/" },
        { HTTP_LINK_LOCAL, "http://example.com/" },
        { HTTP_LINK_LOCAL, "http://169.254.169.254.example.com/" },
        { HTTP_LINK_LOCAL, "http://169.254.169.254@example.com/" },
        { HTTP_LINK_LOCAL, "http://169.254.169.254:80@example.com/" },
        { HTTP_LINK_LOCAL, "http://127.0.0.1:80@example.com/" },
        { HTTP_LINK_LOCAL, "http://[::1]:80@example.com/" },
        { HTTP_LINK_LOCAL, "http://user@127.0.0.1/" },
    };
    set_up(NULL, 0);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct http_call *call;
        struct http_request req = {
            .class = rows[i].class, .method = "GET", .url = rows[i].url, .budget_ms = 100
        };
        ck_assert_int_eq(http_start(http, &req, on_reply, NULL, &call), ERR_REFUSED);
    }
    ck_assert_uint_eq(http->requests, 0);
    tear_down();
}
END_TEST

static void close_from_callback(void *arg, const struct http_reply *reply)
{
    (void)arg;
    (void)reply;
    replies++;
    http_close(&http);
}

START_TEST(cancel_and_close)
{
    struct http_call *a;
    struct http_call *b;
    struct http_request req = { .method = "GET" };
    set_up("IP:127.0.0.1", 0);
    ck_assert_int_eq(begin(&req, "/hang", &a), 0);
    http_cancel(http, &a);
    ck_assert_ptr_null(a);
    http_cancel(http, &a);
    ck_assert_int_eq(begin(&req, "/hang", &a), 0);
    ck_assert_int_eq(begin(&req, "/ok", &b), 0);
    http_cancel(http, &b);
    ck_assert_int_eq(http_start(http, &req, close_from_callback, NULL, &b), 0);
    while (http != NULL)
        event_base_loop(base, EVLOOP_ONCE);
    ck_assert_uint_eq(replies, 1);
    tear_down();
}
END_TEST

SUITE("net_http", keeps_the_connection, sends_what_it_is_given, wrong_name_is_refused,
      unknown_ca_is_refused, a_ca_bundle_is_read_for_each_connection, old_tls_is_refused,
      redirects_are_not_followed, environment_is_not_read, the_proxy_is_for_the_cloud,
      deadline_covers_slow_drips, size_is_bounded, cut_reply_is_no_reply, once_means_once,
      nothing_listening_fails_fast, forbidden_urls, cancel_and_close)
