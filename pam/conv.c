/* SPDX-License-Identifier: Apache-2.0 */
#include "conv.h"

#include <stdlib.h>
#include <string.h>

static const struct pam_conv *find(pam_handle_t *handle)
{
    const void *item = NULL;
    if (pam_get_item(handle, PAM_CONV, &item) != PAM_SUCCESS || item == NULL)
        return NULL;
    const struct pam_conv *conv = item;
    return conv->conv != NULL ? conv : NULL;
}

bool conv_is_there(pam_handle_t *handle)
{
    return find(handle) != NULL;
}

static int exchange(pam_handle_t *handle, int style, const char *text,
                    struct pam_response **ret_response)
{
    const struct pam_conv *conv = find(handle);
    if (conv == NULL)
        return ERR_CONV;
    const struct pam_message message = { .msg_style = style, .msg = text };
    const struct pam_message *messages = &message;
    struct pam_response *response = NULL;
    int code = conv->conv(1, &messages, &response, conv->appdata_ptr);
    if (code == PAM_BUF_ERR)
        return ERR_NOMEM;
    if (code != PAM_SUCCESS)
        return ERR_CONV; /* what response holds then is undefined: not touched */
    *ret_response = response;
    return 0;
}

static void drop(struct pam_response *response)
{
    if (response == NULL)
        return;
    if (response->resp != NULL)
        explicit_bzero(response->resp, strlen(response->resp));
    free(response->resp);
    free(response);
}

static int take(const struct pam_response *response, struct secret *ret_answer)
{
    if (response == NULL || response->resp == NULL)
        return ERR_CONV;
    size_t n = strnlen(response->resp, SECRET_MAX + 1);
    return secret_set(ret_answer, response->resp, n) == 0 ? 0 : ERR_AUTH;
}

int conv_ask(pam_handle_t *handle, bool echo, const char *text, struct secret *ret_answer)
{
    struct pam_response *response = NULL;
    secret_wipe(ret_answer);
    int err = exchange(handle, echo ? PAM_PROMPT_ECHO_ON : PAM_PROMPT_ECHO_OFF, text, &response);
    if (err == 0)
        err = take(response, ret_answer);
    drop(response);
    return err;
}

void conv_tell(pam_handle_t *handle, unsigned flags, int style, const char *text)
{
    struct pam_response *response = NULL;
    if (text[0] == '\0' || (flags & PAM_SILENT) != 0)
        return;
    if (exchange(handle, style, text, &response) == 0)
        drop(response);
}
