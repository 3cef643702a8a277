/* SPDX-License-Identifier: Apache-2.0
 *
 * What open dialogues cost the daemon in memory: runs inside the stage, as root.
 *
 * usage: bench_dialogues DIALOGUES DAEMON_PID MUST_KIB USER [PASSWORD]
 *
 * Opens so many dialogues of the user, all of them waiting at the first prompt, or, with the
 * password, at the one after it. Prints by how much the daemon's private memory grew over what it
 * had with one dialogue closed again; status 1 when that is more than MUST_KIB.
 */
#include "base/clock.h"
#include "base/paths.h"
#include "client/client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define PATIENCE_MS 20000

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "bench_dialogues: %s\n", what);
    exit(2);
}

/* A line of /proc/PID/FILE, in KiB. */
static long kib_of(const char *pid, const char *file, const char *key)
{
    char path[64], line[256];
    long kib = -1;
    snprintf(path, sizeof path, "/proc/%s/%s", pid, file);
    FILE *f = fopen(path, "re");
    while (f != NULL && kib < 0 && fgets(line, sizeof line, f) != NULL)
        if (strncmp(line, key, strlen(key)) == 0)
            kib = strtol(line + strlen(key), NULL, 10);
    if (f == NULL || kib < 0)
        die("no figures of the daemon");
    fclose(f);
    return kib;
}

static void send(int fd, struct wire_msg *m)
{
    int size = wire_finish(m);
    if (size < 0 || client_send(fd, m->start, (size_t)size, clock_ms() + PATIENCE_MS) != 0)
        die("cannot send");
}

static void await_prompt(int fd)
{
    static uint8_t buf[CLIENT_REPLY_MAX];
    uint16_t opcode = 0;
    struct rd body;
    if (client_receive(fd, buf, sizeof buf, clock_ms() + PATIENCE_MS, &opcode, &body) != 0 ||
        opcode != WIRE_PROMPT)
        die("no prompt came");
}

static int open_dialogue(const char *user, const char *password)
{
    static uint8_t buf[WIRE_HEADER_BYTES + 2048];
    struct wire_auth_start start = { .flags = 0 };
    int fd = -1;
    if (client_connect(path_pam_socket, clock_ms() + PATIENCE_MS, &fd) != 0)
        die("cannot connect");
    snprintf(start.user, sizeof start.user, "%s", user);
    snprintf(start.service, sizeof start.service, "sshd");
    struct wire_msg m = wire_begin(buf, sizeof buf, WIRE_AUTH_START);
    wire_put_auth_start(&m, &start);
    send(fd, &m);
    await_prompt(fd);
    if (password != NULL) {
        struct secret answer;
        if (secret_set(&answer, password, strlen(password)) != 0)
            die("bad password");
        m = wire_begin(buf, sizeof buf, WIRE_AUTH_STEP);
        wire_put_auth_step(&m, &answer);
        send(fd, &m);
        await_prompt(fd);
    }
    return fd;
}

int main(int argc, char **argv)
{
    if (argc < 5)
        die("usage: bench_dialogues DIALOGUES DAEMON_PID MUST_KIB USER [PASSWORD]");
    long count = strtol(argv[1], NULL, 10), must = strtol(argv[3], NULL, 10);
    const char *pid = argv[2], *user = argv[4], *password = argc > 5 ? argv[5] : NULL;
    struct rlimit files = { (rlim_t)count + 64, (rlim_t)count + 64 };
    if (count <= 0 || setrlimit(RLIMIT_NOFILE, &files) != 0)
        die("cannot have so many descriptors");
    close(
        open_dialogue(user, password)); /* connection to the pool, keys, what a first one brings */
    sleep(1);
    long idle = kib_of(pid, "status", "RssAnon:"), pss = kib_of(pid, "smaps_rollup", "Pss:");
    for (long i = 0; i < count; i++)
        (void)open_dialogue(user, password); /* closed by our end */
    long grown = kib_of(pid, "status", "RssAnon:") - idle;
    pss = kib_of(pid, "smaps_rollup", "Pss:") - pss;
    printf("bench=dialogues at=%s dialogues_%ld_kib=%ld per_dialogue_bytes=%ld pss_kib=%ld "
           "must_kib=%ld %s\n",
           password == NULL ? "password" : "code", count, grown, grown * 1024 / count, pss, must,
           grown <= must ? "ok" : "TOO MUCH");
    return grown <= must ? EXIT_SUCCESS : EXIT_FAILURE;
}
