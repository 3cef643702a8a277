/* SPDX-License-Identifier: Apache-2.0
 *
 * The pool's arithmetic in a dialogue, with the test pool's code, which shares none with the
 * product: the server's side of SRP, and SECRET_HASH.
 */
#ifndef DIALOGUE_SRP_SERVER_H
#define DIALOGUE_SRP_SERVER_H

#include <stdbool.h>

struct srp_question {
    const char *salt, *srp_b, *block; /* SALT, SRP_B, SECRET_BLOCK; borrowed until the next one */
};

/* group: the pool's name behind '_'. password is the one that the pool holds. */
struct srp_question srp_server_ask(const char *group, const char *user_id, const char *password);
/* Does the claim prove the password of the question? */
bool srp_server_is_right(const char *srp_a, const char *claim, const char *timestamp);

/* ConfirmDevice: the pool keeps these (base64). False: they are no such numbers. */
bool srp_server_confirm(const char *verifier, const char *salt);
/* Asks the device that was confirmed last; group: the pool's word for its devices. */
struct srp_question srp_server_ask_device(const char *group, const char *key);
/* Is that the secret behind what was confirmed? */
bool srp_server_is_secret(const char *group, const char *key, const char *secret);

/* malloc'ed. */
char *srp_server_secret_hash(const char *secret, const char *username, const char *client_id);

#endif
