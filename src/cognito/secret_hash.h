/* SPDX-License-Identifier: Apache-2.0
 *
 * SECRET_HASH (reference section 9): proof of the app client's secret, over the very bytes sent as
 * USERNAME in the same request.
 */
#ifndef COGNITO_SECRET_HASH_H
#define COGNITO_SECRET_HASH_H

#include "base/err.h"

#define SECRET_HASH_SIZE 45 /* base64 of 32 bytes with its NUL */

/* ERR_SYSTEM when the crypto library fails. */
int secret_hash(const char *client_secret, const char *username, const char *client_id,
                char ret_hash[SECRET_HASH_SIZE]) MUST_CHECK;

#endif
