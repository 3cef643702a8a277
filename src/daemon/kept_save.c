/* SPDX-License-Identifier: Apache-2.0
 *
 * The kept image onto the disk while people log in: the text is made by the loop, some users a
 * turn; a thread adds the digest, writes and waits for the disk. The image may change between two
 * turns: what is written is then of different moments, each record whole, and due again.
 */
#include "base/paths.h"
#include "daemon/daemon.h"
#include "daemon/kept.h"
#include "daemon/kept_file.h"
#include "daemon/log.h"
#include "daemon/saver.h"

#include <event2/event.h>
#include <malloc.h>
#include <stdlib.h>

#define USERS_A_TURN 2000
#define USER_BYTES   256 /* about: a text that grows is copied */

/* A text being made. */
struct making {
    const struct image *image; /* NULL: none; else compared, it may be gone */
    struct buf text;
    size_t users, groups, at; /* how many there were when this began; how far it is */
    uint64_t serial;
};

struct kept {
    struct daemon *daemon;
    struct saver *saver;
    struct event *next; /* turn */
    struct making making;
    bool is_due; /* changed since */
};

static void begin(struct making *m, const struct image *image)
{
    buf_free(&m->text);
    *m = (struct making){ .image = image,
                          .users = image->user_count,
                          .groups = image->group_count,
                          .serial = image->serial };
    buf_reserve(&m->text, image->user_count * USER_BYTES);
    kept_put_head(&m->text, image);
}

/* Another image, or another group, whose number would be another one's: from the beginning. */
static void put_users(struct making *m, const struct image *image, size_t n)
{
    if (m->image != image || m->groups != image->group_count || m->users > image->user_count)
        begin(m, image);
    for (; n > 0 && m->at < m->users; n--)
        kept_put_user(&m->text, image->users[m->at++]);
}

static void note(struct daemon *d, uint64_t serial, int err)
{
    if (err == 0)
        d->kept_serial = serial;
    else
        log_error("%s/image could not be written: %s", path_state_dir, err_text(err));
}

static void save_at_once(struct daemon *d)
{
    struct making m = { 0 };
    put_users(&m, d->image, d->image->user_count);
    note(d, m.serial, kept_file_write(&m.text));
    buf_free(&m.text);
}

static void on_written(void *arg, int err)
{
    struct kept *k = arg;
    note(k->daemon, k->making.serial, err);
    malloc_trim(0); /* the text */
    if (!k->is_due)
        return;
    k->is_due = false;
    kept_save(k->daemon);
}

static void take_turn(struct kept *k)
{
    event_add(k->next, &(struct timeval){ 0, 0 });
}

static void on_turn(evutil_socket_t fd, short what, void *arg)
{
    struct kept *k = arg;
    (void)fd;
    (void)what;
    put_users(&k->making, k->daemon->image, USERS_A_TURN);
    if (k->making.at < k->making.users) {
        take_turn(k);
        return;
    }
    k->making.image = NULL;
    saver_start(k->saver, &k->making.text);
}

int kept_open(struct daemon *d, struct kept **ret_kept)
{
    struct kept *k = calloc(1, sizeof *k);
    if (k == NULL)
        return ERR_NOMEM;
    const struct saver_options options = { d->loop, kept_file_write, on_written, k };
    k->daemon = d;
    k->next = evtimer_new(d->loop, on_turn, k);
    int err = k->next == NULL ? ERR_NOMEM : saver_open(&options, &k->saver);
    if (err != 0) {
        kept_close(&k);
        return err;
    }
    *ret_kept = k;
    return 0;
}

void kept_close(struct kept **kp)
{
    if (kp == NULL || *kp == NULL)
        return;
    struct kept *k = *kp;
    *kp = NULL;
    bool is_unfinished = k->making.image != NULL;
    saver_close(&k->saver);
    if (is_unfinished)
        save_at_once(k->daemon);
    buf_free(&k->making.text);
    if (k->next != NULL)
        event_free(k->next);
    free(k);
}

void kept_save(struct daemon *d)
{
    struct kept *k = d->kept;
    if (d->image->confirmed_s == 0 || d->image->serial == d->kept_serial)
        return;
    if (k == NULL) {
        save_at_once(d);
    } else if (k->making.image != NULL || saver_is_busy(k->saver)) {
        k->is_due = true;
    } else {
        begin(&k->making, d->image);
        take_turn(k);
    }
}
