/* SPDX-License-Identifier: Apache-2.0 */
#include "net/command.h"

#include "net/json_in.h"
#include "net/skew.h"

#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ words */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* One word from *at to *to, its quotes taken away; both move behind it. */
static int take_word(const char **at, char **to)
{
    char quote = '\0';
    for (; **at != '\0' && (quote != '\0' || !is_blank(**at)); (*at)++) {
        char c = **at;
        bool is_escape =
            c == '\\' && quote != '\'' && (quote == '\0' || (*at)[1] == '"' || (*at)[1] == '\\');
        if (is_escape) {
            c = *++*at;
            if (c == '\0')
                return ERR_FORMAT;
        } else if (quote == '\0' && (c == '"' || c == '\'')) {
            quote = c;
            continue;
        } else if (quote != '\0' && c == quote) {
            quote = '\0';
            continue;
        }
        *(*to)++ = c;
    }
    *(*to)++ = '\0';
    return quote == '\0' ? 0 : ERR_FORMAT;
}

int command_split(const char *line, struct command *ret_command)
{
    struct command c = { .size = strlen(line) + 1 };
    c.text = malloc(c.size);
    char *to = c.text;
    int err = to == NULL ? ERR_NOMEM : 0;
    while (err == 0) {
        while (is_blank(*line))
            line++;
        if (*line == '\0')
            break;
        if (c.count == COMMAND_WORDS)
            err = ERR_LIMIT;
        else
            c.word[c.count++] = to;
        if (err == 0)
            err = take_word(&line, &to);
    }
    if (err == 0 && c.count == 0)
        err = ERR_FORMAT;
    if (err != 0) {
        command_free(&c);
        return err;
    }
    *ret_command = c;
    return 0;
}

void command_free(struct command *c)
{
    if (c->text != NULL)
        explicit_bzero(c->text, c->size);
    free(c->text);
    *c = (struct command){ 0 };
}

/* ----------------------------------------------------------------- output */

static bool copy_member(const struct json *doc, const char *name, char *dst, size_t cap)
{
    const char *s;
    return json_in_string(doc, name, &s) == 0 && *s != '\0' && source_copy_key(dst, cap, s);
}

static int read_keys(const struct json *doc, struct credentials *c)
{
    const char *expiration;
    double version = 0;
    if (json_in_number(doc, "Version", &version) != 0 || version != 1)
        return ERR_FORMAT;
    if (!copy_member(doc, "AccessKeyId", c->access_key, sizeof c->access_key) ||
        !copy_member(doc, "SecretAccessKey", c->secret_key, sizeof c->secret_key))
        return ERR_FORMAT;
    if (json_in_member(doc, "SessionToken") != NULL &&
        !copy_member(doc, "SessionToken", c->token, sizeof c->token))
        return ERR_FORMAT;
    int err = json_in_string(doc, "Expiration", &expiration);
    if (err == ERR_ABSENT)
        return 0;
    return err == 0 && skew_parse_iso(expiration, &c->expires_s) ? 0 : ERR_FORMAT;
}

int command_parse(const char *output, size_t n, struct credentials *ret_keys)
{
    struct json *doc;
    struct credentials c = { .access_key = "" };
    int err = json_in_parse(output, n, JSON_STRICT, &doc);
    if (err != 0)
        return err == ERR_NOMEM ? err : ERR_FORMAT;
    err = json_in_is_object(doc) ? read_keys(doc, &c) : ERR_FORMAT;
    if (err == 0)
        *ret_keys = c;
    credentials_wipe(&c);
    json_in_free(&doc);
    return err;
}

/* ----------------------------------------------------------------- source */

int command_add(struct source_search *s, const char *profile, const char *line)
{
    struct source_link *l;
    struct command c;
    int err = command_split(line, &c);
    if (err == ERR_NOMEM)
        return err;
    if (err != 0)
        return source_refuse(s, "profile %s: credential_process is no command line", profile);
    bool is_absolute = c.word[0][0] == '/';
    command_free(&c);
    if (!is_absolute)
        return source_refuse(s, "profile %s: credential_process must begin with an absolute path",
                             profile);
    err = source_add(s, &source_process, &l);
    return err != 0 ? err : source_copy(&l->command, line);
}

static int prepare_process(struct source_run *run, struct source_request *r)
{
    r->via = SOURCE_PROCESS;
    buf_str(&r->body, run->link->command);
    return 0;
}

static int judge_process(struct source_run *run, const struct http_reply *reply)
{
    if (reply->err != 0)
        return source_fail(run, reply->err, "credential_process: %s", reply->failure);
    int err = command_parse(reply->body, reply->body_bytes, &run->keys);
    return err == 0 ? (int)SOURCE_DONE
                    : source_fail(run, err,
                                  "credential_process: what it printed are no keys of "
                                  "version 1");
}

const struct source source_process = { .name = "process",
                                       .prepare = prepare_process,
                                       .judge = judge_process,
                                       .budget_ms = 60000,
                                       .tries = 1 };
