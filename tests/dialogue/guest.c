/* SPDX-License-Identifier: Apache-2.0 */
#include "dialogue/guest.h"

#include "contract/pam_lex.h"
#include "contract/pam_log.h"
#include "contract/pam_world.h"
#include "dialogue/hidden.h"
#include "dialogue/stage.h"

#include "base/err.h"
#include "base/paths.h"

#include <ctype.h>
#include <dirent.h>
#include <regex.h>
#include <security/pam_appl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct lex lex;
static const struct play *play;

static const struct {
    const char *name;
    int code;
} codes[] = {
#define CODE(c)                                                                                    \
    {                                                                                              \
#c, c                                                                                      \
    }
    CODE(PAM_SUCCESS),     CODE(PAM_AUTH_ERR),     CODE(PAM_USER_UNKNOWN),
    CODE(PAM_PERM_DENIED), CODE(PAM_ACCT_EXPIRED), CODE(PAM_NEW_AUTHTOK_REQD),
    CODE(PAM_CONV_ERR),    CODE(PAM_SYSTEM_ERR),   CODE(PAM_AUTHINFO_UNAVAIL),
    CODE(PAM_AUTHTOK_ERR), CODE(PAM_MAXTRIES),     CODE(PAM_BUF_ERR),
    CODE(PAM_TRY_AGAIN),
};

static const char *code_name(int code)
{
    for (size_t i = 0; i < COUNT(codes); i++)
        if (codes[i].code == code)
            return codes[i].name;
    return "another code";
}

/* --- the person ------------------------------------------------------------------------------- */

static const char *style_word(int style)
{
    return style == PAM_PROMPT_ECHO_OFF  ? "off"
           : style == PAM_PROMPT_ECHO_ON ? "on"
           : style == PAM_TEXT_INFO      ? "info"
                                         : "error";
}

/* Fills lex with what is typed, behind the arrow. */
static void read_typed(void)
{
    (void)lex_next(&lex);
    if (lex_is(&lex, "$password"))
        world_format(lex.text, sizeof lex.text, "%s%s", play->password, play->behind);
}

/* The same from the line's beginning; false when nothing is. */
static bool find_typed(const struct story_line *line)
{
    if (line->kind != LINE_ASK)
        return false;
    lex_begin(&lex, line->text);
    do {
        if (!lex_next(&lex))
            return false;
    } while (!lex_is(&lex, "->"));
    read_typed();
    return true;
}

/* "text", or ends "text" or has "text" for a part of it */
static bool is_shown(const char *text)
{
    bool is_end = lex_is(&lex, "ends"), is_part = lex_is(&lex, "has");
    if (is_end || is_part)
        (void)lex_next(&lex);
    size_t n = strlen(text), m = strlen(lex.text);
    if (is_part)
        return strstr(text, lex.text) != NULL;
    return is_end ? n >= m && strcmp(text + n - m, lex.text) == 0 : strcmp(text, lex.text) == 0;
}

/* off "Password: " -> "secret", $password, or fail: there is nobody to answer */
static int answer(const struct pam_message *m, char **ret_typed)
{
    const struct story_line *line = stage_take(LINE_ASK, m->msg);
    lex_begin(&lex, line->text);
    (void)lex_next(&lex);
    if (!lex_is(&lex, style_word(m->msg_style)))
        stage_fail("shown as %s: \"%s\"", style_word(m->msg_style), m->msg);
    (void)lex_next(&lex);
    if (!is_shown(m->msg))
        stage_fail("another text: \"%s\"", m->msg);
    if (!lex_next(&lex))
        return PAM_SUCCESS;
    read_typed();
    if (lex_is(&lex, "fail"))
        return PAM_CONV_ERR;
    *ret_typed = strdup(lex.text);
    return PAM_SUCCESS;
}

static int converse(int count, const struct pam_message **messages, struct pam_response **ret,
                    void *arg)
{
    (void)arg;
    if (count != 1)
        stage_fail("%d messages at once", count);
    struct pam_response *r = calloc(1, sizeof *r);
    int code = answer(messages[0], &r->resp);
    if (code != PAM_SUCCESS) {
        free(r);
        r = NULL;
    }
    *ret = r;
    return code;
}

/* Asked for delays are not slept. */
static void skip_delay(int code, unsigned usec, void *arg)
{
    (void)code;
    (void)usec;
    (void)arg;
}

/* --- what the logs may hold ------------------------------------------------------------------- */

static void judge_pattern(const char *line, const char *text)
{
    regex_t re;
    lex_begin(&lex, line);
    (void)lex_next(&lex);
    bool is_wanted = lex_is(&lex, "has");
    if (!is_wanted && !lex_is(&lex, "none"))
        stage_fail("neither has nor none: %s", line);
    (void)lex_next(&lex);
    if (regcomp(&re, lex.text, REG_EXTENDED | REG_NOSUB | REG_NEWLINE) != 0)
        stage_fail("bad pattern %s", lex.text);
    if ((regexec(&re, text, 0, NULL, 0) == 0) != is_wanted)
        stage_fail("the log %s /%s/:\n%s", is_wanted ? "lacks" : "has", lex.text, text);
    regfree(&re);
}

/* R-SEC-01: what was typed hidden is in no log. Shorter texts (menu lines) could be there by
 * chance. */
