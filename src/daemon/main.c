/* SPDX-License-Identifier: Apache-2.0
 *
 * cognitod: arguments, the process itself (environment, dumps, its own name service), and nothing
 * of what it does.
 */
#include "base/paths.h"
#include "daemon/bound.h"
#include "daemon/daemon.h"
#include "daemon/log.h"
#include "identity/sources.h"

#include <getopt.h>
#include <nss.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;
/* glibc, nss.h of old: sets the services of one database for this process. */
extern int __nss_configure_lookup(const char *database, const char *services);

/* What is read from the environment, once; everything else in it is dropped unread (R-SEC-02). */
static struct {
    const char *name;
    char *value;
} wanted[] = {
    { "AWS_ACCESS_KEY_ID", NULL },
    { "AWS_SECRET_ACCESS_KEY", NULL },
    { "AWS_SESSION_TOKEN", NULL },
    { "AWS_PROFILE", NULL },
    { "AWS_SHARED_CREDENTIALS_FILE", NULL },
    { "AWS_CONFIG_FILE", NULL },
    { "AWS_WEB_IDENTITY_TOKEN_FILE", NULL },
    { "AWS_ROLE_ARN", NULL },
    { "AWS_ROLE_SESSION_NAME", NULL },
    { "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", NULL },
    { "AWS_CONTAINER_CREDENTIALS_FULL_URI", NULL },
    { "AWS_CONTAINER_AUTHORIZATION_TOKEN", NULL },
    { "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", NULL },
    { "AWS_EC2_METADATA_DISABLED", NULL },
    { "AWS_REGION", NULL },
    { "AWS_DEFAULT_REGION", NULL },
    { "AWS_ENDPOINT_URL_STS", NULL },
};

/* libsystemd reads these itself. */
static const char *const kept[] = { "LISTEN_", "NOTIFY_SOCKET=", "WATCHDOG_" };

static const char *lookup(const char *name)
{
    for (size_t i = 0; i < COUNT(wanted); i++)
        if (strcmp(wanted[i].name, name) == 0)
            return wanted[i].value;
    return NULL;
}

static bool is_kept(const char *assignment)
{
    for (size_t i = 0; i < COUNT(kept); i++)
        if (strncmp(assignment, kept[i], strlen(kept[i])) == 0)
            return true;
    return false;
}

/* The initial environment lies in memory that /proc/PID/environ shows: wiped, not only unlinked. */
static int take_environment(void)
{
    size_t left = 0;
    for (char **e = environ; e != NULL && *e != NULL; e++) {
        for (size_t i = 0; i < COUNT(wanted); i++) {
            size_t n = strlen(wanted[i].name);
            if (strncmp(*e, wanted[i].name, n) != 0 || (*e)[n] != '=' || wanted[i].value != NULL)
                continue;
            wanted[i].value = strdup(*e + n + 1);
            if (wanted[i].value == NULL)
                return ERR_NOMEM;
        }
        if (is_kept(*e))
            environ[left++] = *e;
        else
            explicit_bzero(*e, strlen(*e));
    }
    if (environ != NULL)
        environ[left] = NULL;
    return 0;
}

static void forget_environment(void)
{
    for (size_t i = 0; i < COUNT(wanted); i++) {
        if (wanted[i].value != NULL)
            explicit_bzero(wanted[i].value, strlen(wanted[i].value));
        free(wanted[i].value);
        wanted[i].value = NULL;
    }
}

/* Not dumpable, no cores; and never through our own NSS module, which would ask this process. */
static int secure_process(void)
{
    static const char *const databases[] = { "passwd", "group", "initgroups", "shadow" };
    const struct rlimit none = { 0, 0 };
    const struct sigaction ignore = { .sa_handler = SIG_IGN };
    struct rlimit files;
    umask(0077);
    if (sigaction(SIGPIPE, &ignore, NULL) != 0 || getrlimit(RLIMIT_NOFILE, &files) != 0)
        return ERR_SYSTEM;
    files.rlim_cur = files.rlim_max; /* a descriptor a connection */
    if (setrlimit(RLIMIT_NOFILE, &files) != 0)
        return ERR_SYSTEM;
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || setrlimit(RLIMIT_CORE, &none) != 0)
        return ERR_SYSTEM;
    for (size_t i = 0; i < COUNT(databases); i++)
        if (__nss_configure_lookup(databases[i], "files") != 0)
            return ERR_SYSTEM;
    return 0;
}

/* R-SEC-02: passwords and keys are not swapped out. Pages are locked as they come, which the unit
 * allows without limit; where there is one, later allocations would fail, so nothing is locked. */
static void lock_memory(void)
{
    struct rlimit most;
    if (getrlimit(RLIMIT_MEMLOCK, &most) == 0 && most.rlim_cur == RLIM_INFINITY &&
        mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0)
        return;
    log_warning("memory is not locked and may be swapped out: set LimitMEMLOCK=infinity");
}

static int load(struct config **ret_config)
{
    struct config *config = NULL;
    char why[CONFIG_WHY_MAX];
    int err = config_load(path_config, path_config_dir, &config, why);
    if (err == 0)
        err = sources_check(config, why);
    if (err == 0) {
        *ret_config = config;
        return 0;
    }
    log_error("%s", why);
    config_free(&config);
    return err;
}

static void print_line(void *arg, const char *line)
{
    fputs(line, arg);
}

static int serve(void)
{
    struct config *config;
    struct daemon d = { 0 };
    int err = take_environment();
    if (err == 0)
        err = secure_process();
    if (err == 0)
        err = load(&config);
    if (err != 0)
        return EXIT_FAILURE;
    log_level((enum config_level)config->log_level);
    lock_memory();
    err = daemon_open(&d, config, lookup);
    forget_environment();
    if (err == 0)
        err = daemon_run(&d);
    daemon_close(&d);
    return err == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int check(void)
{
    struct config *config;
    if (load(&config) != 0)
        return EXIT_FAILURE;
    config_free(&config);
    return EXIT_SUCCESS;
}

static int rebind_gids(void)
{
    return secure_process() == 0 && bound_rebind() == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int print_config(void)
{
    struct config *config;
    if (load(&config) != 0)
        return EXIT_FAILURE;
    config_print(config, print_line, stdout);
    config_free(&config);
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int print_version(void)
{
    puts("cognitod " PACKAGE_VERSION);
    return EXIT_SUCCESS;
}

static int print_help(void);

static const struct {
    const char *name;
    int (*run)(void);
    const char *help;
} actions[] = {
    { "check", check, "read the configuration, say what is wrong with it, and end" },
    { "print-config", print_config, "print every key with its value and meaning" },
    { "rebind-gids", rebind_gids, "forget the primary groups that users have" },
    { "version", print_version, "print the version" },
    { "help", print_help, "print this" },
};

static int print_help(void)
{
    puts("usage: cognitod [OPTION]\nWithout an option: serve, in the foreground.\n");
    for (size_t i = 0; i < COUNT(actions); i++)
        printf("  --%-14s %s\n", actions[i].name, actions[i].help);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    if (argc == 1)
        return serve();
    for (size_t i = 0; argc == 2 && i < COUNT(actions); i++)
        if (strncmp(argv[1], "--", 2) == 0 && strcmp(argv[1] + 2, actions[i].name) == 0)
            return actions[i].run();
    fputs("usage: cognitod [--check | --print-config | --rebind-gids | --version | --help]\n",
          stderr);
    return 2;
}
