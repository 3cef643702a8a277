/* SPDX-License-Identifier: Apache-2.0
 *
 * The rules that turn what the pool says into login name, ids, home and gecos. Pure functions of
 * configuration and text, the same on every host of a fleet (R-ID-18).
 */
#ifndef IDENTITY_RULES_H
#define IDENTITY_RULES_H

#include "identity/image.h"

/* The version of the rules below and of which SSH keys are taken (sshkeys.h): another one may give
 * other records, so what was kept under it is read anew. Goes up with each change of them. */
#define RULES_VERSION 1

/* The login name by [users] login_name, lower case (R-ID-10, R-ID-11), none of a system
 * account's. On failure *ret_why says
 * why there is none, static. */
int rules_login(const struct config *c, const struct image_person *p, char ret_login[NAME_SIZE],
                const char **ret_why) MUST_CHECK;

/* The uid: [ids], else the attribute when one is configured, else the hash of sub into the lower
 * three quarters of hash_id_range (R-ID-05, R-ID-06). A configured attribute that is absent or
 * wrong means no uid: never a half-resolved user (R-ID-03). */
int rules_uid(const struct config *c, const struct image_person *p, uint32_t *ret_uid,
              enum image_origin *ret_origin, const char **ret_why) MUST_CHECK;

/* The gid of a pool group: gid=N as a word of its description, else the hash of pool and raw name
 * into the upper quarter. A gid=N that is not allowed means no gid. */
int rules_gid(const struct config *c, const char *raw, const char *description, uint32_t *ret_gid,
              enum image_origin *ret_origin, const char **ret_why) MUST_CHECK;

/* The Linux name of a pool group (R-ID-08, R-ID-11). */
int rules_group_name(const char *raw, char ret_name[NAME_SIZE], const char **ret_why) MUST_CHECK;

/* R-ID-12, R-ID-13: the given home if it is absolute, normalised and below the template's folder,
 * else the template with the login name. dst "" only when even that does not fit. */
void rules_home(const struct config *c, const char *given, const char *login, char *dst,
                size_t cap);

/* "" unless s may stand in a passwd line. */
const char *rules_field(const char *s);

enum image_status rules_status(const char *status);
const char *rules_status_text(enum image_status status);

/* The ranges of hash_id_range. */
struct id_range rules_hash_users(const struct config *c);
struct id_range rules_hash_groups(const struct config *c);

#endif
