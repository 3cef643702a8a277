/* SPDX-License-Identifier: Apache-2.0
 *
 * For the files of this folder: how they say something to the administrator.
 */
#ifndef ACCESS_SAY_H
#define ACCESS_SAY_H

#include "access/access.h"

#define SAY_BYTES 1024

void access_say(const struct access *a, int priority, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Says that the file cannot be read; ERR_NOMEM or ERR_SYSTEM. */
int access_file_failed(const struct access *a, const char *path, int err);

#endif
