/* SPDX-License-Identifier: Apache-2.0 */
#include "fakepam/fakepam.h"

#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARRAY_COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* --- service files ---------------------------------------------------------------------------- */

static const struct fakepam_module *find_module(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *file = slash == NULL ? path : slash + 1;
    for (size_t i = 0; fakepam_modules[i] != NULL; i++)
        if (strcmp(fakepam_modules[i]->file, file) == 0)
            return fakepam_modules[i];
    return NULL;
}

/* The next word, or what stands in brackets; the text behind it. NULL: there is none. */
static char *next_word(char **at)
{
    char *begin = *at + strspn(*at, " \t\n");
    bool is_list = *begin == '[';
    begin += is_list;
    size_t n = strcspn(begin, is_list ? "]\n" : " \t\n");
    if (n == 0)
        return NULL;
    *at = begin + n + (begin[n] != '\0');
    begin[n] = '\0';
    return begin;
}

/* `type control path argument...`; false: not a line of a stack. */
static bool read_line(struct fakepam_line *line, const char *text)
{
    memset(line, 0, sizeof *line);
    snprintf(line->text, sizeof line->text, "%s", text);
    char *at = line->text;
    const char *type = next_word(&at), *control = next_word(&at), *path = next_word(&at);
    if (type == NULL || control == NULL || path == NULL)
        return false;
    snprintf(line->type, sizeof line->type, "%s", type);
    snprintf(line->control, sizeof line->control, "%s", control);
    line->module = find_module(path);
    for (const char *word; line->argc < FAKEPAM_ARGS && (word = next_word(&at)) != NULL;)
        line->argv[line->argc++] = word;
    return line->module != NULL;
}

static bool read_service(pam_handle_t *handle, const char *dir, const char *service)
{
    char text[4096];
    snprintf(text, sizeof text, "%s/%s", dir, service);
    FILE *f = fopen(text, "re");
    bool is_good = f != NULL;
    while (is_good && fgets(text, sizeof text, f) != NULL)
        is_good =
            handle->count < FAKEPAM_MODULES && read_line(&handle->lines[handle->count++], text);
    if (f != NULL)
        fclose(f);
    return is_good && handle->count > 0;
}

int pam_start_confdir(const char *service, const char *user, const struct pam_conv *conv,
                      const char *dir, pam_handle_t **ret_handle)
{
    pam_handle_t *handle = calloc(1, sizeof *handle);
    if (handle == NULL)
        return PAM_BUF_ERR;
    handle->conv = *conv;
    handle->phase = "";
    handle->items[PAM_SERVICE] = strdup(service);
    handle->items[PAM_USER] = user == NULL ? NULL : strdup(user);
    if (!read_service(handle, dir, service)) {
        pam_end(handle, PAM_ABORT);
        return PAM_ABORT;
    }
    *ret_handle = handle;
    return PAM_SUCCESS;
}

/* --- pam.conf(5) ------------------------------------------------------------------------------ */

static const char *control_of(const char *word)
{
    static const struct {
        const char *word, *list;
    } words[] = {
        { "required", "success=ok new_authtok_reqd=ok ignore=ignore default=bad" },
        { "requisite", "success=ok new_authtok_reqd=ok ignore=ignore default=die" },
        { "sufficient", "success=done new_authtok_reqd=done default=ignore" },
        { "optional", "success=ok new_authtok_reqd=ok default=ignore" },
    };
    for (size_t i = 0; i < ARRAY_COUNT(words); i++)
        if (strcmp(words[i].word, word) == 0)
            return words[i].list;
    return word;
}

static const char *name_of(int code)
{
    static const struct {
        int code;
        const char *name;
    } names[] = {
        { PAM_SUCCESS, "success" },
        { PAM_IGNORE, "ignore" },
        { PAM_NEW_AUTHTOK_REQD, "new_authtok_reqd" },
        { PAM_USER_UNKNOWN, "user_unknown" },
        { PAM_ACCT_EXPIRED, "acct_expired" },
        { PAM_PERM_DENIED, "perm_denied" },
        { PAM_AUTHINFO_UNAVAIL, "authinfo_unavail" },
    };
    for (size_t i = 0; i < ARRAY_COUNT(names); i++)
        if (names[i].code == code)
            return names[i].name;
    return "default";
}

