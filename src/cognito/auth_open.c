/* SPDX-License-Identifier: Apache-2.0
 *
 * Beginning and end of a sign-in's memory, and what its transcript says.
 */
#include "cognito/challenge.h"

#include "net/json_in.h"

#include <stdlib.h>
#include <string.h>

/* The texts of the options, and which of them are secrets. */
static const struct {
    size_t offset;
    bool is_secret;
} texts[] = {
#define TEXT(field) offsetof(struct auth_options, field)
    { TEXT(pool_id), false },
    { TEXT(client_id), false },
    { TEXT(client_secret), true },
    { TEXT(preferred), false },
    { TEXT(username), false },
    { TEXT(service), false },
    { TEXT(host), false },
    { TEXT(rhost), false },
    { TEXT(label), false },
    { TEXT(device.key), false },
    { TEXT(device.group_key), false },
    { TEXT(device.secret), true },
#undef TEXT
};

static const char **text_at(struct auth_options *options, size_t i)
{
    return (const char **)(void *)((char *)options + texts[i].offset);
}

static void free_text(const char **text, bool is_secret)
{
    char *owned = (char *)(uintptr_t)*text;
    if (owned != NULL && is_secret)
        explicit_bzero(owned, strlen(owned));
    free(owned);
    *text = NULL;
}

/* "" is as good as NULL. */
static bool copy_texts(struct auth_options *options)
{
    bool is_good = true;
    for (size_t i = 0; i < COUNT(texts); i++) {
        const char **text = text_at(options, i);
        const char *given = *text;
        *text = given == NULL || *given == '\0' || !is_good ? NULL : strdup(given);
        is_good = is_good && (given == NULL || *given == '\0' || *text != NULL);
    }
    return is_good;
}

static bool is_whole(const struct auth_device *device)
{
    bool has_key = device->key != NULL;
    return has_key == (device->group_key != NULL) && has_key == (device->secret != NULL);
}

int auth_open(const struct auth_options *options, struct auth **ret_auth)
{
    if (options->pool_id == NULL || options->client_id == NULL || !auth_flow_fits(options) ||
        !is_whole(&options->device))
        return ERR_CONFIG;
    struct auth *auth = calloc(1, sizeof *auth);
    if (auth == NULL)
        return ERR_NOMEM;
    auth->options = *options;
    auth->text.max = AUTH_TEXT_MAX;
    if (!copy_texts(&auth->options)) {
        auth_free(&auth);
        return ERR_NOMEM;
    }
    *ret_auth = auth;
    return 0;
}

void auth_free(struct auth **auth)
{
    if (auth == NULL || *auth == NULL)
        return;
    struct auth *a = *auth;
    for (size_t i = 0; i < COUNT(texts); i++)
        free_text(text_at(&a->options, i), texts[i].is_secret);
    free(a->username);
    buf_free(&a->kept);
    buf_free(&a->session);
    buf_free(&a->text);
    json_out_free(&a->body);
    json_in_free(&a->tokens);
    srp_free(&a->srp);
    challenge_password_wipe(&a->fresh);
    challenge_reset_wipe(&a->reset);
    explicit_bzero(a, sizeof *a);
    free(a);
    *auth = NULL;
}

bool auth_had_mfa(const struct auth *auth)
{
    return auth->had_mfa;
}

bool auth_had_new_password(const struct auth *auth)
{
    return auth->had_new_password;
}

const struct secret *auth_password(const struct auth *auth)
{
    return &auth->password;
}

void auth_forget_password(struct auth *auth)
{
    secret_wipe(&auth->password);
}

bool auth_proved_password(const struct auth *auth)
{
    return auth->proved_password;
}

bool auth_password_was_all(const struct auth *auth)
{
    return auth->password.len > 0 && auth->proved_password && !auth->asked_more;
}

bool auth_password_is_open(const struct auth *auth)
{
    return auth->password.len > 0 && !auth->proved_password && !auth->asked_more;
}

bool auth_had_device(const struct auth *auth)
{
    return auth->had_device;
}

bool auth_lost_device(const struct auth *auth)
{
    return auth->lost_device;
}

bool auth_wants_code(const struct auth *auth)
{
    const struct challenge *wish = NULL;
    bool is_choice =
        auth->stage == STAGE_RESPOND && auth->challenge->write == challenge_select_write;
    if (auth->stage == STAGE_INITIATE && auth->options.preferred != NULL)
        wish = challenge_find(auth->options.preferred);
    else if (is_choice)
        wish = auth->choices[auth->choice];
    else if (auth->stage == STAGE_SIDE)
        return challenge_reset_wants_code(auth);
    return wish != NULL && wish->is_delivered;
}

const char *auth_challenges(const struct auth *auth)
{
    return auth->seen;
}

const char *auth_request_id(const struct auth *auth)
{
    return auth->request_id;
}
