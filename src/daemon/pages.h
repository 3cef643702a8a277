/* SPDX-License-Identifier: Apache-2.0
 *
 * One listing of the pool from its first page to its last: the loop around api_start() that every
 * source of the sync uses. A page whose reply is too large is asked for again with half as many
 * records, down to one; a record that is too large by itself ends the listing, because the token
 * that leads on comes with it.
 */
#ifndef DAEMON_PAGES_H
#define DAEMON_PAGES_H

#include "cognito/api.h"
#include "cognito/directory.h"

struct event_base;
struct pages;
struct quota;
struct schedule;

/* What a listing that has time goes by. Everything is borrowed. */
struct pages_pace {
    struct event_base *loop;
    struct quota *quota;
    struct schedule *schedule; /* of the source whose run it is */
};

struct pages_options {
    struct api *api;              /* borrowed */
    enum api_op op;               /* a listing, or GetGroup as a listing of one */
    struct directory_query query; /* its texts are copied; the token is the listing's own */
    uint32_t budget_ms;           /* a page */
    /* A sweep: each page waits for its turn, and one that the pool throttles or loses is asked for
     * again, by and by. NULL: somebody is waiting. */
    const struct pages_pace *pace;
    /* Not 0 ends the listing with that error. */
    int (*page)(void *arg, const struct directory_page *page);
    /* Once: 0 after the last page, or why it ended. result is the failing call's, else NULL. */
    void (*done)(void *arg, int err, const struct api_result *result);
    void *arg;
};

/* What a run by the clock says of a listing that failed: what is the run's, the rest done()'s. */
void pages_explain(const char *what, int err, const struct api_result *result);

/* The listing frees itself before done() runs. ERR_NOMEM, ERR_FORMAT: nothing was started. */
int pages_start(const struct pages_options *options, struct pages **ret_pages) MUST_CHECK;
/* done() will not run. */
void pages_cancel(struct pages **pp);

#endif
