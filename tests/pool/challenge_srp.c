/* SPDX-License-Identifier: Apache-2.0 */
/* The challenges that are proved by SRP; see challenge_srp.h. */
#include "challenge_srp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bytes.h"
#include "challenge.h"
#include "challenge_ask.h"
#include "device.h"
#include "session.h"
#include "signin.h"
#include "srp.h"

#define SALT_BYTES  16
#define BLOCK_BYTES 1024
#define SKEW_MS     ((int64_t)5 * 60 * 1000)

struct srp_exchange {
    char *group, *name; /* of the identity: pool and user */
    char *verifier, *b, *srp_a, *srp_b;
    uint8_t block[BLOCK_BYTES];
    char *block_text;
    int64_t made_ms;
};

void challenge_srp_free(struct srp_exchange **xp)
{
    struct srp_exchange *x = *xp;
    if (x == NULL)
        return;
    char *const texts[] = {
        x->group, x->name, x->verifier, x->b, x->srp_a, x->srp_b, x->block_text
    };
    for (size_t i = 0; i < COUNT(texts); i++)
        free(texts[i]);
    free(x);
    *xp = NULL;
}

static char *hex_text(const uint8_t *p, size_t n)
{
    char *hex = bytes_grow(NULL, 2 * n + 1, 1);
    bytes_hex(p, n, hex);
    return hex;
}

static char *random_hex(size_t n)
{
    uint8_t raw[64];
    bytes_random(raw, n);
    return hex_text(raw, n);
}

static const char *pool_group(const struct pool *p)
{
    return strchr(p->id, '_') + 1;
}

/* Salt and verifier of the user's password; made at the first question, kept until it changes. */
static void make_verifier(struct user *u)
{
    if (u->srp_verifier != NULL)
        return;
    struct srp_identity id = { pool_group(u->pool), u->name };
    u->srp_salt = random_hex(SALT_BYTES);
    u->srp_verifier = srp_verifier(id, u->password, u->srp_salt);
}

/* What the exchange is about: a user with a password, or nobody: then no password is right, and
   the salt is always the same. */
static char *fill_identity(struct call *c, struct srp_exchange *x)
{
    uint8_t seed[32];
    x->group = bytes_copy(pool_group(c->pool));
    if (c->user != NULL && c->user->password != NULL) {
        make_verifier(c->user);
        x->name = bytes_copy(c->user->name);
        x->verifier = bytes_copy(c->user->srp_verifier);
        return bytes_copy(c->user->srp_salt);
    }
    if (c->user != NULL)
        c->pretended = c->user->name;
    x->name = signin_pretended_id(c);
    signin_pretended_bytes(c, "verifier", seed);
    x->verifier = hex_text(seed, sizeof seed);
    signin_pretended_bytes(c, "salt", seed);
    return hex_text(seed, SALT_BYTES);
}

static struct srp_exchange *exchange_new(struct call *c, const char *srp_a)
{
    struct srp_exchange *x = bytes_grow(NULL, 1, sizeof *x);
    *x = (struct srp_exchange){ .srp_a = bytes_copy(srp_a),
                                .b = random_hex(32),
                                .made_ms = model_now_ms(c->w) };
    bytes_random(x->block, sizeof x->block);
    x->block_text = bytes_base64(x->block, sizeof x->block);
    return x;
}

/* Puts the question of an exchange whose group, name and verifier are filled. */
static struct session *ask(struct call *c, struct srp_exchange *x, const char *challenge,
                           const char *salt)
{
    x->srp_b = srp_public(x->verifier, x->b);
    struct session *s = session_new(c, challenge);
    s->srp = x;
    struct json_object *params = challenge_put(c, s);
    call_put(params, "SALT", salt);
    call_put(params, "SECRET_BLOCK", x->block_text);
    call_put(params, "SRP_B", x->srp_b);
    return s;
}

static bool check_srp_a(struct call *c, const char *srp_a)
{
    if (!srp_is_number(srp_a))
        call_fail(c, "InvalidParameterException", "Invalid SRP_A");
    return !call_failed(c);
}

void challenge_ask_verifier(struct call *c, const char *srp_a)
{
    struct json_object *params = NULL;
    if (!check_srp_a(c, srp_a))
        return;
    struct srp_exchange *x = exchange_new(c, srp_a);
    char *salt = fill_identity(c, x);
    struct session *s = ask(c, x, "PASSWORD_VERIFIER", salt);
    json_object_object_get_ex(c->out, "ChallengeParameters", &params);
    call_put(params, "USER_ID_FOR_SRP", x->name);
    call_put(params, "USERNAME", x->name);
    if (c->client->srp_without_session) {
        session_rename(c, s, x->block_text);
        json_object_object_del(c->out, "Session");
    }
    free(salt);
}

