/* SPDX-License-Identifier: Apache-2.0
 *
 * credential_process: words of a command line, what it prints, and real programs on a real loop.
 * R-IPC-08.
 */
#include "net_fixture.h"

#include "net/command.h"
#include "net/process.h"

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <sys/wait.h>

START_TEST(words)
{
    static const struct {
        const char *line, *words; /* each in <>; NULL: refused */
    } rows[] = {
        { "/bin/x", "</bin/x>" },
        { "  /bin/x\ta  b ", "</bin/x><a><b>" },
        { "/x 'a b' \"c d\" e\\ f", "</x><a b><c d><e f>" },
        { "/x 'a\\' \"b\\\"c\\\\d\\e\"", "</x><a\\><b\"c\\d\\e>" },
        { "/x a'b'\"c\"d", "</x><abcd>" },
        { "/x '' \"\"", "</x><><>" },
        { "/x $HOME `id` ; a | b > c * # d", "</x><$HOME><`id`><;><a><|><b><></><*><#><d>" },
        { "", NULL },
        { "   ", NULL },
        { "/x 'a", NULL },
        { "/x \"a", NULL },
        { "/x a\\", NULL },
        { "/x \"a\\", NULL },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct command c;
        char all[256] = "";
        int err = command_split(rows[i].line, &c);
        ck_assert_msg(err == (rows[i].words == NULL ? ERR_FORMAT : 0), "row %zu: %d", i, err);
        if (err != 0)
            continue;
        for (size_t k = 0; k < c.count; k++)
            snprintf(all + strlen(all), sizeof all - strlen(all), "<%s>", c.word[k]);
        ck_assert_ptr_null(c.word[c.count]);
        if (strchr(rows[i].line, '>') == NULL)
            ck_assert_str_eq(all, rows[i].words);
        else
            ck_assert_uint_eq(c.count, 12);
        command_free(&c);
    }
    char many[256] = "";
    struct command c;
    for (int i = 0; i <= COMMAND_WORDS; i++)
        memcpy(many + strlen(many), "a ", 3);
    ck_assert_int_eq(command_split(many, &c), ERR_LIMIT);
}
END_TEST

#define KEYS "\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"s\""

START_TEST(documents)
{
    static const struct {
        const char *text;
        int err;
        int64_t expires_s;
    } rows[] = {
        { "{\"Version\":1," KEYS "}", 0, 0 },
        { "{\"Version\":1," KEYS ",\"SessionToken\":null,\"Expiration\":null}", 0, 0 },
        { "{\"Version\":1," KEYS ",\"Expiration\":\"2026-01-01T06:00:00+00:00\"}\n", 0,
          FIXTURE_NOW + 6 * 3600 },
        { "{\"Version\":2," KEYS "}", ERR_FORMAT, 0 },
        { "{\"Version\":1.5," KEYS "}", ERR_FORMAT, 0 },
        { "{\"Version\":\"1\"," KEYS "}", ERR_FORMAT, 0 },
        { "{" KEYS "}", ERR_FORMAT, 0 },
        { "{\"Version\":1}", ERR_FORMAT, 0 },
        { "{\"Version\":1," KEYS ",\"SessionToken\":1}", ERR_FORMAT, 0 },
        { "{\"Version\":1," KEYS ",\"SessionToken\":\"a\\nb\"}", ERR_FORMAT, 0 },
        { "{\"Version\":1," KEYS ",\"Expiration\":\"soon\"}", ERR_FORMAT, 0 },
        { "{\"Version\":1," KEYS ",\"Expiration\":1767225600}", ERR_FORMAT, 0 },
        { "[]", ERR_FORMAT, 0 },
        { "", ERR_FORMAT, 0 },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct credentials c = { .expires_s = -1 };
        int err = command_parse(rows[i].text, strlen(rows[i].text), &c);
        ck_assert_msg(err == rows[i].err, "row %zu: %d", i, err);
        ck_assert_msg(c.expires_s == (err == 0 ? rows[i].expires_s : -1), "row %zu", i);
    }
}
END_TEST

