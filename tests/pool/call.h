/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One call of one operation: what came in, what the dispatcher found for it (pool, client, user,
 * group, token), and the answer being made. Helpers to read members and to fail. A call fails at
 * most once: the first failure stays.
 */
#ifndef POOL_CALL_H
#define POOL_CALL_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "http.h"
#include "model.h"

struct call;
typedef void call_handler(struct call *c);

/* What the dispatcher does before the handler runs. */
enum call_needs {
    NEEDS_AWS = 1,        /* SigV4 and the IAM policy */
    NEEDS_POOL = 2,       /* UserPoolId -> pool */
    NEEDS_CLIENT = 4,     /* ClientId -> client (and pool, without NEEDS_POOL) */
    NEEDS_USER = 8,       /* Username -> user, else UserNotFoundException */
    NEEDS_GROUP = 16,     /* GroupName -> group, else ResourceNotFoundException */
    NEEDS_TOKEN = 32,     /* AccessToken -> grant, user, client, pool */
    IS_STS = 128,         /* not of the pool: form in, XML out */
    ANSWERS_NOTHING = 64, /* no output shape: an empty body instead of an object */
};

struct operation {
    const char *name;
    unsigned needs;
    const struct member_rule *members; /* ends with a NULL name */
    call_handler *handle;
};

/* What a sign-in carries from one reply to the next. */
struct signin {
    bool is_srp;    /* the password was proved by SRP */
    bool is_custom; /* CUSTOM_AUTH: the pool's script says what follows */
    bool is_device_proved;
    char device_key[80]; /* of the device that shall prove itself; "": none */
    size_t round;        /* CUSTOM_AUTH: the round that is asked */
};

struct call {
    struct world *w;
    const struct operation *op;
    const struct http_request *rq;
    struct json_object *in;
    struct credential *who;
    struct pool *pool;
    struct client *client;
    struct user *user;
    struct group *group;
    struct grant *grant;
    struct signin signin;
    const char *pretended;   /* sign-in of a user who does not exist: the name that was sent */
    bool is_sts;             /* the answer is XML */
    bool empty_page;         /* fault: a page without entries */
    unsigned status;         /* 200 until something failed */
    const char *type;        /* exception (static text) or NULL */
    const char *message_key; /* "message", or "Message" as IAM writes it */
    char *message;           /* NULL: none */
    struct json_object *out; /* the answer's object */
    uint64_t began_us;       /* CLOCK_MONOTONIC */
};

/* The first failure: status 400 and an exception; fmt NULL: no message. type is static text. */
void call_fail(struct call *c, const char *type, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
bool call_failed(const struct call *c);

/* Members of the request; they were validated before, so the types are right. */
const char *call_text(const struct call *c, const char *member); /* NULL: absent */
int call_number(const struct call *c, const char *member, int absent);
bool call_flag(const struct call *c, const char *member, bool absent);
const char *call_map(const struct call *c, const char *map, const char *key); /* NULL: absent */
struct json_object *call_member(const struct call *c, const char *member);

/* Building answers. */
void call_put(struct json_object *o, const char *key, const char *text); /* NULL text: nothing */
void call_put_time(struct json_object *o, const char *key, int64_t ms);
struct json_object *call_user_json(const struct user *u, const char *attributes_member);
struct json_object *call_group_json(const struct pool *p, const struct group *g);

#endif
