/* SPDX-License-Identifier: Apache-2.0
 *
 * The option table: every key of every section, its kind, range, default and meaning. Parsing of
 * values is in value.c, of files in load.c.
 */
#ifndef CONFIG_KEYS_H
#define CONFIG_KEYS_H

#include "config/config.h"

enum key_kind {
    KEY_STRING,
    KEY_PATH,    /* absolute or empty */
    KEY_URL,     /* https://host[:port][/], or empty */
    KEY_BOOL,    /* yes or no */
    KEY_SECONDS, /* a number with s, m, h or d, or 0 */
    KEY_COUNT,
    KEY_PERCENT,
    KEY_WORD,  /* one of words, stored as its index */
    KEY_RANGE, /* LOW-HIGH of ids */
    KEY_LIST
};

struct key {
    const char *section, *name;
    enum key_kind kind;
    size_t offset;
    const char *text;  /* the default, as it would be written */
    const char *words; /* KEY_WORD: "a|b|c"; in the order of the enum */
    uint32_t least, most;
    bool fixed; /* this version knows only the default: other values are refused, not ignored */
    const char *help;
};

extern const struct key keys[];
extern const size_t key_count;
/* The keys of a [service NAME] section; offsets into struct config_service. */
extern const struct key service_keys[];
extern const size_t service_key_count;

/* Sets the field at base + key->offset from text. The old value of a string is freed; a list
 * grows, or is emptied by "". ERR_CONFIG with the reason in ret_why, ERR_NOMEM. */
int value_set(const struct key *key, void *base, const char *text,
              char ret_why[CONFIG_WHY_MAX]) MUST_CHECK;
void value_free(const struct key *key, void *base);
/* The value as it would be written; lists give their index-th item, false behind the last. */
bool value_print(const struct key *key, const void *base, size_t index, char *dst, size_t cap);

/* What check_config() refuses; where it is written the loader knows. */
struct key_problem {
    char section[128], key[128];
    const char *what; /* static */
};

/* What one key alone cannot show: required keys, pairs that exclude each other, ranges that
 * overlap. Also fills in what follows from other keys (region). */
int check_config(struct config *c, struct key_problem *ret_why) MUST_CHECK;

/* The part of it about [users], [local_groups] and [ids]. */
int check_users(struct config *c, struct key_problem *why) MUST_CHECK;
/* Fills in why and is ERR_CONFIG; what is static. */
int check_refuse(struct key_problem *why, const char *section, const char *key, const char *what);

#endif
