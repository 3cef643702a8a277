/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as what servers and administrators hand to the daemon on the way to a login. The first
 * byte chooses: x, XML of the token service; p and c, the profile files; then the sign-in machine,
 * P, C and U for its flow, fed with replies (R-NET-07, R-PAM-04, R-SEC-03). A reply is a line with
 * the HTTP status, then a body up to a byte 0x1e; what the machine asks is answered.
 *
 * With libFuzzer: make fuzz-house. By itself: each file of the corpus, cut at every length and with
 * every byte changed, as a test of some seconds.
 */
#include "base/err.h"
#include "cognito/api.h"
#include "cognito/auth.h"
#include "net/http.h"
#include "net/json_in.h"
#include "net/profiles.h"
#include "net/sts.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TURNS 40

static void require(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "fuzz_house: %s\n", what);
    abort();
}

/* ---- files and XML ---- */

static void on_xml(const char *text, size_t n)
{
    struct credentials keys;
    struct sts_error error;
    if (sts_parse(text, n, &keys) == 0)
        require(keys.access_key[0] != '\0' && keys.secret_key[0] != '\0', "keys without keys");
    if (sts_parse_error(text, n, &error) == 0)
        (void)sts_is_passing(&error);
}

static void on_profiles(enum profiles_kind kind, const char *text)
{
    struct profiles p = { .count = 0 };
    unsigned line = 0;
    if (profiles_add(&p, kind, text, &line) == 0) {
        const char *id = profiles_get(&p, "default", "aws_access_key_id");
        require(id == NULL || *id != '\0', "an empty value is one");
    } else {
        require(line > 0, "refused without a line");
    }
    profiles_free(&p);
}

/* ---- the sign-in ---- */

/* What goes to a terminal: lines of text, no control character (R-SEC-03). */
static void judge_text(const char *text)
{
    require(strlen(text) <= AUTH_TEXT_MAX, "a text without end");
    for (; *text != '\0'; text++)
        require((unsigned char)*text >= ' ' ? *text != 0x7f : *text == '\n',
                "a control character in a prompt");
}

static void say(struct auth *auth, struct auth_step *step)
{
    static const char *const answers[] = {
        [AUTH_ASK_PASSWORD] = "Corr3ct-Horse!",
        [AUTH_ASK_CURRENT_PASSWORD] = "Corr3ct-Horse!",
        [AUTH_ASK_CODE] = "123456",
        [AUTH_ASK_NEW_PASSWORD] = "N3w-Horse!",
        [AUTH_ASK_NEW_PASSWORD_AGAIN] = "N3w-Horse!",
        [AUTH_ASK_TEXT] = "Doe",
        [AUTH_ASK_CHOICE] = "1",
    };
    struct secret answer;
    const char *text = step->ask < COUNT(answers) ? answers[step->ask] : "x";
    if (secret_set(&answer, text, strlen(text)) == 0)
        auth_answer(auth, &answer, step);
}

/* False: there is no reply left. */
static bool hear(struct auth *auth, struct auth_step *step, char **at)
{
    char *line = *at;
    if (*line == '\0')
        return false;
    size_t n = strcspn(line, "\x1e");
    *at = line[n] == '\0' ? line + n : line + n + 1;
    line[n] = '\0';
    char *body = strchr(line, '\n');
    body = body == NULL ? line + n : body + 1;
    struct http_reply reply = { .status = atoi(line), .was_sent = true, .failure = "" };
    reply.body = body;
    reply.body_bytes = strlen(body);
    struct api_result result = { .err = 0 };
    struct json *doc = NULL;
    api_judge(api_operation(step->op)->phase, &reply, &result, &doc);
    auth_reply(auth, &result, step);
    require(step->kind != AUTH_DONE ||
                (reply.status == 200 && step->tokens.access != NULL &&
                 step->tokens.access[0] != '\0' && strstr(body, "AuthenticationResult") != NULL),
            "signed in without tokens");
    json_in_free(&doc);
    return true;
}

static void on_replies(enum auth_flow flow, char *replies)
{
    const struct auth_options options = { .flow = flow,
                                          .pool_id = "us-east-1_Example01",
                                          .client_id = "1example23456789abcdefghij",
                                          .username = "alice",
                                          .may_reset = true };
    struct auth *auth;
    struct auth_step step;
    if (auth_open(&options, &auth) != 0)
        return;
    auth_begin(auth, &step);
    for (int turn = 0; turn < TURNS; turn++) {
        if (step.kind == AUTH_ASK) {
            judge_text(step.text);
            say(auth, &step);
        } else if (step.kind != AUTH_SEND || !hear(auth, &step, &replies)) {
            break;
        }
    }
    if (step.kind == AUTH_FAILED) {
        judge_text(step.text);
        require(step.err < 0, "failed without a reason");
    }
    auth_free(&auth);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    char *text = malloc(size); /* exactly as long, a NUL for the first byte */
    if (text == NULL)
        return 0;
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    switch (data[0]) {
    case 'x':
        on_xml(text, size - 1);
        break;
    case 'p':
        on_profiles(PROFILES_CREDENTIALS, text);
        break;
    case 'c':
        on_profiles(PROFILES_CONFIG, text);
        break;
    case 'P':
        on_replies(AUTH_ADMIN_USER_PASSWORD, text);
        break;
    case 'C':
        on_replies(AUTH_CUSTOM, text);
        break;
    case 'U':
        on_replies(AUTH_USER, text);
        break;
    default:
        break;
    }
    free(text);
    return 0;
}

#ifdef FUZZ_MAIN
static void try_all(const uint8_t *bytes, size_t n)
{
    static const uint8_t changes[] = { 0x01, 0x80, 0x20, 0x5c };
    uint8_t *copy = malloc(n == 0 ? 1 : n);
    for (size_t cut = 0; copy != NULL && cut <= n; cut++)
        (void)LLVMFuzzerTestOneInput(bytes, cut);
    for (size_t i = 1; copy != NULL && i < n; i++) {
        for (size_t k = 0; k < COUNT(changes); k++) {
            memcpy(copy, bytes, n);
            copy[i] ^= changes[k];
            (void)LLVMFuzzerTestOneInput(copy, n);
        }
    }
    free(copy);
}

int main(int argc, char **argv)
{
    static uint8_t bytes[65536];
    char dir[1024], path[2048];
    const char *top = getenv("top_srcdir");
    snprintf(dir, sizeof dir, "%s/tests/fuzz/corpus-house", top == NULL ? "." : top);
    DIR *d = opendir(argc > 1 ? argv[1] : dir);
    struct dirent *e;
    unsigned files = 0;
    while (d != NULL && (e = readdir(d)) != NULL) {
        if (e->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", argc > 1 ? argv[1] : dir, e->d_name);
        FILE *f = fopen(path, "re");
        if (f == NULL)
            return EXIT_FAILURE;
        size_t n = fread(bytes, 1, sizeof bytes, f);
        fclose(f);
        try_all(bytes, n);
        files++;
    }
    if (d != NULL)
        closedir(d);
    printf("fuzz_house: %u files, every cut and change\n", files);
    return files > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
#endif
