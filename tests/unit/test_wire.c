/* SPDX-License-Identifier: Apache-2.0
 *
 * The codec: every body there and back, every cut of it refused, bounds and versions (R-IPC-03).
 */
#include "suite.h"

#include "wire/wire.h"

#include <stdio.h>
#include <string.h>

static uint8_t buf[WIRE_HEADER_BYTES + WIRE_BODY_MAX + 64];

/* The header's words, so that a test can make wrong ones. */
static void put_header(uint32_t magic, uint16_t version, uint16_t opcode, uint32_t length)
{
    struct wr w = wr_over(buf, WIRE_HEADER_BYTES);
    wr_u32(&w, magic);
    wr_u16(&w, version);
    wr_u16(&w, opcode);
    wr_u32(&w, length);
}

static int judge_header(uint32_t magic, uint16_t version, uint16_t opcode, uint32_t length)
{
    struct wire_header h;
    put_header(magic, version, opcode, length);
    return wire_header_read(buf, &h);
}

/* Finishes m and returns its body after the header was found good. */
static struct rd body_of(struct wire_msg *m, uint16_t opcode)
{
    struct wire_header h;
    int size = wire_finish(m);
    ck_assert_int_ge(size, WIRE_HEADER_BYTES);
    ck_assert_int_eq(wire_header_read(m->start, &h), 0);
    ck_assert_uint_eq(h.opcode, opcode);
    ck_assert_uint_eq(h.version, WIRE_VERSION);
    ck_assert_uint_eq(h.length, (unsigned)size - WIRE_HEADER_BYTES);
    return rd_over(m->start + WIRE_HEADER_BYTES, h.length);
}

START_TEST(header_is_judged_before_the_body)
{
    ck_assert_int_eq(judge_header(WIRE_MAGIC, WIRE_VERSION, WIRE_STATUS, 0), 0);
    ck_assert_int_eq(judge_header(WIRE_MAGIC + 1, WIRE_VERSION, WIRE_STATUS, 0), ERR_FORMAT);
    ck_assert_int_eq(judge_header(WIRE_MAGIC, WIRE_VERSION + 0x100, WIRE_STATUS, 0), ERR_FORMAT);
    ck_assert_int_eq(judge_header(WIRE_MAGIC, WIRE_VERSION, 0, 0), ERR_REFUSED);
    ck_assert_int_eq(judge_header(WIRE_MAGIC, WIRE_VERSION, 5000, 0), ERR_REFUSED);
}
END_TEST

START_TEST(length_is_held_to_the_bounds_of_the_opcode)
{
    static const uint16_t opcodes[] = { WIRE_LOOKUP,       WIRE_AUTH_START,   WIRE_AUTH_STEP,
                                        WIRE_STATUS,       WIRE_SHOW_USER,    WIRE_LOOKED_UP,
                                        WIRE_PROMPT,       WIRE_RESULT,       WIRE_FACTS,
                                        WIRE_SESSION_OPEN, WIRE_SESSION_CLOSE };
    for (size_t i = 0; i < COUNT(opcodes); i++) {
        uint32_t least, most;
        ck_assert_int_eq(wire_bounds(opcodes[i], &least, &most), 0);
        ck_assert_uint_le(most, WIRE_BODY_MAX);
        ck_assert_int_eq(judge_header(WIRE_MAGIC, WIRE_VERSION, opcodes[i], least), 0);
        ck_assert_int_eq(judge_header(WIRE_MAGIC, WIRE_VERSION, opcodes[i], most), 0);
        ck_assert_int_eq(judge_header(WIRE_MAGIC, WIRE_VERSION, opcodes[i], most + 1), ERR_FORMAT);
        ck_assert_int_eq(judge_header(WIRE_MAGIC, WIRE_VERSION, opcodes[i], UINT32_MAX),
                         ERR_FORMAT);
        if (least > 0)
            ck_assert_int_eq(judge_header(WIRE_MAGIC, WIRE_VERSION, opcodes[i], least - 1),
                             ERR_FORMAT);
    }
}
END_TEST

