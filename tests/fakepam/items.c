/* SPDX-License-Identifier: Apache-2.0 */
#include "fakepam/fakepam.h"

#include <security/pam_appl.h>
#include <security/pam_ext.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

static struct {
    unsigned nth, seen;
    int code;
} fault;

void fakepam_fail_at(unsigned nth, int code)
{
    fault.nth = nth;
    fault.seen = 0;
    fault.code = code;
}

unsigned fakepam_calls(void)
{
    return fault.seen;
}

/* Called by every function that modules call: what it must return instead, if anything. */
static int trip(const pam_handle_t *handle)
{
    if (handle->running == NULL)
        return PAM_SUCCESS;
    return ++fault.seen == fault.nth ? fault.code : PAM_SUCCESS;
}

static void wipe_free(char *s)
{
    if (s != NULL)
        explicit_bzero(s, strlen(s));
    free(s);
}

/* Passwords are for modules only. */
static bool may_see(const pam_handle_t *handle, int type)
{
    bool is_secret = type == PAM_AUTHTOK || type == PAM_OLDAUTHTOK;
    return type > 0 && type < FAKEPAM_ITEMS && (!is_secret || handle->running != NULL);
}

const char *fakepam_item(const pam_handle_t *handle, int type)
{
    return handle->items[type];
}

int pam_get_item(const pam_handle_t *handle, int type, const void **item)
{
    int code = trip(handle);
    if (code != PAM_SUCCESS)
        return code;
    if (!may_see(handle, type))
        return PAM_BAD_ITEM;
    if (type == PAM_CONV)
        *item = &handle->conv;
    else
        *item = handle->items[type];
    return PAM_SUCCESS;
}

int pam_set_item(pam_handle_t *handle, int type, const void *item)
{
    int code = trip(handle);
    if (code != PAM_SUCCESS)
        return code;
    if (!may_see(handle, type))
        return PAM_BAD_ITEM;
    if (handle->running != NULL)
        handle->set_items |= 1u << type;
    if (type == PAM_FAIL_DELAY) {
        memcpy(&handle->on_delay, &item, sizeof item);
        return PAM_SUCCESS;
    }
    if (type == PAM_CONV) {
        handle->conv = *(const struct pam_conv *)item;
        return PAM_SUCCESS;
    }
    char *copy = item == NULL ? NULL : strdup(item);
    if (item != NULL && copy == NULL)
        return PAM_BUF_ERR;
    wipe_free(handle->items[type]);
    handle->items[type] = copy;
    return PAM_SUCCESS;
}

int pam_get_user(pam_handle_t *handle, const char **user, const char *prompt)
{
    int code = trip(handle);
    if (code != PAM_SUCCESS)
        return code;
    if (handle->items[PAM_USER] == NULL) {
        const struct pam_message message = { PAM_PROMPT_ECHO_ON,
                                             prompt == NULL ? "login:" : prompt };
        const struct pam_message *messages = &message;
        struct pam_response *response = NULL;
        code = handle->conv.conv(1, &messages, &response, handle->conv.appdata_ptr);
        if (code != PAM_SUCCESS || response == NULL)
            return PAM_CONV_ERR;
        handle->items[PAM_USER] = response->resp;
        free(response);
    }
    *user = handle->items[PAM_USER];
    return *user == NULL ? PAM_CONV_ERR : PAM_SUCCESS;
}

int pam_fail_delay(pam_handle_t *handle, unsigned usec)
{
    int code = trip(handle);
    if (code == PAM_SUCCESS && usec > handle->delay_usec)
        handle->delay_usec = usec;
    return code;
}

/* --- data, for modules only ------------------------------------------------------------------- */

static struct fakepam_data *find_data(const pam_handle_t *handle, const char *name)
{
    struct fakepam_data *d = handle->data;
    while (d != NULL && strcmp(d->name, name) != 0)
        d = d->next;
    return d;
}

int pam_set_data(pam_handle_t *handle, const char *name, void *value,
                 void (*cleanup)(pam_handle_t *handle, void *value, int status))
{
    int code = trip(handle);
    if (code != PAM_SUCCESS || handle->running == NULL)
        return code != PAM_SUCCESS ? code : PAM_SYSTEM_ERR;
    struct fakepam_data *d = find_data(handle, name);
    if (d != NULL && d->cleanup != NULL)
        d->cleanup(handle, d->value, PAM_DATA_REPLACE | PAM_SUCCESS);
    if (d == NULL) {
        d = calloc(1, sizeof *d);
        if (d == NULL)
            return PAM_BUF_ERR;
        d->name = strdup(name);
        d->next = handle->data;
        handle->data = d;
    }
    d->value = value;
    d->cleanup = cleanup;
    handle->data_set++;
    return PAM_SUCCESS;
}

int pam_get_data(const pam_handle_t *handle, const char *name, const void **value)
{
    int code = trip(handle);
    if (code != PAM_SUCCESS)
        return code;
    const struct fakepam_data *d = find_data(handle, name);
    if (d == NULL || handle->running == NULL)
        return PAM_NO_MODULE_DATA;
    *value = d->value;
    return PAM_SUCCESS;
}

int pam_end(pam_handle_t *handle, int status)
{
    while (handle->data != NULL) {
        struct fakepam_data *d = handle->data;
        handle->data = d->next;
        if (d->cleanup != NULL)
            d->cleanup(handle, d->value, status);
        free(d->name);
        free(d);
    }
    for (size_t i = 0; i < FAKEPAM_ITEMS; i++)
        wipe_free(handle->items[i]);
    free(handle);
    return PAM_SUCCESS;
}

/* --- environment and words -------------------------------------------------------------------- */

int pam_putenv(pam_handle_t *handle, const char *name_value)
{
    (void)name_value;
    handle->env_changes++;
    return PAM_SUCCESS;
}

/* The list is the caller's; nobody of ours puts anything there. */
char **pam_getenvlist(pam_handle_t *handle)
{
    (void)handle;
    return calloc(1, sizeof(char *));
}

void pam_vsyslog(const pam_handle_t *handle, int priority, const char *format, va_list args)
{
    char text[4096];
    vsnprintf(text, sizeof text, format, args);
    const char *file = handle->running == NULL ? "libpam" : handle->running->module->file;
    syslog(priority, "%.*s(%s:%s): %s", (int)strcspn(file, "."), file, handle->items[PAM_SERVICE],
           handle->phase, text);
}

void pam_syslog(const pam_handle_t *handle, int priority, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    pam_vsyslog(handle, priority, format, args);
    va_end(args);
}
