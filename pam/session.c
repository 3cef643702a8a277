/* SPDX-License-Identifier: Apache-2.0 */
#include "session.h"
#include "policy.h"

#include "base/clock.h"
#include "base/paths.h"
#include "base/text.h"
#include "client/client.h"

#include <security/pam_ext.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

/* Logging out waits no longer than this for a daemon that hangs. */
#define TELL_MS 1000

static int exchange(int fd, const void *message, size_t n, int64_t deadline_ms)
{
    uint8_t body[64];
    uint16_t opcode = 0;
    struct rd r;
    int err = client_send(fd, message, n, deadline_ms);
    if (err == 0)
        err = client_receive(fd, body, sizeof body, deadline_ms, &opcode, &r);
    if (err != 0 || opcode != WIRE_RESULT || r.left < 2)
        return err != 0 ? err : ERR_FORMAT;
    uint16_t said = rd_u16(&r);
    return said == 0 ? 0 : said == -ERR_ABSENT ? ERR_ABSENT : ERR_REFUSED;
}

static int tell(const struct call *c, uint16_t opcode)
{
    uint8_t message[WIRE_HEADER_BYTES + 2 + sizeof(struct wire_session)];
    struct wire_session session = { .user = "" };
    int64_t deadline_ms = clock_ms() + TELL_MS;
    int fd;
    memcpy(session.user, c->access.user, sizeof session.user);
    text_clean(session.service, sizeof session.service, c->access.service,
               strnlen(c->access.service, sizeof session.service), TEXT_LINE);
    struct wire_msg m = wire_begin(message, sizeof message, opcode);
    wire_put_session(&m, &session);
    int size = wire_finish(&m);
    int err = size < 0 ? size : client_connect(path_pam_socket, deadline_ms, &fd);
    if (err != 0)
        return err;
    err = exchange(fd, message, (size_t)size, deadline_ms);
    close(fd);
    return err;
}

/* ERR_ABSENT is no fault: a key, cron, or a login from before the daemon's restart. */
static int tell_if_wanted(struct call *c, uint16_t opcode, const char *what)
{
    int err = policy_find(c, false);
    access_unpin(&c->access);
    if (err != 0 || access_load(&c->access) != 0 || !c->access.config->revoke_at_logout)
        return err;
    err = tell(c, opcode);
    if (err != 0 && err != ERR_ABSENT)
        pam_syslog(c->handle, LOG_WARNING, "user=%s cognitod was not told of the session's %s: %s",
                   c->access.user, what, err_text(err));
    return 0;
}

int session_credentials(struct call *c)
{
    return policy_find(c, false);
}

int session_begin(struct call *c)
{
    return tell_if_wanted(c, WIRE_SESSION_OPEN, "begin");
}

int session_end(struct call *c)
{
    return tell_if_wanted(c, WIRE_SESSION_CLOSE, "end");
}
