/* SPDX-License-Identifier: Apache-2.0
 *
 * One large write at a time, away from the event loop: logins do not wait for the disk. What is
 * written, and where, is its user's (daemon/kept.h).
 */
#ifndef DAEMON_SAVER_H
#define DAEMON_SAVER_H

#include "base/err.h"
#include "net/buf.h"

#include <stdbool.h>

struct event_base;
struct saver;

struct saver_options {
    struct event_base *loop;
    /* In a thread of its own: touches nothing but text, which is freed behind it. */
    int (*write)(struct buf *text);
    /* What became of it, from the loop. */
    void (*done)(void *arg, int err);
    void *arg;
};

/* ERR_SYSTEM, ERR_NOMEM. */
int saver_open(const struct saver_options *options, struct saver **ret_saver) MUST_CHECK;
/* Waits for what is being written, and says what became of it. */
void saver_close(struct saver **sp);

/* From the start of a write until done() has been called. */
bool saver_is_busy(const struct saver *saver);
/* Not while it is busy. Takes the text over. */
void saver_start(struct saver *saver, struct buf *text);

#endif