/* As a word of its own: four digits stand inside many a number. */
static bool is_said(const char *text, const char *secret)
{
    size_t n = strlen(secret);
    for (const char *at = strstr(text, secret); at != NULL; at = strstr(at + 1, secret)) {
        bool begins = at == text || !isalnum((unsigned char)at[-1]) || !isalnum((unsigned char)*at);
        if (begins && (!isalnum((unsigned char)at[n]) || !isalnum((unsigned char)at[n - 1])))
            return true;
    }
    return false;
}

static void judge_secrets(const char *text)
{
    for (size_t i = 0; i < play->count; i++) {
        bool is_hidden = strncmp(play->lines[i].text, "off", 3) == 0;
        if (is_hidden && find_typed(&play->lines[i]) && !lex_is(&lex, "fail") &&
            strlen(lex.text) >= 4 && is_said(text, lex.text))
            stage_fail("a secret is in the log: %s\n%s", lex.text, text);
    }
}

void guest_judge_log(const struct play *p, const char *const *lines, size_t count, const char *text)
{
    play = p;
    for (size_t i = 0; i < count; i++)
        judge_pattern(lines[i], text);
    judge_secrets(text);
}

/* Of an answer that held a code, too, only the password is for other modules. */
static bool was_typed(const char *text)
{
    if (play->behind[0] != '\0')
        return strcmp(text, play->password) == 0;
    for (size_t i = 0; i < play->count; i++)
        if (find_typed(&play->lines[i]) && strcmp(lex.text, text) == 0)
            return true;
    return false;
}

/* --- the program ------------------------------------------------------------------------------ */

#define STACK_DIR "./run/pam.d"

void guest_prepare(void)
{
    static const char *const types[] = { "auth", "account", "session", "password" };
    const char *build = getenv("top_builddir");
    char line[1024];
    world_write(STACK_DIR "/" GUEST_SERVICE, 0644, "");
    for (size_t i = 0; i < COUNT(types); i++) {
        world_format(line, sizeof line,
                     "%s required %s/tests/dialogue/.libs/pam_under_test.so debug\n", types[i],
                     build == NULL ? "" : build);
        world_append(STACK_DIR "/" GUEST_SERVICE, line);
    }
}

static size_t count_fds(void)
{
    size_t n = 0;
    DIR *d = opendir("/proc/self/fd");
    while (d != NULL && readdir(d) != NULL)
        n++;
    if (d != NULL)
        closedir(d);
    return n;
}

static void expect_code(int code)
{
    (void)lex_next(&lex);
    if (strcmp(code_name(code), lex.text) != 0)
        stage_fail("PAM said %s (%d)", code_name(code), code);
}

/* `= PAM_SUCCESS ok` */
static int authenticate(pam_handle_t *handle)
{
    int code = play->is_change ? pam_chauthtok(handle, 0) : pam_authenticate(handle, 0);
    if (stage_is_over() || stage_next()->kind != LINE_END)
        stage_fail("PAM said %s too early:\n%s", code_name(code), log_text());
    lex_begin(&lex, stage_take(LINE_END, code_name(code))->text);
    (void)lex_next(&lex);
    expect_code(code);
    return code;
}

/* `acct_mgmt = PAM_SUCCESS`, as often as the script says. The daemon may have more to do. */
static void go_on(pam_handle_t *handle)
{
    static const struct {
        const char *name;
        int (*call)(pam_handle_t *handle, int flags);
    } entries[] = { { "acct_mgmt", pam_acct_mgmt },
                    { "setcred", pam_setcred },
                    { "open_session", pam_open_session },
                    { "close_session", pam_close_session } };
    while (!stage_is_over() && stage_next()->kind == LINE_THEN) {
        lex_begin(&lex, stage_take(LINE_THEN, "another entry point")->text);
        (void)lex_next(&lex);
        size_t i = 0;
        while (i < COUNT(entries) - 1 && !lex_is(&lex, entries[i].name))
            i++;
        int code = entries[i].call(handle, 0);
        lex_expect(&lex, "=");
        expect_code(code);
    }
}

static pam_handle_t *start(const struct pam_conv *conv)
{
    pam_handle_t *handle = NULL;
    if (pam_start_confdir(GUEST_SERVICE, GUEST_USER, conv, STACK_DIR, &handle) != PAM_SUCCESS)
        stage_fail("pam_start_confdir failed:\n%s", log_text());
    (void)pam_set_item(handle, PAM_FAIL_DELAY, (const void *)(uintptr_t)skip_delay);
    (void)pam_set_item(handle, PAM_RHOST, GUEST_RHOST);
    (void)pam_set_item(handle, PAM_TTY, "ssh");
    return handle;
}

void guest_run(const struct play *p)
{
    static const struct pam_conv conv = { converse, NULL };
    play = p;
    pam_handle_t *handle = start(&conv);
    size_t fds = count_fds();
    int code = authenticate(handle);
    if (count_fds() != fds)
        stage_fail("descriptors are left open");
    const char *wrong =
        hidden_judge(handle, &(struct hidden){ p->is_change, code == PAM_SUCCESS, was_typed });
    if (wrong != NULL)
        stage_fail("%s", wrong);
    go_on(handle);
    pam_end(handle, code);
    guest_judge_log(p, p->syslogs, p->syslog_count, log_text());
    exit(0);
}