/* ------------------------------------------------------------- programs */

static struct event_base *base;
static struct process_result result;
static char output[4096];
static unsigned ended;

static void on_end(void *arg, const struct process_result *r)
{
    (void)arg;
    result = *r;
    snprintf(output, sizeof output, "%s", r->output);
    ended++;
    event_base_loopbreak(base);
}

static int start(const char *script, uint32_t budget_ms, size_t max, struct process **ret)
{
    static char shell[] = "/bin/sh", option[] = "-c", text[512];
    char *argv[] = { shell, option, text, NULL };
    const struct process_options o = {
        .argv = argv, .home = "/nowhere", .budget_ms = budget_ms, .max_bytes = max
    };
    snprintf(text, sizeof text, "%s", script);
    ended = 0;
    return process_start(base, &o, on_end, NULL, ret);
}

static void run(const char *script, uint32_t budget_ms, size_t max)
{
    struct process *p;
    ck_assert_int_eq(start(script, budget_ms, max, &p), 0);
    ck_assert_uint_eq(ended, 0);
    event_base_dispatch(base);
    ck_assert_uint_eq(ended, 1);
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1); /* nothing is left to be reaped */
    ck_assert_int_eq(errno, ECHILD);
}

START_TEST(programs)
{
    base = event_base_new();
    /* An environment of three names, nothing to read, complaints dropped, no foreign descriptor. */
    ck_assert_int_eq(setenv("CANARY", "1", 1), 0);
    FILE *open_file = fopen("/dev/null", "r");
    ck_assert_ptr_nonnull(open_file);
    run("/usr/bin/env | /usr/bin/grep -v ^PWD= | /usr/bin/sort; cat; echo no >&2; ls /proc/self/fd "
        "| wc -l",
        10000, 4096);
    ck_assert_int_eq(result.err, 0);
    ck_assert_ptr_nonnull(strstr(output, "HOME=/nowhere\nLC_ALL=C.UTF-8\nPATH="));
    ck_assert_ptr_null(strstr(output, "CANARY"));
    ck_assert_ptr_null(strstr(output, "no\n"));
    ck_assert_ptr_nonnull(strstr(output, "\n4\n")); /* three and the folder itself */
    fclose(open_file);
    run("exit 3", 10000, 4096);
    ck_assert(result.err == ERR_CONFIG && result.status == 3);
    run("kill -TERM $$", 10000, 4096);
    ck_assert(result.err == ERR_CONFIG && result.status == 128 + SIGTERM);
    run("while :; do echo xxxxxxxxxxxxxxxx; done", 10000, 1000);
    ck_assert_int_eq(result.err, ERR_LIMIT);
    run("sleep 100", 50, 1000);
    ck_assert_int_eq(result.err, ERR_TIMEOUT);
    run("exec >&-; sleep 100", 50, 1000); /* silent, but there */
    ck_assert_int_eq(result.err, ERR_TIMEOUT);
    run("sleep 100 & echo done", 10000, 1000); /* a grandchild holds the pipe: not waited for */
    ck_assert_int_eq(result.err, 0);
    ck_assert_str_eq(output, "done\n");
    struct process *p = NULL;
    ck_assert_int_eq(start("sleep 100", 10000, 1000, &p), 0);
    process_cancel(&p);
    ck_assert_ptr_null(p);
    ck_assert_uint_eq(ended, 0);
    static char missing[] = "/nonexistent/program";
    char *argv[] = { missing, NULL };
    const struct process_options o = { .argv = argv, .budget_ms = 1000, .max_bytes = 10 };
    ck_assert_int_eq(process_start(base, &o, on_end, NULL, &p), ERR_ABSENT);
    event_base_free(base);
}
END_TEST

