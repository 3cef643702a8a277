/* SPDX-License-Identifier: Apache-2.0 */
#include "call.h"

#include "base/text.h"

#include <security/pam_ext.h>
#include <string.h>
#include <syslog.h>

#define SHOWN_MAX 128 /* of a text that somebody else wrote, in a log line */

static void judge_args(struct call *c, int argc, const char **argv)
{
    const char *bad = "";
    c->args_are_bad = args_parse(argc, argv, &c->args, &bad) != 0;
    if (!c->args_are_bad)
        return;
    char shown[SHOWN_MAX];
    text_clean(shown, sizeof shown, bad, strnlen(bad, SHOWN_MAX), TEXT_WORD);
    pam_syslog(c->handle, LOG_ERR, "unknown argument: %s", shown);
}

static void say(void *handle, int priority, const char *text)
{
    pam_syslog(handle, priority, "%s", text);
}

void call_open(pam_handle_t *handle, int flags, int argc, const char **argv, struct call *ret_call)
{
    const void *service = NULL;
    memset(ret_call, 0, sizeof *ret_call);
    ret_call->handle = handle;
    ret_call->flags = (unsigned)flags;
    if (pam_get_item(handle, PAM_SERVICE, &service) != PAM_SUCCESS || service == NULL)
        service = "";
    access_open(&ret_call->access, service, say, handle);
    judge_args(ret_call, argc, argv);
}

/* The daemon writes the line for the audit (R-LOG-01); this one says what the module decided. */
static void log_end(const struct call *c, int err)
{
    const char *user = c->access.user;
    if (err != 0 && err != ERR_NOT_OURS)
        pam_syslog(c->handle, err > ERR_NOT_OURS ? LOG_ERR : LOG_NOTICE,
                   "user=%s refused reason=%s", user, err_word(err));
    else if (c->args.debug)
        pam_syslog(c->handle, LOG_DEBUG, "user=%s %s", user, err == 0 ? "accepted" : "not ours");
}

int call_close(struct call *c, enum phase phase, int err)
{
    access_close(&c->access);
    log_end(c, err);
    return codes_pam(phase, err);
}
