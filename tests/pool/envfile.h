/* SPDX-License-Identifier: Apache-2.0 */
/* The files a pool leaves for its users: DIR/ca.pem and DIR/env (shell assignments). */
#ifndef POOL_ENVFILE_H
#define POOL_ENVFILE_H

#include "model.h"

/* Each appears at once and whole (written beside, then renamed), mode 0600 for env. False with a
   message on stderr. */
bool envfile_write_ca(const struct world *w, const char *ca_pem);
bool envfile_write(const struct world *w, unsigned port, const char *control);

#endif
