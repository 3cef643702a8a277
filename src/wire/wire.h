/* SPDX-License-Identifier: Apache-2.0
 *
 * The protocol between guest code and cognitod, whole: this header is its document. It travels
 * over local stream sockets only; who the peer is comes from SO_PEERCRED, never from a message.
 *
 *   message = magic:u32 version:u16 opcode:u16 length:u32 body          integers big-endian
 *   version = major:u8 minor:u8
 *   str8 = length:u8 bytes     str16 = length:u16 bytes     no NUL in either
 *
 * Versions. Another major is refused. A minor only adds: new opcodes, and new fields behind the
 * known ones. A receiver ignores bytes behind the fields it knows, so an old module works with a
 * newer daemon; the daemon answers with the minor of the request, or its own if that is lower.
 *
 * Limits. body <= WIRE_BODY_MAX; every opcode has its own smaller bounds (wire_bounds), settled
 * from the header before the body is read into anything. A prompt may be longer than other texts,
 * for the drawing of a QR code.
 *
 *   nss.sock   LOOKUP        name:str8                      name by name_is_valid()
 *              -> LOOKED_UP  err:u16 asking_ms:u32          err as in RESULT
 *                 asking_ms > 0: the daemon is asking the pool for a caller with uid 0; a second
 *                 LOOKED_UP with asking_ms = 0 follows within that time
 *
 *   pam.sock   AUTH_START    flags:u32 user:str8 service:str8 rhost:str8 ruser:str8 tty:str8
 *              AUTH_STEP     answer:str16
 *              -> PROMPT     kind:u8 echo:u8 text:str16     answered by one AUTH_STEP
 *              -> RESULT     err:u16 text:str16             the end of the dialogue
 *                 one dialogue a connection; closing it abandons the login
 *                 an answer to kind PASSWORD_AND_CODE is split by wire_password_len()
 *
 *              SESSION_OPEN   user:str8 service:str8       the session of a login begins
 *              SESSION_CLOSE  user:str8 service:str8       it has ended
 *              -> RESULT      ABSENT: the daemon keeps nothing that belongs to it
 *                 of root alone; which login is meant comes from the peer's process id
 *
 *   ctl.sock   STATUS        -
 *              SHOW_USER     name:str8
 *              -> FACTS      err:u16 count:u16 {key:str8 value:str16}*
 *
 * err:u16 is the negated enum err, 0 for success. A number the receiver does not know is a
 * failure like ERR_SYSTEM.
 */
#ifndef WIRE_WIRE_H
#define WIRE_WIRE_H

#include "base/bytes.h"
#include "base/err.h"
#include "base/name.h"
#include "base/secret.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WIRE_MAGIC        0x434f4731u /* "COG1" */
#define WIRE_MAJOR        1
#define WIRE_MINOR        0
#define WIRE_VERSION      (WIRE_MAJOR << 8 | WIRE_MINOR)
#define WIRE_HEADER_BYTES 12
#define WIRE_BODY_MAX     65536
#define WIRE_TEXT_MAX     4096  /* a result's text, a fact's value */
#define WIRE_PROMPT_MAX   12288 /* a prompt's text */

enum wire_opcode {
    WIRE_LOOKUP = 1,
    WIRE_AUTH_START = 2,
    WIRE_AUTH_STEP = 3,
    WIRE_STATUS = 4,
    WIRE_SHOW_USER = 5,
    WIRE_SESSION_OPEN = 6,
    WIRE_SESSION_CLOSE = 7,
    /* Replies. */
    WIRE_LOOKED_UP = 0x8001,
    WIRE_PROMPT = 0x8002,
    WIRE_RESULT = 0x8003,
    WIRE_FACTS = 0x8004
};

struct wire_header {
    uint16_t version;
    uint16_t opcode;
    uint32_t length; /* of the body, bytes */
};

/* The least and greatest body length of an opcode. Known to both sides; ERR_REFUSED for an opcode
 * that does not exist. */
int wire_bounds(uint16_t opcode, uint32_t *ret_least, uint32_t *ret_most) MUST_CHECK;

/* Judges 12 bytes: magic, major, opcode known, length within that opcode's bounds. ERR_FORMAT or
 * ERR_REFUSED. */
int wire_header_read(const uint8_t bytes[WIRE_HEADER_BYTES],
                     struct wire_header *ret_header) MUST_CHECK;

/* A message being written into the caller's buffer. wire_finish() sets the length field and
 * returns the whole message's size in bytes, or ERR_SPACE when it is outside the buffer or the
 * opcode's bounds. */
struct wire_msg {
    uint8_t *start;
    struct wr body;
};
struct wire_msg wire_begin(void *buf, size_t cap, uint16_t opcode);
int wire_finish(struct wire_msg *m) MUST_CHECK;