/* -------------------------------------------------------------- the source */

static void on_keys(void *arg, int err, const struct credentials *c)
{
    fixture_done(arg, err, c);
    event_base_loopbreak(base);
}

static void ask(void)
{
    fx.wait = (struct credentials_wait){ .done = on_keys };
    credentials_get(fx.store, &fx.wait);
    if (fx.wait.is_waiting)
        event_base_dispatch(base);
}

static void configure(const char *script, mode_t mode)
{
    char text[512];
    const char *path = fixture_file("script", script, mode);
    snprintf(text, sizeof text, "[default]\ncredential_process = '%s' \"two words\"\n", path);
    fixture_file(".aws/config", text, 0600);
    base = event_base_new();
    fx.options.base = base;
    ck_assert_msg(fixture_open() == 0, "%s", fx.why);
}

static void end(void)
{
    fixture_end();
    event_base_free(base);
}

START_TEST(keys_of_a_program)
{
    fixture_begin();
    configure("#!/bin/sh\n[ \"$#$1\" = '1two words' ] || exit 9\n"
              "n=$(cat \"${0%script}mark\" 2>/dev/null)\necho \"x$n\" >\"${0%script}mark\"\n"
              "[ \"$n\" != xx ] || exit 7\n"
              "echo '{\"Version\":1,\"AccessKeyId\":\"A'$n'\",\"SecretAccessKey\":\"s\","
              "\"SessionToken\":\"t\",\"Expiration\":\"2026-01-01T06:00:00Z\"}'\n",
              0700);
    ask();
    ck_assert_str_eq(fx.keys.access_key, "A");
    ck_assert_str_eq(fx.report.source, "profile");
    fx.local_s += 6 * 3600 - 60; /* a refresh */
    ask();
    ck_assert_str_eq(fx.keys.access_key, "Ax");
    fx.local_s += 3600; /* a failed one: the present ones are kept */
    ask();
    ck_assert_str_eq(fx.keys.access_key, "Ax");
    end();
}
END_TEST

START_TEST(broken_programs)
{
    static const struct {
        const char *script;
        mode_t mode;
        int err;
        const char *why;
    } rows[] = {
        { "#!/bin/sh\necho CANARY >&2\nexit 7\n", 0700, ERR_CONFIG, "ended with status 7" },
        { "#!/bin/sh\necho CANARY\n", 0700, ERR_FORMAT, "no keys of version 1" },
        { "#!/bin/sh\necho '{\"Version\":\"1\"}'\n", 0700, ERR_FORMAT, "no keys of version 1" },
        { "#!/bin/sh\n", 0700, ERR_FORMAT, "no keys of version 1" },
        { "#!/nonexistent/interpreter\n", 0700, ERR_CONFIG, "script: " },
        { "#!/bin/sh\n", 0600, ERR_CONFIG, "script: " },
        { "#!/bin/sh\nyes\n", 0700, ERR_CONFIG, "credential_process: " },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        fixture_begin();
        configure(rows[i].script, rows[i].mode);
        ask();
        ck_assert_msg(fx.got == 1 && fx.err == rows[i].err, "row %zu: %d %s", i, fx.err, fx.why);
        ck_assert_msg(strstr(fx.why, rows[i].why) != NULL, "row %zu: %s", i, fx.why);
        ck_assert_ptr_null(strstr(fx.why, "CANARY")); /* R-SEC-01 */
        end();
    }
}
END_TEST

START_TEST(closed_while_it_runs)
{
    fixture_begin();
    configure("#!/bin/sh\nsleep 100\n", 0700);
    fixture_ask();
    ck_assert(fx.wait.is_waiting);
    credentials_close(&fx.store);
    ck_assert_uint_eq(fx.got, 0);
    ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
    end();
}
END_TEST

SUITE("net_process", words, documents, programs, keys_of_a_program, broken_programs,
      closed_while_it_runs)
