/* SPDX-License-Identifier: Apache-2.0
 *
 * A confirmation is a chore of the daemon's: ConfirmDevice, UpdateDeviceStatus when the pool asks
 * its users, then the row. Only a device that the pool knows is kept.
 */
#include "daemon/device.h"

#include "base/file.h"
#include "base/paths.h"
#include "daemon/log.h"
#include "net/json_in.h"
#include "net/json_out.h"
#include "net/seal.h"
#include "net/skew.h"
#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHORES_MAX       16 /* at a time; a login beyond asks for a code once more */
#define MACHINE_ID_BYTES 32
#define DAY_S            86400

struct chore {
    struct chore *next, **link;
    struct daemon *daemon;
    char *sub, *access_token;
    struct device_secret secret;
    struct api_call *call;
};

struct devices {
    uint8_t key[SEAL_KEY_BYTES];
    struct chore *chores;
    size_t chore_count;
};

static const char *name_of(const struct daemon *d, const char *sub)
{
    const struct image_user *u = image_find_sub(d->image, sub);
    return u == NULL ? sub : u->login;
}

/* ------------------------------------------------------------------ sealed */

/* A row belongs to one user of one pool. */
static int make_about(const struct daemon *d, const char *sub, char dst[512])
{
    int n = snprintf(dst, 512, "%s %s", d->config->pool_id, sub);
    return n > 0 && n < 512 ? n : ERR_LIMIT;
}

static int seal(const struct daemon *d, const char *sub, const struct device_secret *secret,
                struct store_device *ret_row)
{
    char about[512];
    int n = make_about(d, sub, about);
    if (n < 0)
        return n;
    _Static_assert(sizeof *secret + SEAL_MORE_BYTES <= sizeof ret_row->sealed, "it fits");
    *ret_row = (struct store_device){ .sealed_bytes = sizeof *secret + SEAL_MORE_BYTES,
                                      .written_s = skew_wall_s(d->skew) };
    return seal_close(d->devices->key, (struct digest_part){ about, (size_t)n },
                      (struct digest_part){ secret, sizeof *secret }, ret_row->sealed);
}

static int unseal(const struct daemon *d, const char *sub, const struct store_device *row,
                  struct device_secret *ret_secret)
{
    char about[512];
    int n = make_about(d, sub, about);
    if (n < 0)
        return n;
    if (row->sealed_bytes != sizeof *ret_secret + SEAL_MORE_BYTES)
        return ERR_REFUSED;
    return seal_open(d->devices->key, (struct digest_part){ about, (size_t)n },
                     (struct digest_part){ row->sealed, row->sealed_bytes }, (uint8_t *)ret_secret);
}

void device_drop(struct daemon *d, const char *sub, const char *why)
{
    struct store_device row;
    if (store_find_device(d->store, sub, &row) == ERR_ABSENT)
        return;
    int err = store_drop_device(d->store, sub);
    if (err == 0)
        log_info("device: this host is no device of %s any more: %s", name_of(d, sub), why);
    else
        log_error("device: the device of %s could not be deleted: %s", name_of(d, sub),
                  err_text(err));
}

bool device_find(struct daemon *d, const char *sub, struct device_secret *ret_secret)
{
    struct store_device row;
    if (d->devices == NULL)
        return false;
    int err = store_find_device(d->store, sub, &row);
    if (err == ERR_ABSENT)
        return false;
    int64_t age_s = err != 0 ? 0 : skew_wall_s(d->skew) - row.written_s;
    if (age_s < 0) /* the clock went back: perhaps for a moment */
        return false;
    if (age_s > (int64_t)d->config->remember_device_days * DAY_S) {
        device_drop(d, sub, "remember_device_days are over");
        return false;
    }
    if (err == 0)
        err = unseal(d, sub, &row, ret_secret);
    if (err != 0)
        device_drop(d, sub, "it was sealed on another host, or is damaged");
    return err == 0;
}

struct auth_device device_options(const struct device_secret *secret)
{
    return (struct auth_device){ secret->key, secret->group_key, secret->password };
}

