/* SPDX-License-Identifier: Apache-2.0
 *
 * PASSWORD_VERIFIER and its twins for a remembered device: answered at once, nobody is asked.
 */
#include "cognito/challenge.h"

#include "net/json_in.h"
#include "net/skew.h"

#include <string.h>

/* Fills auth->claim and sends it. who has names and password. */
static void prove(struct auth *auth, const struct json *params, struct srp_proof who,
                  struct auth_step *ret_step)
{
    struct claim *claim = &auth->claim;
    srp_timestamp(skew_now_s(auth->options.skew), claim->timestamp);
    who.timestamp = claim->timestamp;
    if (params == NULL || json_in_string(params, "SALT", &who.salt) != 0 ||
        json_in_string(params, "SRP_B", &who.b) != 0 ||
        json_in_string(params, "SECRET_BLOCK", &who.secret_block) != 0) {
        auth_malformed(auth, ret_step);
        return;
    }
    int err = srp_sign(auth->srp, &who, claim->signature);
    if (err == ERR_FORMAT || err == ERR_REFUSED) {
        auth_malformed(auth, ret_step);
    } else if (err != 0) {
        auth_fail(auth, err, err_word(err), NULL, ret_step);
    } else {
        claim->block = who.secret_block;
        auth_respond(auth, ret_step);
        claim->block = NULL;
    }
    srp_free(&auth->srp); /* one A, one proof */
}

/* Out of turn: no SRP_A went before, or there is nothing to prove with. */
static void refuse(struct auth *auth, struct auth_step *ret_step)
{
    auth_fail(auth, ERR_UNAVAIL, "unexpected_challenge", NULL, ret_step);
}

void challenge_srp_enter(struct auth *auth, const struct json *params, struct auth_step *ret_step)
{
    const char *pool = strchr(auth->options.pool_id, '_');
    if (auth->srp == NULL || auth->password.len == 0 || pool == NULL) {
        refuse(auth, ret_step);
        return;
    }
    prove(auth, params,
          (struct srp_proof){ .pool_name = pool + 1,
                              .user_id = auth_username(auth),
                              .password = auth->password.bytes,
                              .password_bytes = auth->password.len },
          ret_step);
}

void challenge_srp_write(const struct auth *auth, struct json_out *out)
{
    json_out_string(out, "PASSWORD_CLAIM_SECRET_BLOCK", auth->claim.block);
    json_out_string(out, "PASSWORD_CLAIM_SIGNATURE", auth->claim.signature);
    json_out_string(out, "TIMESTAMP", auth->claim.timestamp);
}

void challenge_device_enter(struct auth *auth, const struct json *params,
                            struct auth_step *ret_step)
{
    (void)params;
    if (auth->options.device.key == NULL || auth->lost_device) {
        refuse(auth, ret_step);
        return;
    }
    int err = auth_new_srp(auth);
    if (err != 0)
        auth_fail(auth, err, err_word(err), NULL, ret_step);
    else
        auth_respond(auth, ret_step);
}

void challenge_device_write(const struct auth *auth, struct json_out *out)
{
    json_out_string(out, "SRP_A", srp_public(auth->srp));
}

void challenge_device_prove(struct auth *auth, const struct json *params,
                            struct auth_step *ret_step)
{
    const struct auth_device *d = &auth->options.device;
    if (auth->srp == NULL || d->key == NULL || auth->lost_device) {
        refuse(auth, ret_step);
        return;
    }
    prove(auth, params,
          (struct srp_proof){ .pool_name = d->group_key,
                              .user_id = d->key,
                              .password = d->secret,
                              .password_bytes = strlen(d->secret) },
          ret_step);
}
