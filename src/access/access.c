/* SPDX-License-Identifier: Apache-2.0 */
#include "access/access.h"

#include "access/say.h"
#include "base/file.h"
#include "base/paths.h"
#include "client/client.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

/* The same patience as NSS: a frozen daemon, and one that says it is asking the pool. */
#define LOOKUP_FIRST_MS   200
#define LOOKUP_DEFAULT_MS 2000
#define LOOKUP_MOST_MS    10000

void access_open(struct access *a, const char *service,
                 void (*say)(void *arg, int priority, const char *text), void *say_arg)
{
    memset(a, 0, sizeof *a);
    a->service = service;
    a->say = say;
    a->say_arg = say_arg;
}

void access_unpin(struct access *a)
{
    if (a->is_pinned)
        snap_unpin(&a->pin);
    a->is_pinned = false;
    memset(&a->record, 0, sizeof a->record);
}

void access_close(struct access *a)
{
    access_unpin(a);
    snap_forget();
    config_free(&a->config);
}

void access_say(const struct access *a, int priority, const char *format, ...)
{
    char text[SAY_BYTES];
    va_list ap;
    va_start(ap, format);
    vsnprintf(text, sizeof text, format, ap);
    va_end(ap);
    a->say(a->say_arg, priority, text);
}

int access_file_failed(const struct access *a, const char *path, int err)
{
    access_say(a, LOG_ERR, "%s cannot be read: %s", path, err_text(err));
    return err == ERR_NOMEM ? ERR_NOMEM : ERR_SYSTEM;
}

int access_name(struct access *a, const char *user)
{
    bool is_local = false;
    if (!name_is_valid(user))
        return ERR_NOT_OURS;
    memcpy(a->user, user, strlen(user) + 1);
    if (strcmp(a->user, "root") == 0)
        return ERR_NOT_OURS;
    int err = file_has_name(path_passwd, a->user, &is_local);
    if (err != 0)
        return access_file_failed(a, path_passwd, err);
    return is_local ? ERR_NOT_OURS : 0;
}

/* 0, ERR_ABSENT: the directory has no such user, ERR_UNAVAIL: no usable snapshot, or one that does
 * not know everybody. */
static int read_record(struct access *a)
{
    access_unpin(a);
    int err = snap_pin(&a->pin);
    a->is_pinned = err == 0;
    if (err == 0) {
        err = snap_find_user(a->pin.view, a->user, &a->record);
        return err == ERR_ABSENT && !a->pin.view->facts.is_whole ? ERR_UNAVAIL : err;
    }
    if (err == ERR_ABSENT)
        return ERR_UNAVAIL;
    access_say(a, LOG_ERR, "the snapshot in %s cannot be used: %s", path_snap_dir, err_text(err));
    return err == ERR_FORMAT || err == ERR_REFUSED ? ERR_UNAVAIL : err;
}

static uint32_t lookup_ms(const struct access *a)
{
    uint32_t ms = a->is_pinned ? a->pin.view->facts.lookup_ms : LOOKUP_DEFAULT_MS;
    if (ms < LOOKUP_FIRST_MS)
        return LOOKUP_FIRST_MS;
    return ms < LOOKUP_MOST_MS ? ms : LOOKUP_MOST_MS;
}

static int ask_daemon(struct access *a, int err_so_far)
{
    uint32_t most_ms = lookup_ms(a);
    access_unpin(a);
    int err = client_lookup(path_nss_socket, a->user, LOOKUP_FIRST_MS, most_ms);
    if (err == 0) {
        err = read_record(a);
        return err == ERR_ABSENT ? ERR_UNAVAIL : err; /* the daemon said that it is there */
    }
    return err == ERR_ABSENT ? ERR_ABSENT : err_so_far;
}

int access_find(struct access *a, bool may_ask)
{
    int err = read_record(a);
    if (may_ask && (err == ERR_ABSENT || err == ERR_UNAVAIL))
        err = ask_daemon(a, err);
    return err;
}

int access_load(struct access *a)
{
    char why[CONFIG_WHY_MAX] = "";
    if (a->config != NULL)
        return 0;
    int err = config_load(path_config, path_config_dir, &a->config, why);
    if (err == 0)
        return 0;
    access_say(a, LOG_ERR, "%s", why[0] != '\0' ? why : err_text(err));
    return err == ERR_NOMEM ? ERR_NOMEM : ERR_CONFIG;
}
