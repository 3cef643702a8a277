/* SPDX-License-Identifier: Apache-2.0
 *
 * What a login costs, through the real module, daemon, HTTPS and pool: runs inside the stage.
 *
 * usage: bench_login USER PASSWORD LOGINS DAEMON_PID [CODE_PROGRAM ARGUMENT...]
 *
 * Prints one line: medians of wall time and CPU of this process (module and libpam), mean CPU of
 * the daemon, the same for a stack of pam_permit alone (libpam's own time). Time spent in fetching
 * a code from the pool is taken out. What the pool itself needed is known to the pool: the caller
 * of this program subtracts it.
 */
#include <inttypes.h>
#include <security/pam_appl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct person {
    const char *password;
    char **code_program; /* NULL behind the last argument; the first is NULL when there is none */
    int64_t pause_ns, pause_cpu_ns;
};

static int64_t now_ns(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* The first line of what the program prints. */
static char *fetch_code(char **program)
{
    int ends[2];
    char line[64] = "";
    if (program[0] == NULL || pipe(ends) != 0)
        return NULL;
    pid_t pid = fork();
    if (pid == 0) {
        dup2(ends[1], 1);
        close(ends[0]);
        execvp(program[0], program);
        _exit(127);
    }
    close(ends[1]);
    ssize_t n = pid < 0 ? -1 : read(ends[0], line, sizeof line - 1);
    close(ends[0]);
    if (pid > 0)
        waitpid(pid, NULL, 0);
    line[n < 0 ? 0 : n] = '\0';
    line[strcspn(line, "\n")] = '\0';
    return strdup(line);
}

static char *answer(struct person *p, const char *prompt)
{
    if (strcmp(prompt, "Password: ") == 0)
        return strdup(p->password);
    int64_t wall = now_ns(CLOCK_MONOTONIC), cpu = now_ns(CLOCK_PROCESS_CPUTIME_ID);
    char *code = fetch_code(p->code_program);
    p->pause_ns += now_ns(CLOCK_MONOTONIC) - wall;
    p->pause_cpu_ns += now_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    return code;
}

static int converse(int n, const struct pam_message **msg, struct pam_response **out, void *arg)
{
    struct pam_response *r = calloc((size_t)n, sizeof *r);
    if (r == NULL)
        return PAM_BUF_ERR;
    for (int i = 0; i < n; i++)
        if (msg[i]->msg_style == PAM_PROMPT_ECHO_OFF || msg[i]->msg_style == PAM_PROMPT_ECHO_ON)
            r[i].resp = answer(arg, msg[i]->msg);
    *out = r;
    return PAM_SUCCESS;
}

/* One login; its wall and CPU time without the pauses, in ns. False: refused. */
static bool log_in(const char *dir, const char *service, const char *user, struct person *p,
                   int64_t *ret_wall, int64_t *ret_cpu)
{
    const struct pam_conv conv = { converse, p };
    pam_handle_t *h;
    p->pause_ns = p->pause_cpu_ns = 0;
    int64_t wall = now_ns(CLOCK_MONOTONIC), cpu = now_ns(CLOCK_PROCESS_CPUTIME_ID);
    int code = pam_start_confdir(service, user, &conv, dir, &h);
    if (code != PAM_SUCCESS)
        return false;
    code = pam_authenticate(h, 0);
    if (code == PAM_SUCCESS)
        code = pam_acct_mgmt(h, 0);
    pam_end(h, code);
    *ret_wall = now_ns(CLOCK_MONOTONIC) - wall - p->pause_ns;
    *ret_cpu = now_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu - p->pause_cpu_ns;
    return code == PAM_SUCCESS;
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static int64_t median_us(int64_t *values, size_t n)
{
    qsort(values, n, sizeof *values, by_value);
    return values[n / 2] / 1000;
}

static void write_service(const char *dir, const char *name, const char *module)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "we");
    if (f == NULL)
        exit(2);
    fprintf(f, "auth required %s\naccount required %s\n", module, module);
    fclose(f);
}

/* Nanoseconds on a CPU so far. */
static int64_t cpu_of(const char *pid)
{
    char path[64];
    int64_t ns = 0;
    snprintf(path, sizeof path, "/proc/%s/schedstat", pid);
    FILE *f = fopen(path, "re");
    if (f == NULL || fscanf(f, "%" SCNd64, &ns) != 1)
        exit(2);
    fclose(f);
    return ns;
}

static bool run(const char *dir, const char *service, const char *user, struct person *p,
                size_t logins, int64_t *wall, int64_t *cpu)
{
    for (size_t i = 0; i < logins; i++) {
        if (log_in(dir, service, user, p, &wall[i], &cpu[i]))
            continue;
        fprintf(stderr, "bench_login: login %zu of %s was refused\n", i, user);
        return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    char dir[] = "/tmp/bench-pam.XXXXXX";
    if (argc < 5 || mkdtemp(dir) == NULL)
        return 2;
    size_t logins = strtoul(argv[3], NULL, 10);
    struct person p = { .password = argv[2], .code_program = argv + 5 };
    int64_t *wall = calloc(logins + 1, sizeof *wall), *cpu = calloc(logins + 1, sizeof *cpu);
    if (logins == 0 || wall == NULL || cpu == NULL)
        return 2;
    write_service(dir, "bench", "pam_cognito.so");
    write_service(dir, "bench-permit", "pam_permit.so");
    if (!run(dir, "bench-permit", argv[1], &p, logins, wall, cpu))
        return 1;
    int64_t libpam_us = median_us(wall, logins);
    int64_t daemon = cpu_of(argv[4]);
    if (!run(dir, "bench", argv[1], &p, logins, wall, cpu))
        return 1;
    daemon = (cpu_of(argv[4]) - daemon) / 1000 / (int64_t)logins;
    printf("user=%s logins=%zu wall_us=%" PRId64 " cpu_module_us=%" PRId64 " cpu_daemon_us=%" PRId64
           " libpam_us=%" PRId64 "\n",
           argv[1], logins, median_us(wall, logins), median_us(cpu, logins), daemon, libpam_us);
    return 0;
}
