/* SPDX-License-Identifier: Apache-2.0
 *
 * AWS Signature Version 4 in its header form, for any service: pure computation on what will be
 * sent. It takes the time from its caller, because that time is corrected for skew (net/skew.h).
 * Sending, and choosing which headers to sign, belong to the callers.
 * Reference: AWS "Create a signed AWS API request"; vectors sigv4.json and sigv4-suite.
 */
#ifndef NET_SIGV4_H
#define NET_SIGV4_H

#include "base/err.h"
#include "net/buf.h"
#include "net/credentials.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIGV4_HASH_SIZE 65 /* hex SHA-256 with its NUL */

struct sigv4_header {
    const char *name;
    const char *value;
};

struct sigv4_request {
    const char *method;
    const char *path;  /* as it goes over the wire, "" is "/" */
    const char *query; /* without '?', as it goes over the wire; NULL or "": none */
    const struct sigv4_header *headers; /* all to be signed, Host and X-Amz-Date among them */
    size_t header_count;
    const char *payload_hash; /* sigv4_hash of the body, or UNSIGNED-PAYLOAD */
    const char *region, *service;
    int64_t time_s;            /* corrected wall clock; the same as in X-Amz-Date */
    bool keep_path;            /* take the path as it is: no dot segments removed (S3) */
    bool path_is_encoded_once; /* S3: do not percent-encode the path again */
};

/* Hex SHA-256. */
int sigv4_hash(const void *bytes, size_t n, char ret_hex[SIGV4_HASH_SIZE]) MUST_CHECK;

/* The steps one by one, for tests and for error messages; each appends to out. */
int sigv4_canonical(const struct sigv4_request *req, struct buf *out) MUST_CHECK;
int sigv4_string_to_sign(const struct sigv4_request *req, const char *canonical,
                         struct buf *out) MUST_CHECK;
int sigv4_signature(const struct sigv4_request *req, const char *string_to_sign,
                    const char *secret_key, char ret_hex[SIGV4_HASH_SIZE]) MUST_CHECK;

/* All of them: appends the value of the Authorization header to out. ERR_NOMEM, ERR_SYSTEM
 * (crypto), ERR_FORMAT (a header value with a newline that is no folding, too many headers). */
int sigv4_authorize(const struct sigv4_request *req, const struct credentials *keys,
                    struct buf *out) MUST_CHECK;

#endif