/* The action for a code: the list's own, or its default; bad when it says neither. */
static void find_action(const char *list, const char *name, char ret_action[16])
{
    const char *const wanted[] = { name, "default" };
    snprintf(ret_action, 16, "bad");
    for (size_t i = 0; i < ARRAY_COUNT(wanted); i++) {
        size_t n = strlen(wanted[i]);
        for (const char *at = list; *at != '\0'; at += strspn(at, " ")) {
            size_t size = strcspn(at, " ");
            if (size > n && strncmp(at, wanted[i], n) == 0 && at[n] == '=') {
                snprintf(ret_action, 16, "%.*s", (int)(size - n - 1), at + n + 1);
                return;
            }
            at += size;
        }
    }
}

struct verdict {
    bool is_bad, is_set, is_over;
    int code;
    size_t skip;
};

static void weigh(struct verdict *v, const char *action, int code)
{
    bool is_done = strcmp(action, "done") == 0, is_die = strcmp(action, "die") == 0;
    if (action[0] >= '1' && action[0] <= '9') {
        v->skip = strtoul(action, NULL, 10);
    } else if (is_done || strcmp(action, "ok") == 0) {
        if (!v->is_bad && (!v->is_set || v->code == PAM_SUCCESS))
            v->code = code;
        v->is_set = true;
        v->is_over = is_done && !v->is_bad;
    } else if (is_die || strcmp(action, "bad") == 0) {
        if (!v->is_bad)
            v->code = code == PAM_SUCCESS || code == PAM_IGNORE ? PAM_PERM_DENIED : code;
        v->is_bad = v->is_set = true;
        v->is_over = is_die;
    }
}

/* --- calls ------------------------------------------------------------------------------------ */

static const struct {
    const char *type, *phase;
} entries[FAKEPAM_ENTRIES] = {
    [FAKEPAM_AUTH] = { "auth", "auth" },          [FAKEPAM_SETCRED] = { "auth", "setcred" },
    [FAKEPAM_ACCOUNT] = { "account", "account" }, [FAKEPAM_OPEN] = { "session", "session" },
    [FAKEPAM_CLOSE] = { "session", "session" },   [FAKEPAM_PASSWORD] = { "password", "chauthtok" },
};

static int run(pam_handle_t *handle, enum fakepam_entry entry, int flags)
{
    struct verdict v = { .code = PAM_PERM_DENIED };
    char action[16];
    for (size_t i = 0; i < handle->count && !v.is_over; i++) {
        struct fakepam_line *line = &handle->lines[i];
        if (strcmp(line->type, entries[entry].type) != 0)
            continue;
        if (v.skip > 0) {
            v.skip--;
            continue;
        }
        handle->phase = entries[entry].phase;
        handle->running = line;
        int code = line->module->entry[entry](handle, flags, line->argc, line->argv);
        handle->running = NULL;
        find_action(control_of(line->control), name_of(code), action);
        weigh(&v, action, code);
    }
    return v.code;
}

int pam_authenticate(pam_handle_t *handle, int flags)
{
    int code = run(handle, FAKEPAM_AUTH, flags);
    if (code != PAM_SUCCESS && handle->on_delay != NULL && handle->delay_usec > 0)
        handle->on_delay(code, handle->delay_usec, handle->conv.appdata_ptr);
    handle->delay_usec = 0;
    return code;
}

int pam_setcred(pam_handle_t *handle, int flags)
{
    return run(handle, FAKEPAM_SETCRED, flags == 0 ? (int)PAM_ESTABLISH_CRED : flags);
}

int pam_acct_mgmt(pam_handle_t *handle, int flags)
{
    return run(handle, FAKEPAM_ACCOUNT, flags);
}

int pam_open_session(pam_handle_t *handle, int flags)
{
    return run(handle, FAKEPAM_OPEN, flags);
}

int pam_close_session(pam_handle_t *handle, int flags)
{
    return run(handle, FAKEPAM_CLOSE, flags);
}

/* Twice, as pam_chauthtok(3) has it. */
int pam_chauthtok(pam_handle_t *handle, int flags)
{
    int code = run(handle, FAKEPAM_PASSWORD, flags | (int)PAM_PRELIM_CHECK);
    return code == PAM_SUCCESS ? run(handle, FAKEPAM_PASSWORD, flags | (int)PAM_UPDATE_AUTHTOK)
                               : code;
}
