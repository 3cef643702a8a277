/* SPDX-License-Identifier: Apache-2.0 */
/* Password policy and SECRET_HASH; see password.h. */
#include "password.h"

#include <stdlib.h>
#include <string.h>

#include "bytes.h"

struct classes {
    bool upper, lower, digit, symbol;
    int length; /* in characters */
};

static struct classes classes_of(const char *password)
{
    /* The service's list of symbols; a blank counts inside, not at the ends. */
    static const char symbols[] = "^$*.[]{}()?\"!@#%&/\\,><':;|_~`=+- ";
    struct classes k = { 0 };
    for (const char *p = password; *p != '\0'; p++) {
        if (((unsigned char)*p & 0xc0) != 0x80)
            k.length++;
        k.upper |= *p >= 'A' && *p <= 'Z';
        k.lower |= *p >= 'a' && *p <= 'z';
        k.digit |= *p >= '0' && *p <= '9';
        k.symbol |= strchr(symbols, *p) != NULL;
    }
    return k;
}

void password_check_policy(struct call *c, const char *password)
{
    const struct password_policy *p = &c->pool->policy;
    struct classes k = classes_of(password);
    const struct {
        bool broken;
        const char *what;
    } rules[] = {
        { k.length < p->minimum_length, "Password not long enough" },
        { k.length > 256, "Password too long" },
        { p->uppercase && !k.upper, "Password must have uppercase characters" },
        { p->lowercase && !k.lower, "Password must have lowercase characters" },
        { p->numbers && !k.digit, "Password must have numeric characters" },
        { p->symbols && !k.symbol, "Password must have symbol characters" },
    };
    for (size_t i = 0; i < COUNT(rules); i++) {
        if (rules[i].broken) {
            call_fail(c, "InvalidPasswordException", "Password did not conform with policy: %s",
                      rules[i].what);
            return;
        }
    }
}

void password_set(struct user *u, const char *password, bool is_permanent)
{
    model_replace(&u->password, password);
    model_replace(&u->srp_salt, NULL);
    model_replace(&u->srp_verifier, NULL);
    model_replace(&u->status, is_permanent ? "CONFIRMED" : "FORCE_CHANGE_PASSWORD");
    u->password_set_ms = model_now_ms(u->pool->world);
    model_user_touch(u);
}

void password_check_secret_hash(struct call *c, const char *username, const char *given)
{
    const struct client *k = c->client;
    uint8_t mac[SHA256_BYTES];
    if (k->secret == NULL) {
        if (given != NULL)
            call_fail(c, "NotAuthorizedException",
                      "Client %s is not configured with secret but SECRET_HASH was received",
                      k->id);
        return;
    }
    if (given == NULL) {
        call_fail(c, "NotAuthorizedException",
                  "Client %s is configured with secret but SECRET_HASH was not received", k->id);
        return;
    }
    char *message = bytes_format("%s%s", username, k->id);
    bytes_hmac_sha256(k->secret, strlen(k->secret), message, strlen(message), mac);
    char *good = bytes_base64(mac, sizeof mac);
    if (!bytes_equal(good, given))
        call_fail(c, "NotAuthorizedException", "Unable to verify secret hash for client %s", k->id);
    free(good);
    free(message);
}
