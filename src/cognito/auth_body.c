/* SPDX-License-Identifier: Apache-2.0
 *
 * The request bodies of a sign-in (reference sections 7 and 8), admin and public form from one
 * table of flows, and those that set a password (section 12), which have a public form only.
 */
#include "cognito/challenge.h"

#include "cognito/secret_hash.h"

#include <arpa/inet.h>
#include <string.h>

/* Which operations a flow has. */
enum api_form { FORM_ADMIN = 1, FORM_PUBLIC = 2, FORM_BOTH = 3 };

static const struct flow {
    const char *name;
    enum api_form form;
    enum auth_first first;
} flows[AUTH_FLOWS] = {
    [AUTH_ADMIN_USER_PASSWORD] = { "ADMIN_USER_PASSWORD_AUTH", FORM_ADMIN, FIRST_PASSWORD },
    [AUTH_USER_PASSWORD] = { "USER_PASSWORD_AUTH", FORM_PUBLIC, FIRST_PASSWORD },
    [AUTH_USER_SRP] = { "USER_SRP_AUTH", FORM_BOTH, FIRST_SRP },
    [AUTH_CUSTOM] = { "CUSTOM_AUTH", FORM_BOTH, FIRST_PREFERRED },
    [AUTH_USER] = { "USER_AUTH", FORM_BOTH, FIRST_PREFERRED },
};

int auth_flow_find(const char *name)
{
    for (int i = 0; i < AUTH_FLOWS; i++) {
        if (strcmp(flows[i].name, name) == 0)
            return i;
    }
    return -1;
}

bool auth_flow_fits(const struct auth_options *options)
{
    if ((unsigned)options->flow >= AUTH_FLOWS)
        return false;
    const struct flow *flow = &flows[options->flow];
    const struct challenge *c = NULL;
    if ((flow->form & (options->is_public ? FORM_PUBLIC : FORM_ADMIN)) == 0)
        return false;
    if (options->preferred == NULL || *options->preferred == '\0')
        return true;
    c = challenge_find(options->preferred);
    if (c == NULL || c->first_menu == NULL)
        return false;
    return options->flow == AUTH_USER || (options->flow == AUTH_CUSTOM && c->uses_srp);
}

enum auth_first auth_first(const struct auth *auth)
{
    const struct flow *flow = &flows[auth->options.flow];
    const struct challenge *c;
    if (flow->first != FIRST_PREFERRED)
        return flow->first;
    if (auth->options.preferred == NULL)
        return FIRST_NOTHING;
    c = challenge_find(auth->options.preferred);
    if (c->enter != challenge_first_enter)
        return FIRST_NOTHING;
    return c->uses_srp ? FIRST_SRP : FIRST_PASSWORD;
}

enum api_op auth_initiate_op(const struct auth *auth)
{
    return auth->options.is_public ? API_INITIATE_AUTH : API_ADMIN_INITIATE_AUTH;
}

enum api_op auth_respond_op(const struct auth *auth)
{
    return auth->options.is_public ? API_RESPOND : API_ADMIN_RESPOND;
}

const char *auth_username(const struct auth *auth)
{
    return auth->username != NULL ? auth->username : auth->options.username;
}

/* USERNAME and the proof over the very same bytes; the device, while there is one. */
static int write_user(struct auth *auth, struct json_out *out)
{
    char hash[SECRET_HASH_SIZE];
    const char *name = auth_username(auth);
    json_out_string(out, "USERNAME", name);
    if (!auth->lost_device)
        json_out_string(out, "DEVICE_KEY", auth->options.device.key);
    if (auth->options.client_secret == NULL)
        return 0;
    int err = secret_hash(auth->options.client_secret, name, auth->options.client_id, hash);
    if (err == 0)
        json_out_string(out, "SECRET_HASH", hash);
    return err;
}

static bool is_literal_address(const char *s)
{
    struct in6_addr any;
    return s != NULL && (inet_pton(AF_INET, s, &any) == 1 || inet_pton(AF_INET6, s, &any) == 1);
}

/* Who changes roles is here already: whatever address such a program hands on is that of another
 * login, or its caller's word. */
static bool is_local_by_nature(const char *service)
{
    static const char *const services[] = { "sudo", "sudo-i", "su", "su-l", "runuser", "polkit-1" };
    for (size_t i = 0; service != NULL && i < COUNT(services); i++)
        if (strcmp(services[i], service) == 0)
            return true;
    return false;
}

