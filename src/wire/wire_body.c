/* SPDX-License-Identifier: Apache-2.0
 *
 * What stands behind the header of each message.
 */
#include "wire/wire.h"

#include <string.h>

static uint16_t err_to_wire(int err)
{
    return err < 0 && err > ERR_LAST ? (uint16_t)-err : (uint16_t)(err == 0 ? 0 : -ERR_SYSTEM);
}

static int err_from_wire(uint16_t v)
{
    return v < -ERR_LAST ? -(int)v : ERR_SYSTEM;
}

static int judged(const struct rd *r, void *ret, size_t size)
{
    if (!r->bad)
        return 0;
    explicit_bzero(ret, size);
    return ERR_FORMAT;
}

void wire_put_lookup(struct wire_msg *m, const char *name)
{
    wr_str8(&m->body, name);
}

int wire_get_lookup(struct rd *r, char ret_name[NAME_SIZE])
{
    rd_str8(r, ret_name, NAME_SIZE);
    return judged(r, ret_name, NAME_SIZE);
}

void wire_put_show_user(struct wire_msg *m, const char *name)
{
    wr_str8(&m->body, name);
}

int wire_get_show_user(struct rd *r, char ret_name[WIRE_NAME_SIZE])
{
    rd_str8(r, ret_name, WIRE_NAME_SIZE);
    return judged(r, ret_name, WIRE_NAME_SIZE);
}

void wire_put_looked_up(struct wire_msg *m, const struct wire_looked_up *v)
{
    wr_u16(&m->body, err_to_wire(v->err));
    wr_u32(&m->body, v->asking_ms);
}

int wire_get_looked_up(struct rd *r, struct wire_looked_up *ret)
{
    ret->err = err_from_wire(rd_u16(r));
    ret->asking_ms = rd_u32(r);
    return judged(r, ret, sizeof *ret);
}

void wire_put_auth_start(struct wire_msg *m, const struct wire_auth_start *v)
{
    wr_u32(&m->body, v->flags);
    wr_str8(&m->body, v->user);
    wr_str8(&m->body, v->service);
    wr_str8(&m->body, v->rhost);
    wr_str8(&m->body, v->ruser);
    wr_str8(&m->body, v->tty);
}

int wire_get_auth_start(struct rd *r, struct wire_auth_start *ret)
{
    memset(ret, 0, sizeof *ret);
    ret->flags = rd_u32(r);
    rd_str8(r, ret->user, sizeof ret->user);
    rd_str8(r, ret->service, sizeof ret->service);
    rd_str8(r, ret->rhost, sizeof ret->rhost);
    rd_str8(r, ret->ruser, sizeof ret->ruser);
    rd_str8(r, ret->tty, sizeof ret->tty);
    return judged(r, ret, sizeof *ret);
}

void wire_put_auth_step(struct wire_msg *m, const struct secret *answer)
{
    wr_u16(&m->body, (uint16_t)answer->len);
    wr_bytes(&m->body, answer->bytes, answer->len);
}

int wire_get_auth_step(struct rd *r, struct secret *ret_answer)
{
    uint16_t n = rd_u16(r);
    const uint8_t *p = rd_take(r, n);
    if (p == NULL || memchr(p, '\0', n) != NULL || secret_set(ret_answer, p, n) != 0) {
        secret_wipe(ret_answer);
        return ERR_FORMAT;
    }
    return 0;
}

size_t wire_password_len(const struct secret *answer)
{
    enum { CODE_DIGITS = 6 };
    if (answer->len <= CODE_DIGITS)
        return answer->len;
    for (size_t i = answer->len - CODE_DIGITS; i < answer->len; i++)
        if (answer->bytes[i] < '0' || answer->bytes[i] > '9')
            return answer->len;
    return answer->len - CODE_DIGITS;
}

void wire_put_prompt(struct wire_msg *m, const struct wire_prompt *v)
{
    wr_u8(&m->body, v->kind);
    wr_u8(&m->body, v->echo);
    wr_str16(&m->body, v->text);
}

int wire_get_prompt(struct rd *r, struct wire_prompt *ret)
{
    memset(ret, 0, sizeof *ret);
    ret->kind = rd_u8(r);
    ret->echo = rd_u8(r) != 0;
    rd_str16(r, ret->text, sizeof ret->text);
    return judged(r, ret, sizeof *ret);
}

void wire_put_session(struct wire_msg *m, const struct wire_session *v)
{
    wr_str8(&m->body, v->user);
    wr_str8(&m->body, v->service);
}

int wire_get_session(struct rd *r, struct wire_session *ret)
{
    memset(ret, 0, sizeof *ret);
    rd_str8(r, ret->user, sizeof ret->user);
    rd_str8(r, ret->service, sizeof ret->service);
    return judged(r, ret, sizeof *ret);
}

void wire_put_result(struct wire_msg *m, const struct wire_result *v)
{
    wr_u16(&m->body, err_to_wire(v->err));
    wr_str16(&m->body, v->text);
}

int wire_get_result(struct rd *r, struct wire_result *ret)
{
    memset(ret, 0, sizeof *ret);
    ret->err = err_from_wire(rd_u16(r));
    rd_str16(r, ret->text, sizeof ret->text);
    if (!r->bad)
        return 0;
    /* A zeroed result would read as success. */
    memset(ret, 0, sizeof *ret);
    ret->err = ERR_FORMAT;
    return ERR_FORMAT;
}

struct wire_facts wire_facts_begin(void *buf, size_t cap, int err)
{
    struct wire_facts f = { wire_begin(buf, cap, WIRE_FACTS), NULL, 0 };
    wr_u16(&f.msg.body, err_to_wire(err));
    f.count_at = f.msg.body.p;
    wr_u16(&f.msg.body, 0);
    return f;
}

void wire_facts_add(struct wire_facts *f, const char *key, const char *value)
{
    size_t n = strnlen(value, WIRE_TEXT_MAX - 1);
    wr_str8(&f->msg.body, key);
    wr_u16(&f->msg.body, (uint16_t)n);
    wr_bytes(&f->msg.body, value, n);
    f->count++;
}

int wire_facts_finish(struct wire_facts *f)
{
    if (f->msg.body.bad)
        return ERR_SPACE;
    struct wr count = wr_over(f->count_at, 2);
    wr_u16(&count, f->count);
    return wire_finish(&f->msg);
}

int wire_get_facts(struct rd *r, int *ret_err, uint16_t *ret_count)
{
    int err = err_from_wire(rd_u16(r));
    uint16_t count = rd_u16(r);
    if (r->bad)
        return ERR_FORMAT;
    *ret_err = err;
    *ret_count = count;
    return 0;
}

int wire_get_fact(struct rd *r, char ret_key[64], char ret_value[WIRE_TEXT_MAX])
{
    rd_str8(r, ret_key, 64);
    rd_str16(r, ret_value, WIRE_TEXT_MAX);
    return r->bad ? ERR_FORMAT : 0;
}