START_TEST(later_minor_may_be_longer)
{
    ck_assert_int_eq(judge_header(WIRE_MAGIC, WIRE_VERSION + 1, WIRE_LOOKED_UP, 1000), 0);
    ck_assert_int_eq(judge_header(WIRE_MAGIC, WIRE_VERSION + 1, WIRE_LOOKED_UP, WIRE_BODY_MAX), 0);
    ck_assert_int_eq(judge_header(WIRE_MAGIC, WIRE_VERSION + 1, WIRE_LOOKED_UP, WIRE_BODY_MAX + 1),
                     ERR_FORMAT);
    ck_assert_int_eq(judge_header(WIRE_MAGIC, WIRE_VERSION + 1, WIRE_LOOKED_UP, 5), ERR_FORMAT);
}
END_TEST

START_TEST(lookup_travels)
{
    struct wire_msg m = wire_begin(buf, sizeof buf, WIRE_LOOKUP);
    wire_put_lookup(&m, "alice");
    struct rd whole = body_of(&m, WIRE_LOOKUP);
    for (size_t n = 0; n <= whole.left; n++) {
        char name[NAME_SIZE] = "left";
        struct rd r = rd_over(whole.p, n);
        ck_assert_int_eq(wire_get_lookup(&r, name), n == whole.left ? 0 : ERR_FORMAT);
        ck_assert_str_eq(name, n == whole.left ? "alice" : "");
    }
}
END_TEST