/* A session that was too old says nothing about the device. */
static bool is_refusal(const struct auth_step *step)
{
    return step->kind == AUTH_FAILED && step->err == ERR_AUTH &&
           strncmp(step->reason, "session_", 8) != 0;
}

void device_replied(struct daemon *d, const char *sub, const struct auth *auth,
                    const struct auth_step *step)
{
    const char *last = strrchr(auth_challenges(auth), ',');
    bool is_proof = last != NULL && strncmp(last, ",DEVICE_", 8) == 0;
    if (d->devices == NULL || sub == NULL)
        return;
    if (auth_lost_device(auth))
        device_drop(d, sub, "the pool has forgotten it");
    else if (is_proof && is_refusal(step))
        device_drop(d, sub, "the pool did not take its proof");
}

/* ------------------------------------------------------------------ chores */

static void free_chore(struct chore *c)
{
    api_cancel(&c->call);
    *c->link = c->next;
    if (c->next != NULL)
        c->next->link = c->link;
    c->daemon->devices->chore_count--;
    if (c->access_token != NULL)
        explicit_bzero(c->access_token, strlen(c->access_token));
    free(c->access_token);
    free(c->sub);
    explicit_bzero(c, sizeof *c);
    free(c);
}

static void give_up(struct chore *c, const char *what, const char *why)
{
    log_warning("device: this host could not become a device of %s: %s: %s",
                name_of(c->daemon, c->sub), what, why);
    free_chore(c);
}

/* The user may have been disabled since. */
static void keep(struct chore *c)
{
    struct daemon *d = c->daemon;
    const struct image_user *u = image_find_sub(d->image, c->sub);
    struct store_device row;
    int err = u == NULL || !u->is_enabled ? ERR_EXPIRED : seal(d, c->sub, &c->secret, &row);
    if (err == 0)
        err = store_put_device(d->store, c->sub, &row);
    if (err != 0) {
        give_up(c, "state.db", err_text(err));
        return;
    }
    log_info("device: this host is a device of %s for %u days", u->login,
             d->config->remember_device_days);
    free_chore(c);
}

static int start_call(struct chore *c, enum api_op op, struct json_out *out, api_done *done)
{
    struct api_request req = { .op = op, .budget_ms = c->daemon->config->login_timeout_s * 1000 };
    int err = json_out_text(out, &req.body, &req.body_bytes);
    if (err == 0)
        err = api_start(c->daemon->api, &req, done, c, &c->call);
    json_out_free(out);
    return err;
}

static void on_updated(void *arg, const struct api_result *result)
{
    struct chore *c = arg;
    c->call = NULL;
    if (result->err != 0)
        give_up(c, "UpdateDeviceStatus", result->message);
    else
        keep(c);
}

/* The pool leaves it to its users; on this host the configuration has said yes for them. */
static void mark_remembered(struct chore *c)
{
    struct json_out out = { .depth = 0 };
    json_out_object(&out, NULL);
    json_out_string(&out, "AccessToken", c->access_token);
    json_out_string(&out, "DeviceKey", c->secret.key);
    json_out_string(&out, "DeviceRememberedStatus", "remembered");
    json_out_end(&out);
    int err = start_call(c, API_UPDATE_DEVICE, &out, on_updated);
    if (err != 0)
        give_up(c, "UpdateDeviceStatus", err_text(err));
}

static void on_confirmed(void *arg, const struct api_result *result)
{
    struct chore *c = arg;
    bool is_asked = false;
    c->call = NULL;
    if (result->err != 0)
        give_up(c, "ConfirmDevice", result->message);
    else if (result->body != NULL &&
             json_in_bool(result->body, "UserConfirmationNecessary", &is_asked) == 0 && is_asked)
        mark_remembered(c);
    else
        keep(c);
}

