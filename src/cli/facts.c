/* SPDX-License-Identifier: Apache-2.0
 *
 * One question to the daemon over ctl.sock, and its answer as lines.
 */
#include "base/clock.h"
#include "base/paths.h"
#include "base/text.h"
#include "cli/cli.h"
#include "client/client.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ANSWER_MS 5000

static void explain(int err)
{
    fprintf(stderr, "cognitoctl: %s\n",
            err == ERR_UNAVAIL   ? "cognitod is not running (no answer on its socket)"
            : err == ERR_TIMEOUT ? "cognitod does not answer in time"
            : err == ERR_REFUSED ? "not permitted: run it as root"
                                 : err_text(err));
}

static int print_facts(struct rd *body, uint16_t count)
{
    char key[64], value[WIRE_TEXT_MAX], clean[WIRE_TEXT_MAX];
    for (uint16_t i = 0; i < count; i++) {
        int err = wire_get_fact(body, key, value);
        if (err != 0)
            return err;
        text_clean(clean, sizeof clean, value, strlen(value), TEXT_LINE);
        printf("%s: %s\n", key, clean);
    }
    return 0;
}

static int converse(int fd, const void *request, size_t bytes, int *ret_err)
{
    static uint8_t buf[WIRE_BODY_MAX];
    int64_t deadline_ms = clock_ms() + ANSWER_MS;
    uint16_t opcode, count;
    struct rd body;
    int err = client_send(fd, request, bytes, deadline_ms);
    if (err == 0)
        err = client_receive(fd, buf, sizeof buf, deadline_ms, &opcode, &body);
    if (err == 0 && opcode != WIRE_FACTS)
        err = ERR_FORMAT;
    if (err == 0)
        err = wire_get_facts(&body, ret_err, &count);
    if (err == 0 && *ret_err == ERR_REFUSED)
        err = ERR_REFUSED;
    return err != 0 ? err : print_facts(&body, count);
}

int cli_print_facts(const void *request, size_t bytes, int *ret_err)
{
    int fd;
    int err = client_connect(path_ctl_socket, clock_ms() + ANSWER_MS, &fd);
    if (err == 0) {
        err = converse(fd, request, bytes, ret_err);
        close(fd);
    }
    if (err != 0)
        explain(err);
    return err;
}
