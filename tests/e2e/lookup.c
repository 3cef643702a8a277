/* SPDX-License-Identifier: Apache-2.0
 *
 * Look-ups through libc, as any program makes them; the scenario compiles it, dynamic and static.
 *
 * usage: lookup user NAME...    like getent passwd, and the number of groups; 2: one is unknown
 *        lookup threads NAME    threads that look up, in a process that forks children that do
 */
#include <grp.h>
#include <pthread.h>
#include <pwd.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS  6
#define CHILDREN 100
#define GROUPS   64
#define STACK    (64 << 10)

static int count_groups(const struct passwd *pw)
{
    gid_t groups[GROUPS];
    int n = GROUPS;
    return getgrouplist(pw->pw_name, pw->pw_gid, groups, &n);
}

static int show(char **names)
{
    for (; *names != NULL; names++) {
        const struct passwd *pw = getpwnam(*names);
        if (pw == NULL)
            return 2;
        printf("%s:%s:%u:%u:%s:%s:%s %d\n", pw->pw_name, pw->pw_passwd, (unsigned)pw->pw_uid,
               (unsigned)pw->pw_gid, pw->pw_gecos, pw->pw_dir, pw->pw_shell, count_groups(pw));
    }
    return 0;
}

/* What every thread and every child has to find. */
static struct {
    const char *name;
    uid_t uid;
    gid_t gid;
    int groups;
} wanted;

static _Atomic bool stop;
static _Atomic unsigned long rounds, wrong;

static bool all_found(unsigned round)
{
    char buffer[2048], unknown[32];
    struct passwd pw, *found = NULL;
    struct group gr, *group = NULL;
    if (getpwnam_r(wanted.name, &pw, buffer, sizeof buffer, &found) != 0 || found == NULL ||
        found->pw_uid != wanted.uid || count_groups(found) != wanted.groups)
        return false;
    if (getpwuid_r(wanted.uid, &pw, buffer, sizeof buffer, &found) != 0 || found == NULL ||
        strcmp(found->pw_name, wanted.name) != 0)
        return false;
    if (getgrgid_r(wanted.gid, &gr, buffer, sizeof buffer, &group) != 0 || group == NULL ||
        strcmp(group->gr_name, wanted.name) != 0)
        return false;
    snprintf(unknown, sizeof unknown, "nobody-%u", round % 50);
    return getpwnam_r(unknown, &pw, buffer, sizeof buffer, &found) == 0 && found == NULL;
}

static void *find_on(void *arg)
{
    for (unsigned i = 0; !stop; i++)
        atomic_fetch_add(all_found(i) ? &rounds : &wrong, 1);
    return arg;
}

static bool child_finds(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        alarm(20); /* a lock that another thread held at the fork is held for ever */
        bool found = true;
        for (unsigned i = 0; i < 20; i++)
            found = found && all_found(i);
        _exit(found ? 0 : 1);
    }
    int status = -1;
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static int in_threads(const char *name)
{
    pthread_t threads[THREADS];
    pthread_attr_t attr;
    const struct passwd *pw = getpwnam(name);
    if (pw == NULL || pthread_attr_init(&attr) != 0 || pthread_attr_setstacksize(&attr, STACK) != 0)
        return 2;
    wanted.name = name;
    wanted.uid = pw->pw_uid;
    wanted.gid = pw->pw_gid;
    wanted.groups = count_groups(pw);
    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], &attr, find_on, NULL) != 0)
            return 2;
    for (int i = 0; i < CHILDREN; i++)
        if (!child_finds())
            wrong++;
    stop = true;
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    printf("%lu wrong\n", (unsigned long)wrong);
    return wrong == 0 && rounds > 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "user") == 0)
        return show(argv + 2);
    if (argc == 3 && strcmp(argv[1], "threads") == 0)
        return in_threads(argv[2]);
    return 3;
}
