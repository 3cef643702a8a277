/* SPDX-License-Identifier: Apache-2.0
 *
 * Login names that are never a person's: those of system accounts, whether this host has them yet
 * or not. A package that is installed later takes an account of that name as its own, with whatever
 * it owns by then. Names of groups are base/name.h's.
 */
#ifndef IDENTITY_RESERVED_H
#define IDENTITY_RESERVED_H

#include <stdbool.h>

/* name as name_fold() leaves it. */
bool reserved_login(const char *name);

#endif
