/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon_fixture.h"

#include "base/clock.h"
#include "base/paths.h"
#include "cognito/api.h"
#include "cognito/keyring.h"
#include "daemon/device.h"
#include "daemon/errand.h"
#include "daemon/limiter.h"
#include "daemon/log.h"
#include "daemon/offline.h"
#include "daemon/publish.h"
#include "daemon/usage.h"
#include "net/credentials.h"
#include "net/http.h"
#include "net/json_in.h"
#include "net/skew.h"
#include "snap/write.h"
#include "store/store.h"

#include <check.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct daemon fixture;

#define CALLS_MAX 128

/* A call under way: answered in the next turn of the loop, unless cancelled. */
struct http_call {
    http_done *done;
    void *arg;
    const struct script *script;
    int limit; /* the request's; 0: it has none */
    bool is_open;
};

struct script {
    char operation[64];
    int status, most; /* most: -1: any page fits */
    const char *body;
    unsigned asked;
    char request[2048];
};

static struct {
    struct http http;
    struct script scripts[16];
    size_t count;
    struct http_call calls[CALLS_MAX];
    size_t started;
} pool;

static struct json *tokens;

static struct script *script_of(const char *operation)
{
    for (size_t i = 0; i < pool.count; i++)
        if (strcmp(pool.scripts[i].operation, operation) == 0)
            return &pool.scripts[i];
    return NULL;
}

void fixture_reply(const char *operation, int status, const char *body)
{
    struct script *s = script_of(operation);
    if (s == NULL) {
        ck_assert_uint_lt(pool.count, COUNT(pool.scripts));
        s = &pool.scripts[pool.count++];
        snprintf(s->operation, sizeof s->operation, "%s", operation);
    }
    s->status = status;
    s->most = -1;
    s->body = body;
}

void fixture_fits(const char *operation, int most)
{
    script_of(operation)->most = most;
}

unsigned fixture_asked(const char *operation)
{
    const struct script *s = script_of(operation);
    return s == NULL ? 0 : s->asked;
}

const char *fixture_request(const char *operation)
{
    const struct script *s = script_of(operation);
    return s == NULL ? "" : s->request;
}

static void answer(evutil_socket_t fd, short what, void *arg)
{
    struct http_call *call = arg;
    (void)fd;
    (void)what;
    if (!call->is_open)
        return;
    call->is_open = false;
    bool fits = call->script->most < 0 || call->limit <= call->script->most;
    const struct http_reply reply = { .err = fits ? 0 : ERR_LIMIT,
                                      .status = call->script->status,
                                      .was_sent = true,
                                      .body = call->script->body,
                                      .body_bytes = strlen(call->script->body),
                                      .failure = "" };
    call->done(call->arg, &reply);
}

static struct script *find_script(const struct http_request *req)
{
    static const char target[] = "X-Amz-Target: AWSCognitoIdentityProviderService.";
    for (size_t i = 0; req->headers != NULL && req->headers[i] != NULL; i++)
        if (strncmp(req->headers[i], target, sizeof target - 1) == 0)
            return script_of(req->headers[i] + sizeof target - 1);
    return script_of(req->method); /* the breaker's probe: "GET" */
}

static int start(struct http *http, const struct http_request *req, http_done *done, void *arg,
                 struct http_call **ret_call)
{
    (void)http;
    struct script *s = find_script(req);
    ck_assert_msg(s != NULL, "an operation without a script: %s", (const char *)req->body);
    ck_assert_uint_lt(pool.started, CALLS_MAX);
    struct http_call *call = &pool.calls[pool.started++];
    s->asked++;
    snprintf(s->request, sizeof s->request, "%.*s", (int)req->body_bytes, (const char *)req->body);
    const char *limit = strstr(s->request, "\"Limit\":");
    *call = (struct http_call){ done, arg, s, limit == NULL ? 0 : atoi(limit + 8), true };
    *ret_call = call;
    if (s->status == 0)
        return 0;
    return event_base_once(fixture.loop, -1, EV_TIMEOUT, answer, call, &(struct timeval){ 0, 0 });
}

static void cancel(struct http *http, struct http_call *call)
{
    (void)http;
    call->is_open = false;
}

static void close_http(struct http *http)
{
    (void)http;
}

static const struct http_ops scripted = { start, cancel, close_http };

static const char *environment(const char *name)
{
    return strcmp(name, "AWS_ACCESS_KEY_ID") == 0       ? "AKIDEXAMPLE"
           : strcmp(name, "AWS_SECRET_ACCESS_KEY") == 0 ? "secret"
                                                        : NULL;
}

static int64_t now_s;

void fixture_clock(int64_t s)
{
    now_s = s;
}

static int64_t test_clock(void)
{
    return now_s;
}

static void make_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "we");
    ck_assert_msg(f != NULL, "%s", path);
    fputs(text, f);
    ck_assert_int_eq(fclose(f), 0);
}

static void make_dirs(const char *path)
{
    char part[512];
    for (size_t i = 1; path[i - 1] != '\0'; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        snprintf(part, sizeof part, "%.*s", (int)i, path);
        (void)mkdir(part, 0755);
    }
}

void fixture_passwd(const char *text)
{
    make_file(path_passwd, text);
}

void fixture_machine_id(const char *text)
{
    make_file(path_machine_id, text);
}

static const char *vector(const char *name)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/jwt/%s", getenv("VECTORS"), name);
    return path;
}

static void read_tokens(void)
{
    static char text[512 * 1024];
    FILE *f = fopen(vector("tokens.json"), "re");
    ck_assert_msg(f != NULL, "VECTORS must name tests/vectors");
    size_t n = fread(text, 1, sizeof text, f);
    fclose(f);
    ck_assert_int_eq(json_in_parse(text, n, JSON_STRICT, &tokens), 0);
}

