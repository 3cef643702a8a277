/* SPDX-License-Identifier: Apache-2.0
 *
 * cognito-ssh-keys USER, for sshd's AuthorizedKeysCommand: the user's keys out of the snapshot, one
 * a line, if this user may log in here by SSH; else nothing, and the reason in the log. Asks
 * nobody: it works with the daemon dead, and takes a millisecond.
 */
#include "access/access.h"
#include "base/text.h"

#include <stdio.h>
#include <syslog.h>

static void say(void *arg, int priority, const char *text)
{
    (void)arg;
    syslog(LOG_AUTHPRIV | priority, "%s", text);
}

static int print_keys(const struct access *a)
{
    for (uint32_t i = 0; i < a->record.key_count; i++) {
        const char *key = snap_key(&a->record, i);
        if (key != NULL && text_is_plain(key)) /* one line, no escape sequence */
            puts(key);
    }
    return fflush(stdout) == 0 ? 0 : ERR_SYSTEM;
}

static int run(struct access *a, const char *user)
{
    int err = access_name(a, user);
    if (err == 0)
        err = access_find(a, false);
    if (err == 0)
        err = access_load(a);
    if (err == 0)
        err = access_check(a);
    return err == 0 ? print_keys(a) : err;
}

int main(int argc, char **argv)
{
    struct access a;
    if (argc != 2) {
        fputs("usage: cognito-ssh-keys USER\n", stderr);
        return 2;
    }
    openlog("cognito-ssh-keys", LOG_PID, LOG_AUTHPRIV);
    access_open(&a, "sshd", say, NULL);
    int err = run(&a, argv[1]);
    if (err != 0 && err != ERR_NOT_OURS && err != ERR_ABSENT)
        syslog(LOG_AUTHPRIV | LOG_NOTICE, "user=%s no keys: reason=%s", a.user, err_word(err));
    access_close(&a);
    /* Who is refused has no keys; that is no failure of this program. */
    return err > ERR_NOT_OURS && err != 0 && err != ERR_ABSENT ? 1 : 0;
}
