/* SPDX-License-Identifier: Apache-2.0
 *
 * The directory's sources over the daemon in pieces (daemon_fixture.h): users as the scripted pool
 * lists them, one run of a source, what came of it. Included by one file of a program.
 */
#ifndef UNIT_SOURCE_FIXTURE_H
#define UNIT_SOURCE_FIXTURE_H

#include "daemon/source.h"
#include "daemon/sync.h"
#include "daemon_fixture.h"

#include <check.h>
#include <string.h>

#define USER(name, sub, enabled)                                                                   \
    "{\"Username\":\"" name "\",\"Attributes\":[{\"Name\":\"sub\",\"Value\":\"" sub "\"}],"        \
    "\"UserCreateDate\":1.7E9,\"Enabled\":" enabled ",\"UserStatus\":\"CONFIRMED\"}"
#define USERS(list) "{\"Users\":[" list "]}"
#define DEVS        "[access]\nallow_groups = devs\n"
#define NO_GROUP    "{\"__type\":\"ResourceNotFoundException\",\"message\":\"Group not found.\"}"

/* Of the last run, or look-up. */
static struct {
    int err;
    unsigned calls;
} outcome;

static inline void on_done(void *arg, int err)
{
    (void)arg;
    outcome.err = err;
    outcome.calls++;
}

/* One run; the image is settled, as a publish does. The run's err, and a start's. */
static inline int ask(const struct source *source, const char *login)
{
    struct source_run *run = NULL;
    outcome.calls = 0;
    int err = source->start(&fixture, login, NULL, on_done, NULL, &run);
    if (err != 0)
        return err;
    fixture_run(&outcome.calls);
    ck_assert_uint_eq(outcome.calls, 1);
    ck_assert_int_eq(image_settle(fixture.image), 0);
    return outcome.err;
}

/* A look-up of this name by fixture.sync, to its end. */
static inline int look_up(const char *name)
{
    static struct sync_wait wait;
    wait = (struct sync_wait){ .done = on_done };
    memcpy(wait.name, name, strlen(name) + 1);
    outcome.calls = 0;
    int err = sync_one(fixture.sync, &wait);
    if (err != 0)
        return err;
    fixture_run(&outcome.calls);
    return outcome.err;
}

/* devs with its gid, and alice in it. */
static inline void open_devs(void)
{
    fixture_open(DEVS);
    fixture_reply("AdminListGroupsForUser", 200,
                  "{\"Groups\":[{\"GroupName\":\"devs\",\"Description\":\"gid=3000\"},"
                  "{\"GroupName\":\"unnamed\"}]}");
    fixture_reply("ListUsersInGroup", 200, USERS(USER("alice", "a", "true")));
}

#endif
