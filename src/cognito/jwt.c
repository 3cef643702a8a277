/* SPDX-License-Identifier: Apache-2.0
 *
 * Verification as a list of steps: each can only refuse, and the order is on one screen (verify).
 */
#include "cognito/jwt.h"

#include "net/digest.h"
#include "net/json_in.h"

#include <stdlib.h>
#include <string.h>

#define MAX_TOKEN  16384 /* bytes; real ones have 1 to 4 KiB, groups included */
#define MAX_GROUPS 1000

struct check {
    const char *token;
    const struct jwt_expect *expect;
    const struct jwks *jwks;
    /* Where the parts begin and how long they are. */
    const char *part[3];
    size_t part_bytes[3];
    struct json *header, *payload;
    const struct json *groups;
    struct jwt_claims *claims;
};

static int split(struct check *c)
{
    size_t n = strnlen(c->token, MAX_TOKEN + 1);
    if (n > MAX_TOKEN)
        return ERR_FORMAT;
    const char *p = c->token;
    for (int i = 0; i < 3; i++) {
        c->part[i] = p;
        c->part_bytes[i] = strcspn(p, ".");
        p += c->part_bytes[i];
        if (c->part_bytes[i] == 0 || *p != (i < 2 ? '.' : '\0'))
            return ERR_FORMAT;
        p++;
    }
    return 0;
}

static int decode(const struct check *c, int i, struct json **ret_json)
{
    size_t cap = c->part_bytes[i];
    size_t n;
    uint8_t *bytes = malloc(cap);
    if (bytes == NULL)
        return ERR_NOMEM;
    int err = digest_unbase64url(c->part[i], c->part_bytes[i], bytes, cap, &n);
    if (err == 0)
        err = json_in_parse((const char *)bytes, n, JSON_STRICT, ret_json);
    if (err == 0 && !json_in_is_object(*ret_json))
        err = ERR_FORMAT;
    free(bytes);
    return err == ERR_NOMEM ? err : err != 0 ? ERR_FORMAT : 0;
}

static int decode_header(struct check *c)
{
    return decode(c, 0, &c->header);
}

/* Exactly RS256: not none, not HMAC with a public key, not another spelling. */
static int check_algorithm(struct check *c)
{
    const char *alg;
    if (json_in_string(c->header, "alg", &alg) != 0 || strcmp(alg, "RS256") != 0)
        return ERR_REFUSED;
    return 0;
}

/* Keys come from the pool, never from the token; an extension we must understand we do not. */
static int check_no_own_key(struct check *c)
{
    static const char *const refused[] = { "crit", "jwk", "jku", "x5u", "x5c" };
    for (size_t i = 0; i < COUNT(refused); i++) {
        const char *s;
        if (json_in_string(c->header, refused[i], &s) != ERR_ABSENT)
            return ERR_REFUSED;
    }
    return 0;
}

static int check_signature(struct check *c)
{
    const char *kid;
    uint8_t signature[1024];
    struct jwks_signed what = { .text = c->token,
                                .text_bytes = c->part_bytes[0] + 1 + c->part_bytes[1],
                                .signature = signature };
    if (json_in_string(c->header, "kid", &kid) != 0)
        return ERR_REFUSED;
    int err = digest_unbase64url(c->part[2], c->part_bytes[2], signature, sizeof signature,
                                 &what.signature_bytes);
    return err != 0 ? ERR_FORMAT : jwks_verify(c->jwks, kid, &what);
}

static int decode_payload(struct check *c)
{
    return decode(c, 1, &c->payload);
}

static bool is_claim(const struct check *c, const char *name, const char *wanted)
{
    const char *s;
    return wanted != NULL && json_in_string(c->payload, name, &s) == 0 && strcmp(s, wanted) == 0;
}

static int check_issuer(struct check *c)
{
    bool is_ours =
        is_claim(c, "iss", c->expect->issuer) || is_claim(c, "iss", c->expect->updated_issuer);
    return is_ours ? 0 : ERR_REFUSED;
}

static int check_use(struct check *c)
{
    return is_claim(c, "token_use", c->expect->use == JWT_ACCESS ? "access" : "id") ? 0
                                                                                    : ERR_REFUSED;
}

static int check_client(struct check *c)
{
    const char *name = c->expect->use == JWT_ACCESS ? "client_id" : "aud";
    return is_claim(c, name, c->expect->client_id) ? 0 : ERR_REFUSED;
}