enum wire_auth_flag {
    WIRE_AUTH_SILENT = 1,          /* PAM_SILENT */
    WIRE_AUTH_HAVE_FIRST = 2,      /* a password is at hand and will answer the first prompt */
    WIRE_AUTH_CHANGE_PASSWORD = 4, /* RESULT 0 means: changed. A daemon that asks for no new
                                      password does not know this flag, and has changed nothing */
    WIRE_AUTH_FOR_ANOTHER = 8      /* ... of somebody else than who types */
};

struct wire_auth_start {
    uint32_t flags;
    char user[NAME_SIZE];
    char service[64];
    char rhost[256]; /* "" when the login is local */
    char ruser[64];
    char tty[64];
};

enum wire_prompt_kind {
    WIRE_PROMPT_PASSWORD = 1,
    WIRE_PROMPT_CODE = 2,
    WIRE_PROMPT_NEW_PASSWORD = 3,
    WIRE_PROMPT_NEW_PASSWORD_AGAIN = 4,
    WIRE_PROMPT_TEXT = 5,
    WIRE_PROMPT_PASSWORD_AND_CODE = 6, /* in one answer, the code left out by who has none */
    WIRE_PROMPT_CURRENT_PASSWORD = 7   /* nothing is an answer: forgotten */
};

/* How much of the answer to WIRE_PROMPT_PASSWORD_AND_CODE is the password: without its last six
 * digits when something stands before them, else all of it. The digits are the authenticator's
 * code. One rule for both sides: they must agree on what the password is. */
size_t wire_password_len(const struct secret *answer);

struct wire_prompt {
    uint8_t kind; /* enum wire_prompt_kind; unknown kinds are prompts all the same */
    bool echo;
    char text[WIRE_PROMPT_MAX];
};

struct wire_session {
    char user[NAME_SIZE];
    char service[64];
};

struct wire_result {
    int err; /* 0 or enum err */
    char text[WIRE_TEXT_MAX];
};

struct wire_looked_up {
    int err;
    uint32_t asking_ms;
};

/* Body codecs. Writers fail through the message's sticky flag (wire_finish says so), readers
 * return ERR_FORMAT and leave *ret zeroed. */
void wire_put_lookup(struct wire_msg *m, const char *name);
int wire_get_lookup(struct rd *r, char ret_name[NAME_SIZE]) MUST_CHECK;
/* Any way to name a user: login name, the pool's name, sub. */
#define WIRE_NAME_SIZE 256
void wire_put_show_user(struct wire_msg *m, const char *name);
int wire_get_show_user(struct rd *r, char ret_name[WIRE_NAME_SIZE]) MUST_CHECK;
void wire_put_looked_up(struct wire_msg *m, const struct wire_looked_up *v);
int wire_get_looked_up(struct rd *r, struct wire_looked_up *ret) MUST_CHECK;
void wire_put_auth_start(struct wire_msg *m, const struct wire_auth_start *v);
int wire_get_auth_start(struct rd *r, struct wire_auth_start *ret) MUST_CHECK;
void wire_put_auth_step(struct wire_msg *m, const struct secret *answer);
int wire_get_auth_step(struct rd *r, struct secret *ret_answer) MUST_CHECK;
void wire_put_prompt(struct wire_msg *m, const struct wire_prompt *v);
int wire_get_prompt(struct rd *r, struct wire_prompt *ret) MUST_CHECK;
void wire_put_session(struct wire_msg *m, const struct wire_session *v);
int wire_get_session(struct rd *r, struct wire_session *ret) MUST_CHECK;
void wire_put_result(struct wire_msg *m, const struct wire_result *v);
int wire_get_result(struct rd *r, struct wire_result *ret) MUST_CHECK;

/* FACTS: begun with the error, then any number of pairs, then wire_finish(). Values are cut at
 * WIRE_TEXT_MAX - 1 bytes. */
struct wire_facts {
    struct wire_msg msg;
    uint8_t *count_at;
    uint16_t count;
};
struct wire_facts wire_facts_begin(void *buf, size_t cap, int err);
void wire_facts_add(struct wire_facts *f, const char *key, const char *value);
int wire_facts_finish(struct wire_facts *f) MUST_CHECK;
/* Reads the head, then each pair: key < 64 bytes, value < WIRE_TEXT_MAX. */
int wire_get_facts(struct rd *r, int *ret_err, uint16_t *ret_count) MUST_CHECK;
int wire_get_fact(struct rd *r, char ret_key[64], char ret_value[WIRE_TEXT_MAX]) MUST_CHECK;

_Static_assert(WIRE_HEADER_BYTES == 4 + 2 + 2 + 4, "the header's layout is frozen for major 1");

#endif
