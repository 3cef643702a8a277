/* SPDX-License-Identifier: Apache-2.0
 *
 * What a way to get AWS keys must say of itself: one row of the table in chain.c. A row finds out
 * whether it is configured, writes its requests and judges the answers; it never sends, waits,
 * repeats or keeps anything: that is done once for all rows by net/fetch.h and
 * net/credentials.h. Keys are made of links: the first gives keys, each further one exchanges them
 * for those of a role.
 */
#ifndef NET_SOURCE_H
#define NET_SOURCE_H

#include "base/err.h"
#include "net/buf.h"
#include "net/credentials.h"
#include "net/http.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SOURCE_WHY_SIZE 320
#define SOURCE_LINKS    8
#define SOURCE_HEADERS  6

struct skew;
struct source;

/* A source with what it needs to know. Strings are owned by the chain, NULL when not used. */
struct source_link {
    const struct source *source;
    char *url;    /* metadata service, container, STS */
    char *region; /* STS */
    char *role_arn, *session_name, *external_id;
    char *token, *token_file; /* a bearer token, or where it is read anew each time */
    char *command;            /* credential_process */
    uint32_t duration_s;      /* of a role's session; 0: the service's default */
};

/* The links in the order in which they are walked. */
struct source_chain {
    const char *name;        /* of the row that decided */
    struct credentials keys; /* of a first link that needs no fetch */
    struct source_link link[SOURCE_LINKS];
    size_t count;
};

/* Finding what is configured. */
struct source_search {
    const struct credentials_options *options;
    struct source_chain *chain;
    char why[SOURCE_WHY_SIZE];
    char profile_region[64]; /* "" until a profile names one */
};

/* ERR_CONFIG with the reason in why; the text must hold no secret. */
int source_refuse(struct source_search *s, const char *format, ...)
    __attribute__((format(printf, 2, 3))) MUST_CHECK;
/* From the environment that main kept; NULL when unset or empty. */
const char *source_look_up(const struct source_search *s, const char *name);
/* A new last link. ERR_CONFIG: too many; ERR_NOMEM. */
int source_add(struct source_search *s, const struct source *source,
               struct source_link **ret_link) MUST_CHECK;
/* The host's region: AWS_REGION, AWS_DEFAULT_REGION, the profile's, the pool's. Borrowed. */
int source_region(const struct source_search *s, const char **ret_region) MUST_CHECK;
/* Replaces a text of a link by a copy, NULL is allowed. ERR_NOMEM. */
int source_copy(char **field, const char *text) MUST_CHECK;
/* Keys that need no fetch, as the first link. what names where they stand, for why. */
int source_add_keys(struct source_search *s, const char *what, const char *access,
                    const char *secret, const char *token) MUST_CHECK;

/* Keys and tokens go into headers: false when src holds anything but printable ASCII without
 * blanks, or does not fit. */
bool source_copy_key(char *dst, size_t cap, const char *src);

/* The text of a token's file, which others rotate: links are followed (Kubernetes mounts such files
 * behind one), the file itself must be trusted as in base/file.h. The caller wipes and frees. */
int source_read_token(const char *path, size_t max_bytes, char **ret_token) MUST_CHECK;

enum source_via { SOURCE_HTTP, SOURCE_PROCESS };

/* What is to be done next; wiped after it was sent. */
struct source_request {
    enum source_via via;
    enum http_class class;
    const char *method;
    struct buf url, body;
    struct buf header[SOURCE_HEADERS];
    size_t header_count;
};

/* The next header, to be written as "Name: value". */
struct buf *source_header(struct source_request *r, const char *name);

/* One link being walked. */
struct source_run {
    const struct source_link *link;
    const struct skew *skew;
    unsigned stage;          /* the row's own count, 0 at first */
    struct credentials keys; /* before: of the previous link; after SOURCE_DONE: the new ones */
    char why[SOURCE_WHY_SIZE];
    char token[512], role[256]; /* the metadata service's; they outlive the fetch */
    bool has_renewed;           /* such a token was replaced in this fetch */
};

/* Sets why; returns err. The text is cleaned where it is logged and must hold no secret. */
int source_fail(struct source_run *run, int err, const char *format, ...)
    __attribute__((format(printf, 3, 4))) MUST_CHECK;

/* What judge returns, or a negative enum err as credentials_wait.done says. */
enum source_step {
    SOURCE_DONE = 0,  /* run->keys are there */
    SOURCE_NEXT = 1,  /* run->stage is another one: prepare it */
    SOURCE_AGAIN = 2, /* the same once more, while tries are left */
};

struct source {
    const char *name;
    /* 0: decided, links were added; ERR_ABSENT: not configured, the next row is asked; ERR_CONFIG
     * with why; ERR_NOMEM. NULL: only other rows add links of this kind. */
    int (*find)(struct source_search *s);
    /* Writes the request of run->stage. NULL: the keys stand in the chain. */
    int (*prepare)(struct source_run *run, struct source_request *r);
    /* An answer: of HTTP with any status below 500 but 429 (silence is handled by the walker), of
     * a process with its output as the body. */
    int (*judge)(struct source_run *run, const struct http_reply *reply);
    const char *silence; /* what no answer means, for why; NULL: nothing special */
    uint32_t budget_ms, pause_ms;
    unsigned tries;
    bool has_clock; /* its Date header is the cloud's */
};

/* The rows. */
extern const struct source source_environment, source_profile, source_web_identity,
    source_container, source_imds, source_process, source_role;

#endif