/* "Tue Mar 3 04:05:06 UTC 2026", nothing else, and near the pool's clock. */
static bool timestamp_is_good(const struct call *c, const char *text)
{
    static const char days[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
    static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    struct tm tm = { 0 };
    const char *end = strptime(text, "%a %b %d %H:%M:%S UTC %Y", &tm);
    if (end == NULL || *end != '\0')
        return false;
    time_t when = timegm(&tm);
    gmtime_r(&when, &tm);
    char *good = bytes_format("%s %s %d %02d:%02d:%02d UTC %d", days[tm.tm_wday], months[tm.tm_mon],
                              tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, 1900 + tm.tm_year);
    bool ok = strcmp(good, text) == 0;
    free(good);
    int64_t off_ms = (int64_t)when * 1000 - model_now_ms(c->w);
    return ok && off_ms <= SKEW_MS && off_ms >= -SKEW_MS;
}

static bool claim_is_good(const struct srp_exchange *x, const char *timestamp, const char *claim)
{
    struct srp_identity id = { x->group, x->name };
    uint8_t key[SRP_KEY_BYTES];
    if (!srp_key(x->verifier, x->b, x->srp_a, key))
        return false;
    char *good = srp_claim(id, key, x->block, sizeof x->block, timestamp);
    bool ok = bytes_equal(good, claim);
    free(good);
    return ok;
}

static const char *response(struct call *c, const char *key)
{
    const char *value = call_map(c, "ChallengeResponses", key);
    if (value == NULL)
        call_fail(c, "InvalidParameterException", "Missing required parameter %s", key);
    return value;
}

/* One try for one exchange: whatever is wrong with it ends the sign-in. */
static bool exchange_is_proved(struct call *c, struct session *s, const char *signature)
{
    const char *block = response(c, "PASSWORD_CLAIM_SECRET_BLOCK");
    const char *timestamp = response(c, "TIMESTAMP");
    if (call_failed(c))
        return false;
    bool in_time = model_now_ms(c->w) - s->srp->made_ms <= c->client->srp_ms;
    if (in_time && strcmp(block, s->srp->block_text) == 0 && timestamp_is_good(c, timestamp) &&
        claim_is_good(s->srp, timestamp, signature))
        return true;
    s->is_dead = true;
    return false;
}

void challenge_judge_verifier(struct call *c, struct session *s, const char *signature)
{
    if (c->user != NULL)
        signin_check_lock(c);
    if (call_failed(c))
        return;
    bool is_proved = exchange_is_proved(c, s, signature);
    if (call_failed(c))
        return;
    if (!is_proved || c->user == NULL) {
        signin_wrong_password(c);
        return;
    }
    signin_check_age(c);
    if (!call_failed(c))
        device_take_key(c, "ChallengeResponses");
    if (call_failed(c))
        return; /* a device that is gone: the same once more, without it */
    session_spend(s);
    c->signin.is_srp = true;
    challenge_after_password(c);
}

void challenge_ask_device(struct call *c)
{
    struct json_object *params = challenge_put(c, session_new(c, "DEVICE_SRP_AUTH"));
    call_put(params, "DEVICE_KEY", c->signin.device_key);
}

/* The device of this sign-in, by DEVICE_KEY of the answer. */
static struct device *answering_device(struct call *c)
{
    const char *key = response(c, "DEVICE_KEY");
    if (call_failed(c))
        return NULL;
    struct device *d = device_find(c->user, key);
    if (strcmp(key, c->signin.device_key) != 0)
        call_fail(c, "NotAuthorizedException", "Invalid device for the session.");
    else if (d == NULL)
        call_fail(c, "ResourceNotFoundException", "Device does not exist.");
    return call_failed(c) ? NULL : d;
}

void challenge_judge_device(struct call *c, struct session *s, const char *srp_a)
{
    const struct device *d = answering_device(c);
    struct json_object *params = NULL;
    if (d == NULL || !check_srp_a(c, srp_a))
        return;
    session_spend(s);
    struct srp_exchange *x = exchange_new(c, srp_a);
    x->group = bytes_copy(d->group_key);
    x->name = bytes_copy(d->key);
    x->verifier = bytes_copy(d->verifier);
    ask(c, x, "DEVICE_PASSWORD_VERIFIER", d->salt);
    json_object_object_get_ex(c->out, "ChallengeParameters", &params);
    call_put(params, "USERNAME", c->user->name);
    call_put(params, "DEVICE_KEY", d->key);
}

void challenge_judge_device_verifier(struct call *c, struct session *s, const char *signature)
{
    struct device *d = answering_device(c);
    bool is_proved = d != NULL && exchange_is_proved(c, s, signature);
    if (call_failed(c))
        return;
    if (!is_proved) {
        signin_wrong_password(c);
        return;
    }
    session_spend(s);
    c->signin.is_device_proved = true;
    d->used_ms = model_now_ms(c->w);
    challenge_finish(c);
}