START_TEST(show_user_travels)
{
    char long_name[WIRE_NAME_SIZE], name[WIRE_NAME_SIZE];
    memset(long_name, 'x', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    struct wire_msg m = wire_begin(buf, sizeof buf, WIRE_SHOW_USER);
    wire_put_show_user(&m, long_name);
    struct rd whole = body_of(&m, WIRE_SHOW_USER);
    for (size_t n = 0; n <= whole.left; n++) {
        struct rd r = rd_over(whole.p, n);
        ck_assert_int_eq(wire_get_show_user(&r, name), n == whole.left ? 0 : ERR_FORMAT);
        ck_assert_str_eq(name, n == whole.left ? long_name : "");
    }
}
END_TEST

START_TEST(looked_up_travels)
{
    const struct wire_looked_up said = { .err = ERR_ABSENT, .asking_ms = 2000 };
    struct wire_msg m = wire_begin(buf, sizeof buf, WIRE_LOOKED_UP);
    wire_put_looked_up(&m, &said);
    struct rd whole = body_of(&m, WIRE_LOOKED_UP);
    for (size_t n = 0; n <= whole.left; n++) {
        struct wire_looked_up heard;
        struct rd r = rd_over(whole.p, n);
        ck_assert_int_eq(wire_get_looked_up(&r, &heard), n == whole.left ? 0 : ERR_FORMAT);
        ck_assert_uint_eq(heard.asking_ms, n == whole.left ? 2000 : 0);
        ck_assert(n < whole.left || heard.err == ERR_ABSENT);
    }
}
END_TEST

START_TEST(auth_start_travels)
{
    const struct wire_auth_start said = { .flags = WIRE_AUTH_SILENT,
                                          .user = "alice",
                                          .service = "sshd",
                                          .rhost = "2001:db8::7",
                                          .ruser = "",
                                          .tty = "ssh" };
    struct wire_msg m = wire_begin(buf, sizeof buf, WIRE_AUTH_START);
    wire_put_auth_start(&m, &said);
    struct rd whole = body_of(&m, WIRE_AUTH_START);
    for (size_t n = 0; n <= whole.left; n++) {
        struct wire_auth_start heard;
        struct rd r = rd_over(whole.p, n);
        int err = wire_get_auth_start(&r, &heard);
        ck_assert_int_eq(err, n == whole.left ? 0 : ERR_FORMAT);
        if (err == 0)
            ck_assert_mem_eq(&heard, &said, sizeof said);
        else
            ck_assert_str_eq(heard.user, "");
    }
}
END_TEST

START_TEST(session_travels)
{
    const struct wire_session said = { .user = "alice", .service = "sshd" };
    struct wire_msg m = wire_begin(buf, sizeof buf, WIRE_SESSION_CLOSE);
    wire_put_session(&m, &said);
    struct rd whole = body_of(&m, WIRE_SESSION_CLOSE);
    for (size_t n = 0; n <= whole.left; n++) {
        struct wire_session heard;
        struct rd r = rd_over(whole.p, n);
        ck_assert_int_eq(wire_get_session(&r, &heard), n == whole.left ? 0 : ERR_FORMAT);
        ck_assert_str_eq(heard.user, n == whole.left ? "alice" : "");
        ck_assert_str_eq(heard.service, n == whole.left ? "sshd" : "");
    }
}
END_TEST

START_TEST(auth_start_holds_its_longest_fields)
{
    struct wire_auth_start said = { 0 }, heard;
    memset(said.user, 'u', sizeof said.user - 1);
    memset(said.service, 's', sizeof said.service - 1);
    memset(said.rhost, 'r', sizeof said.rhost - 1);
    memset(said.ruser, 'q', sizeof said.ruser - 1);
    memset(said.tty, 't', sizeof said.tty - 1);
    struct wire_msg m = wire_begin(buf, sizeof buf, WIRE_AUTH_START);
    wire_put_auth_start(&m, &said);
    struct rd r = body_of(&m, WIRE_AUTH_START);
    ck_assert_int_eq(wire_get_auth_start(&r, &heard), 0);
    ck_assert_mem_eq(&heard, &said, sizeof said);
}
END_TEST

/* R-SEC-05: any byte but NUL. */
START_TEST(auth_step_travels)
{
    struct secret said = { 0 }, heard = { 0 };
    char bytes[255];
    for (int i = 0; i < 255; i++)
        bytes[i] = (char)(i + 1);
    ck_assert_int_eq(secret_set(&said, bytes, sizeof bytes), 0);
    struct wire_msg m = wire_begin(buf, sizeof buf, WIRE_AUTH_STEP);
    wire_put_auth_step(&m, &said);
    struct rd whole = body_of(&m, WIRE_AUTH_STEP);
    for (size_t n = 0; n <= whole.left; n++) {
        struct rd r = rd_over(whole.p, n);
        ck_assert_int_eq(wire_get_auth_step(&r, &heard), n == whole.left ? 0 : ERR_FORMAT);
        ck_assert_uint_eq(heard.len, n == whole.left ? 255 : 0);
    }
    ck_assert(secret_equal(&said, &heard));
}
END_TEST

START_TEST(auth_step_is_bounded)
{
    static char bytes[SECRET_MAX + 1];
    struct secret said = { 0 }, heard = { 0 };
    memset(bytes, 'x', sizeof bytes);
    ck_assert_int_eq(secret_set(&said, bytes, SECRET_MAX), 0);
    struct wire_msg m = wire_begin(buf, sizeof buf, WIRE_AUTH_STEP);
    wire_put_auth_step(&m, &said);
    struct rd r = body_of(&m, WIRE_AUTH_STEP);
    ck_assert_int_eq(wire_get_auth_step(&r, &heard), 0);
    ck_assert_uint_eq(heard.len, SECRET_MAX);

    struct wr w = wr_over(buf, sizeof buf);
    wr_u16(&w, SECRET_MAX + 1);
    wr_bytes(&w, bytes, SECRET_MAX + 1);
    r = rd_over(buf, 2 + SECRET_MAX + 1);
    ck_assert_int_eq(wire_get_auth_step(&r, &heard), ERR_FORMAT);
    ck_assert_uint_eq(heard.len, 0);
}
END_TEST

START_TEST(strings_hold_no_nul)
{
    static const uint8_t answer[] = { 0, 3, 'a', 0, 'b' };
    static const uint8_t name[] = { 3, 'a', 0, 'b' };
    struct secret heard = { 0 };
    char heard_name[NAME_SIZE];
    struct rd r = rd_over(answer, sizeof answer);
    ck_assert_int_eq(wire_get_auth_step(&r, &heard), ERR_FORMAT);
    r = rd_over(name, sizeof name);
    ck_assert_int_eq(wire_get_lookup(&r, heard_name), ERR_FORMAT);
}
END_TEST

START_TEST(code_behind_a_password_is_found)
{
    static const struct {
        const char *answer;
        size_t password_len;
    } rows[] = {
        { "", 0 },
        { "pw", 2 },
        { "pw123456", 2 },
        { "p123456", 1 },
        { "123456", 6 }, /* nothing before them: a password */
        { "1234567", 1 },
        { "12345", 5 },
        { "pw12345", 7 },
        { "pw123456789012", 8 }, /* a password that ends in digits, its code behind it */
        { "pw 123456", 3 },
        { "pw12345 ", 8 },
        { "pw123 456", 9 },
        { "pw123a56", 8 },
        { "\xc3\xa4"
          "123456",
          2 },
        { "pw\xd9\xa1"
          "23456",
          9 }, /* another script's digit */
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct secret s = { 0 };
        ck_assert_int_eq(secret_set(&s, rows[i].answer, strlen(rows[i].answer)), 0);
        ck_assert_uint_eq(wire_password_len(&s), rows[i].password_len);
    }
}
END_TEST

START_TEST(prompt_travels)
{
    static struct wire_prompt said = { .kind = WIRE_PROMPT_CODE, .echo = true }, heard;
    memset(said.text, 'p', sizeof said.text - 1);
    struct wire_msg m = wire_begin(buf, sizeof buf, WIRE_PROMPT);
    wire_put_prompt(&m, &said);
    struct rd whole = body_of(&m, WIRE_PROMPT);
    for (size_t n = 0; n <= whole.left; n++) {
        struct rd r = rd_over(whole.p, n);
        ck_assert_int_eq(wire_get_prompt(&r, &heard), n == whole.left ? 0 : ERR_FORMAT);
        ck_assert_uint_eq(heard.kind, n == whole.left ? WIRE_PROMPT_CODE : 0);
    }
    ck_assert_str_eq(heard.text, said.text);
}
END_TEST

/* R-PAM-04: what cannot be read is no success. */
START_TEST(result_cut_short_is_a_failure)
{
    static struct wire_result said = { .err = 0, .text = "welcome" }, heard;
    struct wire_msg m = wire_begin(buf, sizeof buf, WIRE_RESULT);
    wire_put_result(&m, &said);
    struct rd whole = body_of(&m, WIRE_RESULT);
    for (size_t n = 0; n <= whole.left; n++) {
        struct rd r = rd_over(whole.p, n);
        heard.err = 0;
        ck_assert_int_eq(wire_get_result(&r, &heard), n == whole.left ? 0 : ERR_FORMAT);
        ck_assert(n == whole.left ? heard.err == 0 : heard.err < 0);
    }
}
END_TEST

START_TEST(result_carries_every_err)
{
    static struct wire_result said, heard;
    for (int err = 2; err >= ERR_LAST - 2; err--) {
        said.err = err;
        struct wire_msg m = wire_begin(buf, sizeof buf, WIRE_RESULT);
        wire_put_result(&m, &said);
        struct rd r = body_of(&m, WIRE_RESULT);
        ck_assert_int_eq(wire_get_result(&r, &heard), 0);
        ck_assert_int_eq(heard.err, err > 0 || err <= ERR_LAST ? ERR_SYSTEM : err);
    }
}
END_TEST

/* A number from a later version, R-PAM-04. */
START_TEST(result_unknown_is_a_failure)
{
    static struct wire_result heard;
    for (unsigned v = 1; v <= UINT16_MAX; v++) {
        uint8_t body[] = { (uint8_t)(v >> 8), (uint8_t)v, 0, 0 };
        struct rd r = rd_over(body, sizeof body);
        ck_assert_int_eq(wire_get_result(&r, &heard), 0);
        ck_assert_int_lt(heard.err, 0);
    }
}
END_TEST

START_TEST(bytes_behind_the_known_fields_are_left)
{
    struct wire_looked_up heard;
    const uint8_t body[] = { 0, 10, 0, 0, 0, 5, 'm', 'o', 'r', 'e' };
    struct rd r = rd_over(body, sizeof body);
    ck_assert_int_eq(wire_get_looked_up(&r, &heard), 0);
    ck_assert_int_eq(heard.err, ERR_ABSENT);
    ck_assert_uint_eq(heard.asking_ms, 5);
    ck_assert_uint_eq(r.left, 4);
}
END_TEST

START_TEST(facts_travel)
{
    struct wire_facts f = wire_facts_begin(buf, sizeof buf, 0);
    wire_facts_add(&f, "uid", "1879050001");
    wire_facts_add(&f, "home", "");
    int size = wire_facts_finish(&f);
    ck_assert_int_gt(size, 0);
    struct rd r = rd_over(buf + WIRE_HEADER_BYTES, (size_t)size - WIRE_HEADER_BYTES);
    int err = ERR_SYSTEM;
    uint16_t count = 0;
    char key[64], value[WIRE_TEXT_MAX];
    ck_assert_int_eq(wire_get_facts(&r, &err, &count), 0);
    ck_assert_int_eq(err, 0);
    ck_assert_uint_eq(count, 2);
    ck_assert_int_eq(wire_get_fact(&r, key, value), 0);
    ck_assert_str_eq(key, "uid");
    ck_assert_str_eq(value, "1879050001");
    ck_assert_int_eq(wire_get_fact(&r, key, value), 0);
    ck_assert_str_eq(key, "home");
    ck_assert_str_eq(value, "");
    ck_assert_int_eq(wire_get_fact(&r, key, value), ERR_FORMAT);
}
END_TEST

START_TEST(facts_that_do_not_fit_are_not_sent)
{
    static char big[WIRE_TEXT_MAX + 10];
    struct wire_facts f = wire_facts_begin(buf, sizeof buf, 0);
    memset(big, 'x', sizeof big - 1);
    for (int i = 0; i < 20; i++)
        wire_facts_add(&f, "key", big);
    ck_assert_int_eq(wire_facts_finish(&f), ERR_SPACE);
}
END_TEST

/* What a receiver would refuse is not sent, even when the buffer could hold it. */
START_TEST(finish_holds_the_bounds)
{
    struct wire_msg m = wire_begin(buf, sizeof buf, WIRE_STATUS);
    wr_u8(&m.body, 1);
    ck_assert_int_eq(wire_finish(&m), ERR_SPACE);
    m = wire_begin(buf, sizeof buf, WIRE_LOOKUP);
    wire_put_lookup(&m, "");
    ck_assert_int_eq(wire_finish(&m), ERR_SPACE);
    m = wire_begin(buf, sizeof buf, WIRE_LOOKUP);
    wire_put_lookup(&m, "a-name-that-is-longer-than-any-name");
    ck_assert_int_eq(wire_finish(&m), ERR_SPACE);
    m = wire_begin(buf, WIRE_HEADER_BYTES + 3, WIRE_LOOKUP);
    wire_put_lookup(&m, "alice");
    ck_assert_int_eq(wire_finish(&m), ERR_SPACE);
    m = wire_begin(buf, 3, WIRE_STATUS);
    ck_assert_int_eq(wire_finish(&m), ERR_SPACE);
}
END_TEST

SUITE("wire", header_is_judged_before_the_body, length_is_held_to_the_bounds_of_the_opcode,
      later_minor_may_be_longer, lookup_travels, show_user_travels, looked_up_travels,
      auth_start_travels, session_travels, auth_start_holds_its_longest_fields, auth_step_travels,
      auth_step_is_bounded, strings_hold_no_nul, code_behind_a_password_is_found, prompt_travels,
      result_cut_short_is_a_failure, result_carries_every_err, result_unknown_is_a_failure,
      bytes_behind_the_known_fields_are_left, facts_travel, facts_that_do_not_fit_are_not_sent,
      finish_holds_the_bounds)
