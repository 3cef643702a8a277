/* SPDX-License-Identifier: Apache-2.0 */
#include "test_pam_fake.h"

#include <security/pam_ext.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int pam_get_item(const pam_handle_t *handle, int type, const void **item)
{
    switch (type) {
    case PAM_USER:
        *item = handle->user;
        return PAM_SUCCESS;
    case PAM_SERVICE:
        *item = handle->service;
        return PAM_SUCCESS;
    case PAM_CONV:
        *item = handle->conv;
        return PAM_SUCCESS;
    case PAM_AUTHTOK:
        *item = handle->has_authtok ? handle->authtok : NULL;
        return PAM_SUCCESS;
    case PAM_RHOST:
    case PAM_RUSER:
    case PAM_TTY:
        *item = NULL;
        return PAM_SUCCESS;
    default:
        return PAM_BAD_ITEM;
    }
}

int pam_set_item(pam_handle_t *handle, int type, const void *item)
{
    if (type != PAM_AUTHTOK)
        return PAM_BAD_ITEM;
    handle->has_authtok = true;
    snprintf(handle->authtok, sizeof handle->authtok, "%s", (const char *)item);
    return PAM_SUCCESS;
}

int pam_get_user(pam_handle_t *handle, const char **user, const char *prompt)
{
    (void)prompt;
    *user = handle->user;
    return handle->user == NULL ? PAM_CONV_ERR : PAM_SUCCESS;
}

int pam_fail_delay(pam_handle_t *handle, unsigned usec)
{
    handle->delay_us = usec;
    return PAM_SUCCESS;
}

void pam_syslog(const pam_handle_t *handle, int priority, const char *format, ...)
{
    /* As in libpam, the log is no part of what a caller may see changed. */
    char *log = ((pam_handle_t *)(uintptr_t)handle)->log;
    size_t n = strlen(log);
    va_list args;
    (void)priority;
    va_start(args, format);
    vsnprintf(log + n, sizeof handle->log - n, format, args);
    va_end(args);
    n = strlen(log);
    snprintf(log + n, sizeof handle->log - n, "\n");
}

static int converse(int count, const struct pam_message **messages, struct pam_response **ret,
                    void *arg)
{
    struct fake_person *p = arg;
    size_t n = strlen(p->shown);
    struct pam_response *r = calloc((size_t)count, sizeof *r);
    if (r == NULL)
        return PAM_BUF_ERR;
    snprintf(p->shown + n, sizeof p->shown - n, "%d %s\n", messages[0]->msg_style,
             messages[0]->msg);
    bool is_question = messages[0]->msg_style == PAM_PROMPT_ECHO_OFF ||
                       messages[0]->msg_style == PAM_PROMPT_ECHO_ON;
    const char *answer = is_question ? p->answers[p->next++] : NULL;
    if (answer != NULL)
        r->resp = strdup(answer);
    if (p->code != PAM_SUCCESS || p->gives_no_response) {
        free(r->resp);
        free(r);
        r = NULL;
    }
    *ret = r;
    return p->code;
}

void fake_person_init(struct fake_person *p, pam_handle_t *handle)
{
    memset(p, 0, sizeof *p);
    p->code = PAM_SUCCESS;
    p->conv = (struct pam_conv){ converse, p };
    handle->conv = &p->conv;
}
