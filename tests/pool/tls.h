/* SPDX-License-Identifier: Apache-2.0 */
/* The pool's own CA and the server certificate under it, made at start, never stored but the CA. */
#ifndef POOL_TLS_H
#define POOL_TLS_H

#include <stdbool.h>
#include <stddef.h>

struct tls_files {
    char *ca_pem;
    char *cert_pem;
    char *key_pem;
};

/* names: "DNS:..." and "IP:..." separated by commas. False with a message on stderr. The caller
   frees with tls_free. */
bool tls_make(const char *names, struct tls_files *ret_files);
void tls_free(struct tls_files *f);

#endif