const char *fixture_token(const char *name)
{
    const struct json *list;
    ck_assert_int_eq(json_in_array(tokens, "tokens", &list), 0);
    for (size_t i = 0; i < json_in_count(list); i++) {
        const char *its_name, *text;
        ck_assert_int_eq(json_in_string(json_in_at(list, i), "name", &its_name), 0);
        if (strcmp(its_name, name) == 0 && json_in_string(json_in_at(list, i), "token", &text) == 0)
            return text;
    }
    ck_abort_msg("no token %s", name);
}

static void make_root(void)
{
    char etc[512];
    snprintf(etc, sizeof etc, "%.*s", (int)(strrchr(path_passwd, '/') - path_passwd), path_passwd);
    make_dirs(etc);
    make_dirs(path_snap_dir);
    make_file(path_passwd, FIXTURE_PASSWD);
    make_file(path_group, "root:x:0:\nsudo:x:27:\n");
    make_file(path_shells, "/bin/bash\n");
    fixture_machine_id("0123456789abcdef0123456789abcdef\n");
}

static void open_cloud(struct daemon *d)
{
    const struct credentials_options credentials = { .http = d->http,
                                                     .skew = d->skew,
                                                     .lookup = environment };
    const struct keyring_options keyring = {
        .http = d->http, .url = "https://x/", .file = vector("jwks.json"), .budget_ms = 1000
    };
    ck_assert_int_eq(credentials_open(&credentials, &d->credentials), 0);
    const struct api_options api = { .base = d->loop,
                                     .http = d->http,
                                     .skew = d->skew,
                                     .credentials = d->credentials,
                                     .endpoint = { .pool_id = d->config->pool_id },
                                     .watch = usage_watch(d) };
    usage_open(d);
    ck_assert_int_eq(api_open(&api, &d->api), 0);
    ck_assert_int_eq(keyring_open(&keyring, &d->keyring), 0);
}

/* Each test begins with nothing bound. */
static void open_state(struct daemon *d)
{
    static const char *const files[] = { "state.db", "state.db-wal", "state.db-shm" };
    char path[512], dir[PATH_MAX];
    const char *why;
    make_dirs(path_state_dir);
    /* The store follows no link, and the scratch root may be one (tests/dialogue). */
    ck_assert_ptr_nonnull(realpath(path_state_dir, dir));
    for (size_t i = COUNT(files); i-- > 0;) {
        ck_assert_int_lt(snprintf(path, sizeof path, "%s/%s", dir, files[i]), sizeof path);
        (void)unlink(path);
    }
    ck_assert_int_eq(store_open(path, &d->store, &why), 0);
    ck_assert_int_eq(device_open(d, &d->devices), 0);
    ck_assert_int_eq(offline_open(d, &d->offline), 0);
}

void fixture_open(const char *policy)
{
    char text[1024], why[CONFIG_WHY_MAX] = "";
    struct daemon *d = &fixture;
    memset(d, 0, sizeof *d);
    memset(&pool, 0, sizeof pool);
    fixture_clock(FIXTURE_NOW);
    pool.http.ops = &scripted;
    make_root();
    read_tokens();
    snprintf(text, sizeof text,
             "[pool]\npool_id = us-east-1_Example01\nclient_id = 1example23456789abcdefghij\n%s",
             policy);
    ck_assert_msg(config_parse("test.conf", text, &d->config, why) == 0, "%s", why);
    log_level(CONFIG_LOG_ERROR);
    d->loop = event_base_new();
    d->http = &pool.http;
    d->skew = calloc(1, sizeof *d->skew);
    d->skew->wall_s = test_clock;
    open_cloud(d);
    ck_assert_int_eq(image_new(d->config, &d->bindings, 0, &d->image), 0);
    ck_assert_int_eq(snap_writer_open(path_snap_dir, &d->writer), 0);
    open_state(d);
    ck_assert_int_eq(limiter_new(&d->limiter), 0);
}

void fixture_close(void)
{
    struct daemon *d = &fixture;
    json_in_free(&tokens);
    device_close(&d->devices);
    offline_close(&d->offline);
    snap_writer_close(&d->writer);
    hidden_free(&d->hidden);
    gids_free(&d->gids);
    image_free(&d->image);
    errand_close(d);
    limiter_free(&d->limiter);
    bindings_free(&d->bindings);
    store_close(&d->store);
    host_free(&d->host);
    keyring_close(&d->keyring);
    api_close(&d->api);
    credentials_close(&d->credentials);
    free(d->skew);
    event_base_free(d->loop);
    config_free(&d->config);
}

struct image_user *fixture_user(const struct person *p, const char *const *groups)
{
    struct image_user *u;
    struct image_group *g;
    struct image_person person = person_of(p);
    ck_assert_int_eq(image_put_user(fixture.image, &person, &u), 0);
    for (size_t i = 0; groups != NULL && groups[i] != NULL; i++) {
        ck_assert_int_eq(image_put_group(fixture.image, groups[i], "", &g), 0);
        ck_assert_int_eq(image_join(fixture.image, u, g), 0);
    }
    fixture.image->confirmed_s = FIXTURE_NOW;
    ck_assert_int_eq(publish(&fixture), 0);
    return u;
}

void fixture_run(const unsigned *done)
{
    int64_t until_ms = clock_ms() + 5000;
    while (*done == 0 && clock_ms() < until_ms)
        event_base_loop(fixture.loop, EVLOOP_ONCE);
    ck_assert_uint_ne(*done, 0);
}
