/* SPDX-License-Identifier: Apache-2.0 */
#include "dialogue_fixture.h"

#include "base/clock.h"
#include "log_fixture.h"

#include <check.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

const char *const admins[] = { "linux-admins", "devs", NULL };
char dialogue_text[WIRE_PROMPT_MAX];

static int line = -1; /* the client's end of the connection */

void dialogue_open(const char *policy, const char *status, const char *const *groups)
{
    fixture_open(policy);
    fixture_user(&(struct person){ .sub = FIXTURE_SUB, .username = "alice", .status = status },
                 groups);
    log_to_file();
}

void dialogue_open_to_reset(const char *policy, const char *const *groups)
{
    dialogue_open(policy, "RESET_REQUIRED", groups);
    fixture_reply("AdminInitiateAuth", 400,
                  "{\"__type\":\"PasswordResetRequiredException\","
                  "\"message\":\"Password reset required\"}");
    fixture_reply("ForgotPassword", 200, SENT);
}

void dialogue_hang_up(void)
{
    if (line >= 0)
        close(line);
    line = -1;
    fixture_turn();
}

void dialogue_end(void)
{
    dialogue_hang_up();
    fixture_close();
}

const char *dialogue_tokens(const char *access)
{
    static char body[16384];
    snprintf(body, sizeof body,
             "{\"AuthenticationResult\":{\"AccessToken\":\"%s\",\"ExpiresIn\":3600}}",
             fixture_token(access));
    return body;
}

int dialogue_hear(void)
{
    uint8_t message[WIRE_HEADER_BYTES + WIRE_BODY_MAX];
    struct wire_header h;
    ssize_t got = -1;
    int64_t until_ms = clock_ms() + 5000;
    while (got < 0 && clock_ms() < until_ms) {
        event_base_loop(fixture.loop, EVLOOP_NONBLOCK);
        got = recv(line, message, sizeof message, MSG_DONTWAIT);
    }
    ck_assert_int_gt(got, WIRE_HEADER_BYTES);
    ck_assert_int_eq(wire_header_read(message, &h), 0);
    struct rd r = rd_over(message + WIRE_HEADER_BYTES, h.length);
    if (h.opcode == WIRE_PROMPT) {
        struct wire_prompt prompt;
        ck_assert_int_eq(wire_get_prompt(&r, &prompt), 0);
        snprintf(dialogue_text, sizeof dialogue_text, "%s", prompt.text);
        return prompt.kind;
    }
    struct wire_result result;
    ck_assert_int_eq(h.opcode, WIRE_RESULT);
    ck_assert_int_eq(wire_get_result(&r, &result), 0);
    snprintf(dialogue_text, sizeof dialogue_text, "%s", result.text);
    return result.err;
}

void dialogue_send_start(const char *service, uint32_t flags)
{
    uint8_t buf[1024];
    struct wire_auth_start start = { .flags = flags, .user = "alice", .rhost = "192.0.2.7" };
    snprintf(start.service, sizeof start.service, "%s", service);
    int fd = fixture_connect(0, CONN_PAM);
    if (line >= 0)
        close(line);
    line = fd;
    struct wire_msg m = wire_begin(buf, sizeof buf, WIRE_AUTH_START);
    wire_put_auth_start(&m, &start);
    int size = wire_finish(&m);
    ck_assert_int_eq(write(line, buf, (size_t)size), size);
}

void dialogue_send(const char *answer)
{
    uint8_t buf[2048];
    size_t size = fixture_step(buf, sizeof buf, answer);
    ck_assert_int_eq(write(line, buf, size), (ssize_t)size);
}

int dialogue_begin(const char *service, uint32_t flags)
{
    dialogue_send_start(service, flags);
    return dialogue_hear();
}

int dialogue_begin_change(void)
{
    return dialogue_begin("passwd", WIRE_AUTH_CHANGE_PASSWORD);
}

int dialogue_type(const char *answer)
{
    dialogue_send(answer);
    return dialogue_hear();
}