/* exp must be there and in the future; nbf and iat may be a little ahead. */
static int check_times(struct check *c)
{
    static const char *const starts[] = { "nbf", "iat" };
    if (json_in_integer(c->payload, "exp", &c->claims->exp_s) != 0 ||
        c->claims->exp_s <= c->expect->now_s)
        return ERR_REFUSED;
    for (size_t i = 0; i < COUNT(starts); i++) {
        int64_t at_s = 0;
        int err = json_in_integer(c->payload, starts[i], &at_s);
        if ((err != 0 && err != ERR_ABSENT) || at_s > c->expect->now_s + JWT_LEEWAY_S)
            return ERR_REFUSED;
        c->claims->iat_s = at_s;
    }
    return 0;
}

static int copy_claim(const struct check *c, const char *name, char *dst, size_t cap)
{
    const char *s;
    int err = json_in_string(c->payload, name, &s);
    if (err != 0)
        return err;
    size_t n = strlen(s);
    if (n == 0 || n >= cap)
        return ERR_FORMAT;
    memcpy(dst, s, n + 1);
    return 0;
}

/* The user who signs in, and nobody else (R-ID-09). */
static int check_user(struct check *c)
{
    struct jwt_claims *claims = c->claims;
    const char *name = c->expect->use == JWT_ACCESS ? "username" : "cognito:username";
    if (copy_claim(c, "sub", claims->sub, sizeof claims->sub) != 0 ||
        copy_claim(c, name, claims->username, sizeof claims->username) != 0)
        return ERR_REFUSED;
    int err = copy_claim(c, "origin_jti", claims->origin_jti, sizeof claims->origin_jti);
    if (err != 0 && err != ERR_ABSENT)
        return ERR_REFUSED;
    if (c->expect->sub != NULL && strcmp(c->expect->sub, claims->sub) != 0)
        return ERR_REFUSED;
    return 0;
}

static int read_groups(struct check *c)
{
    int err = json_in_array(c->payload, "cognito:groups", &c->groups);
    if (err == ERR_ABSENT)
        return 0;
    size_t n = err == 0 ? json_in_count(c->groups) : 0;
    if (err != 0 || n > MAX_GROUPS)
        return ERR_REFUSED;
    c->claims->groups = calloc(n + 1, sizeof *c->claims->groups);
    if (c->claims->groups == NULL)
        return ERR_NOMEM;
    for (size_t i = 0; i < n; i++) {
        const char *s;
        if (json_in_as_string(json_in_at(c->groups, i), &s) != 0)
            return ERR_REFUSED;
        c->claims->groups[i] = strdup(s);
        if (c->claims->groups[i] == NULL)
            return ERR_NOMEM;
        c->claims->group_count++;
    }
    return 0;
}

static const struct {
    const char *name;
    int (*check)(struct check *c);
} steps[] = {
    { "form", split },
    { "header", decode_header },
    { "algorithm", check_algorithm },
    { "foreign_key", check_no_own_key },
    { "signature", check_signature },
    { "payload", decode_payload },
    { "issuer", check_issuer },
    { "token_use", check_use },
    { "client", check_client },
    { "times", check_times },
    { "user", check_user },
    { "groups", read_groups },
};

int jwt_verify(const char *token, const struct jwt_expect *expect, const struct jwks *jwks,
               struct jwt_claims *ret_claims, const char **ret_why)
{
    struct jwt_claims claims = { .sub = "" };
    struct check c = { .token = token, .expect = expect, .jwks = jwks, .claims = &claims };
    const char *why = "";
    int err = 0;
    for (size_t i = 0; i < COUNT(steps) && err == 0; i++) {
        why = steps[i].name;
        err = steps[i].check(&c);
    }
    json_in_free(&c.header);
    json_in_free(&c.payload);
    if (err == 0)
        *ret_claims = claims;
    else
        jwt_claims_free(&claims);
    if (ret_why != NULL)
        *ret_why = err == 0 ? "" : why;
    return err;
}

void jwt_claims_free(struct jwt_claims *claims)
{
    for (size_t i = 0; i < claims->group_count; i++)
        free(claims->groups[i]);
    free(claims->groups);
    *claims = (struct jwt_claims){ .sub = "" };
}