/* A name would be looked up by nobody and believed by nobody: literal addresses only. */
static void write_context(const struct auth *auth, bool is_admin, struct json_out *out)
{
    const struct auth_options *o = &auth->options;
    if (!o->send_client_address || !is_literal_address(o->rhost) || is_local_by_nature(o->service))
        return;
    json_out_object(out, is_admin ? "ContextData" : "UserContextData");
    json_out_string(out, "IpAddress", o->rhost);
    if (is_admin) {
        json_out_string(out, "ServerName", o->host != NULL ? o->host : "localhost");
        json_out_string(out, "ServerPath", o->service != NULL ? o->service : "login");
        json_out_array(out, "HttpHeaders");
        json_out_end(out);
    }
    json_out_end(out);
}

static void write_metadata(const struct auth *auth, struct json_out *out)
{
    const struct auth_options *o = &auth->options;
    if (o->service == NULL || o->is_public)
        return;
    json_out_object(out, "ClientMetadata");
    json_out_string(out, "service", o->service);
    json_out_string(out, "host", o->host);
    json_out_end(out);
}

static void write_head(const struct auth *auth, struct json_out *out)
{
    json_out_object(out, NULL);
    if (!auth->options.is_public)
        json_out_string(out, "UserPoolId", auth->options.pool_id);
    json_out_string(out, "ClientId", auth->options.client_id);
}

static int finish(struct json_out *out)
{
    const char *text;
    size_t n;
    json_out_end(out);
    return json_out_text(out, &text, &n);
}

/* What goes with the name: the password, the beginning of SRP, a wish. */
static void write_first(const struct auth *auth, struct json_out *out)
{
    const struct auth_options *o = &auth->options;
    enum auth_first first = auth_first(auth);
    if (first == FIRST_PASSWORD)
        json_out_string(out, "PASSWORD", auth->password.bytes);
    if (first == FIRST_SRP)
        json_out_string(out, "SRP_A", srp_public(auth->srp));
    if (first == FIRST_SRP && o->flow == AUTH_CUSTOM)
        json_out_string(out, "CHALLENGE_NAME", "SRP_A");
    if (o->flow == AUTH_USER)
        json_out_string(out, "PREFERRED_CHALLENGE", o->preferred);
}

int auth_write_initiate(struct auth *auth)
{
    struct json_out *out = &auth->body;
    json_out_free(out);
    write_head(auth, out);
    json_out_string(out, "AuthFlow", flows[auth->options.flow].name);
    json_out_object(out, "AuthParameters");
    int err = write_user(auth, out);
    write_first(auth, out);
    json_out_end(out);
    write_context(auth, !auth->options.is_public, out);
    write_metadata(auth, out);
    return err != 0 ? err : finish(out);
}

int auth_write_respond(struct auth *auth)
{
    struct json_out *out = &auth->body;
    json_out_free(out);
    write_head(auth, out);
    json_out_string(out, "ChallengeName", auth->challenge->name);
    json_out_object(out, "ChallengeResponses");
    int err = write_user(auth, out);
    auth->challenge->write(auth, out);
    json_out_end(out);
    write_context(auth, !auth->options.is_public, out);
    if (auth->session.len > 0)
        json_out_string(out, "Session", buf_text(&auth->session));
    return err != 0 ? err : finish(out);
}

/* As write_user() does it, with the members' other names. */
static int write_owner(const struct auth *auth, struct json_out *out)
{
    const struct auth_options *o = &auth->options;
    char hash[SECRET_HASH_SIZE];
    const char *name = auth_username(auth);
    json_out_object(out, NULL);
    json_out_string(out, "ClientId", o->client_id);
    json_out_string(out, "Username", name);
    write_context(auth, false, out);
    if (o->client_secret == NULL)
        return 0;
    int err = secret_hash(o->client_secret, name, o->client_id, hash);
    if (err == 0)
        json_out_string(out, "SecretHash", hash);
    return err;
}

int auth_write_forgot(struct auth *auth)
{
    struct json_out *out = &auth->body;
    json_out_free(out);
    int err = write_owner(auth, out);
    return err != 0 ? err : finish(out);
}

int auth_write_confirm(struct auth *auth, const struct secret *code, const struct secret *password)
{
    struct json_out *out = &auth->body;
    json_out_free(out);
    int err = write_owner(auth, out);
    json_out_string(out, "ConfirmationCode", code->bytes);
    json_out_string(out, "Password", password->bytes);
    return err != 0 ? err : finish(out);
}

int auth_write_change(struct auth *auth, const char *access_token, const struct secret *password)
{
    struct json_out *out = &auth->body;
    json_out_free(out);
    json_out_object(out, NULL);
    json_out_string(out, "AccessToken", access_token);
    json_out_string(out, "PreviousPassword", auth->password.bytes);
    json_out_string(out, "ProposedPassword", password->bytes);
    return finish(out);
}