static int make_secret(struct device_secret *secret, const struct auth_tokens *tokens,
                       struct srp_verifier *ret_verifier)
{
    uint8_t password[SRP_PASSWORD_BYTES], salt[SRP_SALT_BYTES];
    int n = snprintf(secret->key, sizeof secret->key, "%s", tokens->device_key);
    int m = snprintf(secret->group_key, sizeof secret->group_key, "%s", tokens->device_group_key);
    if (n <= 0 || n >= (int)sizeof secret->key || m <= 0 || m >= (int)sizeof secret->group_key)
        return ERR_FORMAT;
    int err = seal_random(password, sizeof password);
    if (err == 0)
        err = seal_random(salt, sizeof salt);
    if (err == 0)
        err = digest_base64(password, sizeof password, secret->password, sizeof secret->password);
    explicit_bzero(password, sizeof password);
    return err != 0 ? err
                    : srp_verify_device(secret->group_key, secret->key, secret->password, salt,
                                        sizeof salt, ret_verifier);
}

static int confirm(struct chore *c, const struct auth_tokens *tokens)
{
    struct json_out out = { .depth = 0 };
    struct srp_verifier v;
    int err = make_secret(&c->secret, tokens, &v);
    if (err != 0)
        return err;
    json_out_object(&out, NULL);
    json_out_string(&out, "AccessToken", c->access_token);
    json_out_string(&out, "DeviceKey", c->secret.key);
    json_out_string(&out, "DeviceName", c->daemon->host_name);
    json_out_object(&out, "DeviceSecretVerifierConfig");
    json_out_string(&out, "PasswordVerifier", v.verifier);
    json_out_string(&out, "Salt", v.salt);
    json_out_end(&out);
    json_out_end(&out);
    return start_call(c, API_CONFIRM_DEVICE, &out, on_confirmed);
}

void device_remember(struct daemon *d, const char *sub, const struct auth_tokens *tokens)
{
    struct devices *devices = d->devices;
    struct store_device row;
    if (devices == NULL || tokens->device_key == NULL ||
        store_find_device(d->store, sub, &row) == 0)
        return;
    struct chore *c = devices->chore_count >= CHORES_MAX ? NULL : calloc(1, sizeof *c);
    if (c == NULL) {
        log_warning("device: too much to do to make this host a device of %s", name_of(d, sub));
        return;
    }
    *c = (struct chore){ .daemon = d, .link = &devices->chores, .next = devices->chores };
    if (c->next != NULL)
        c->next->link = &c->next;
    devices->chores = c;
    devices->chore_count++;
    c->sub = strdup(sub);
    c->access_token = strdup(tokens->access);
    int err = c->sub == NULL || c->access_token == NULL ? ERR_NOMEM : confirm(c, tokens);
    if (err != 0 && c->sub != NULL)
        give_up(c, "ConfirmDevice", err_text(err));
    else if (err != 0)
        free_chore(c);
}

/* -------------------------------------------------------------- beginning */

static int make_key(struct daemon *d, uint8_t ret_key[SEAL_KEY_BYTES])
{
    uint8_t salt[STORE_SALT_BYTES];
    char *id;
    size_t n;
    int err = file_read_trusted(path_machine_id, 64, &id, &n);
    if (err != 0)
        return err;
    size_t digits = strspn(id, "0123456789abcdef");
    err = digits == MACHINE_ID_BYTES ? store_salt(d->store, seal_random, salt) : ERR_FORMAT;
    if (err == 0)
        err = seal_key((struct digest_part){ id, MACHINE_ID_BYTES },
                       (struct digest_part){ salt, sizeof salt }, "pam_cognito device", ret_key);
    free(id);
    explicit_bzero(salt, sizeof salt);
    return err;
}

int device_open(struct daemon *d, struct devices **ret_devices)
{
    *ret_devices = NULL;
    if (!d->config->remember_device)
        return store_drop_device(d->store, NULL);
    struct devices *devices = calloc(1, sizeof *devices);
    if (devices == NULL)
        return ERR_NOMEM;
    int err = make_key(d, devices->key);
    if (err != 0) {
        log_error("no device is remembered: %s: %s", path_machine_id, err_text(err));
        free(devices);
        return 0;
    }
    *ret_devices = devices;
    return 0;
}

void device_close(struct devices **dp)
{
    if (dp == NULL || *dp == NULL)
        return;
    while ((*dp)->chores != NULL)
        free_chore((*dp)->chores);
    explicit_bzero(*dp, sizeof **dp);
    free(*dp);
    *dp = NULL;
}
