/* SPDX-License-Identifier: Apache-2.0
 *
 * [users] attributes_verified: the operator's word that users cannot write the attributes from
 * which their accounts are made (R-ID-01). The line is a digest of what was checked, so that a
 * changed configuration needs a new check. Whether a user can write an attribute is in the pool's
 * schema and in every app client, which a host may not read: whoever prints the line looks there,
 * the daemon only holds it against its own configuration.
 */
#ifndef IDENTITY_SOURCES_H
#define IDENTITY_SOURCES_H

#include "config/config.h"

#define SOURCES_LINE_SIZE (3 + 64 + 1)

/* "v1:" and, in hexadecimal, the SHA-256 of these lines, each ended by a newline:
 *     pam_cognito attributes v1
 *     pool_id=ID
 *     KEY=ATTRIBUTE       for each of config_source(), in that order
 * ERR_NOMEM, ERR_SYSTEM: no digest. */
int sources_line(const struct config *c, char ret_line[SOURCES_LINE_SIZE]) MUST_CHECK;

/* ERR_CONFIG with one line for the log in ret_why: attributes_verified is set and is not the line
 * of this pool and these attributes. */
int sources_check(const struct config *c, char ret_why[CONFIG_WHY_MAX]) MUST_CHECK;

#endif
