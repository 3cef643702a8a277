/* SPDX-License-Identifier: Apache-2.0
 *
 * The file is a row of fields; numbers are decimal.
 */
#include "daemon/kept.h"

#include "daemon/daemon.h"
#include "daemon/kept_file.h"
#include "identity/rules.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char first_word[] = "cognitod image 3";
static const char unusable[] = "not usable when it was last read";
static const char not_followed[] = "the pool said another gid when it was last read";

/* --------------------------------------------------------------- writing */

static void put(struct buf *b, const char *text)
{
    kept_file_put(b, text, strlen(text));
}

/* None is below zero. */
static void put_number(struct buf *b, int64_t n)
{
    char text[24];
    size_t at = sizeof text;
    uint64_t left = n < 0 ? 0 : (uint64_t)n;
    do
        text[--at] = (char)('0' + left % 10);
    while ((left /= 10) > 0);
    kept_file_put(b, text + at, sizeof text - at);
}

struct rules {
    struct buf *text;
    bool is_wanted; /* the present section makes Linux users */
};

static void add_rule(void *arg, const char *line)
{
    struct rules *r = arg;
    line += line[0] == '\n'; /* an empty line above a section */
    if (line[0] == '[')
        r->is_wanted = strncmp(line, "[users]", 7) == 0 || strncmp(line, "[ids]", 5) == 0;
    bool is_key = strncmp(line, "pool_id", 7) == 0 || strncmp(line, "scope", 5) == 0;
    if ((r->is_wanted || is_key) && line[0] != ';')
        buf_str(r->text, line);
}

/* What is in every record, of the configuration and of ourselves: under other rules they are
 * others. */
static void put_rules(const struct config *c, struct buf *b)
{
    struct buf text = { 0 };
    struct rules rules = { &text, false };
    char version[32];
    const char *group;
    snprintf(version, sizeof version, "rules %d\n", RULES_VERSION);
    buf_str(&text, version);
    config_print(c, add_rule, &rules);
    for (size_t i = 0; (group = config_named_group(c, i)) != NULL; i++) {
        if (c->scope == CONFIG_SCOPE_ALL)
            break;
        buf_str(&text, "group ");
        buf_str(&text, group);
        buf_str(&text, "\n");
    }
    b->bad |= text.bad;
    put(b, buf_text(&text));
    buf_free(&text);
}

static void put_group(struct buf *b, const struct image_group *g)
{
    put(b, g->raw);
    put(b, g->name);
    put_number(b, g->gid);
    put_number(b, g->origin);
    put_number(b, g->quarantine != NULL);
    put_number(b, g->drift != NULL);
    put_number(b, g->is_gone);
}

void kept_put_user(struct buf *b, const struct image_user *u)
{
    put(b, u->sub);
    put(b, u->username);
    put(b, u->gecos);
    put(b, u->home);
    put(b, u->shell);
    put(b, u->login);
    put_number(b, u->uid);
    put_number(b, u->origin);
    put_number(b, u->status);
    put_number(b, u->is_enabled);
    put_number(b, u->created_s);
    put_number(b, (int64_t)u->keys.count);
    for (size_t i = 0; i < u->keys.count; i++)
        put(b, u->keys.line[i]);
    put_number(b, (int64_t)u->group_count);
    for (size_t i = 0; i < u->group_count; i++)
        put_number(b, (int64_t)u->groups[i]->position);
}

void kept_put_head(struct buf *b, const struct image *image)
{
    put(b, first_word);
    put_rules(image->config, b);
    put_number(b, image->confirmed_s);
    put_number(b, (int64_t)image->group_count);
    for (size_t i = 0; i < image->group_count; i++)
        put_group(b, image->groups[i]);
    put_number(b, (int64_t)image->user_count);
}

/* --------------------------------------------------------------- reading */

struct reader {
    char *at;
    size_t left;
    int err; /* sticky */
};

/* The next field; "" and an error when there is none. Its end is marked in place, where the length
 * of the next one begins: that was read before. */
static const char *take(struct reader *r, char **ret_copy)
{
    char *end;
    *ret_copy = NULL;
    errno = 0;
    unsigned long long n = r->err == 0 && r->left > 0 && r->at[0] >= '0' && r->at[0] <= '9'
                               ? strtoull(r->at, &end, 10)
                               : ULLONG_MAX;
    size_t head = n == ULLONG_MAX ? 0 : (size_t)(end - r->at) + 1;
    if (n == ULLONG_MAX || *end != ':' || head > r->left || n > r->left - head) {
        r->err = r->err == 0 ? ERR_FORMAT : r->err;
        return "";
    }
    *ret_copy = strndup(r->at + head, (size_t)n);
    r->at += head + (size_t)n;
    r->left -= head + (size_t)n;
    if (*ret_copy == NULL)
        r->err = ERR_NOMEM;
    return *ret_copy == NULL ? "" : *ret_copy;
}

static char *take_text(struct reader *r)
{
    char *copy;
    (void)take(r, &copy);
    return copy;
}

static int64_t take_number(struct reader *r, int64_t most)
{
    char *copy, *end = NULL;
    const char *text = take(r, &copy);
    errno = 0;
    int64_t n = strtoll(text, &end, 10);
    if (*text == '\0' || *end != '\0' || errno != 0 || n < 0 || n > most) {
        r->err = r->err == 0 ? ERR_FORMAT : r->err;
        n = 0;
    }
    free(copy);
    return n;
}

static bool take_word(struct reader *r, const char *word)
{
    char *copy;
    bool is_it = strcmp(take(r, &copy), word) == 0;
    free(copy);
    return is_it && r->err == 0;
}

static void take_name(struct reader *r, char name[NAME_SIZE])
{
    char *copy;
    const char *text = take(r, &copy);
    bool is_good = *text == '\0' || name_is_valid(text);
    if (!is_good && r->err == 0)
        r->err = ERR_FORMAT;
    snprintf(name, NAME_SIZE, "%s", is_good ? text : "");
    free(copy);
}

static int take_group(struct reader *r, struct image *image)
{
    struct image_group *g = calloc(1, sizeof *g);
    if (g == NULL)
        return ERR_NOMEM;
    g->raw = take_text(r);
    take_name(r, g->name);
    g->gid = (uint32_t)take_number(r, UINT32_MAX);
    g->origin = (enum image_origin)take_number(r, IMAGE_ID_PINNED);
    bool is_quarantined = take_number(r, 1) == 1;
    g->drift = take_number(r, 1) == 1 ? not_followed : NULL;
    g->quarantine = is_quarantined || g->name[0] == '\0' || g->gid == ID_NONE ? unusable : NULL;
    if (take_number(r, 1) == 1)
        image_lose_group(image, g);
    if (r->err == 0)
        return image_add_group(image, g);
    free(g->raw);
    free(g);
    return r->err;
}

static void take_keys(struct reader *r, struct sshkeys *keys)
{
    size_t n = (size_t)take_number(r, (int64_t)r->left / 2);
    keys->line = calloc(n + 1, sizeof *keys->line);
    if (keys->line == NULL)
        r->err = ERR_NOMEM;
    for (; r->err == 0 && keys->count < n; keys->count += r->err == 0)
        keys->line[keys->count] = take_text(r);
}

static int take_member(struct reader *r, struct image *image, struct image_user *u)
{
    int64_t n = take_number(r, (int64_t)image->group_count);
    int err = r->err;
    for (int64_t i = 0; i < n && err == 0; i++) {
        size_t position = (size_t)take_number(r, (int64_t)image->group_count - 1);
        err = r->err != 0 ? r->err : image_join(image, u, image->groups[position]);
    }
    return err;
}

static int take_user(struct reader *r, struct image *image)
{
    struct image_user *u = calloc(1, sizeof *u);
    if (u == NULL)
        return ERR_NOMEM;
    u->sub = take_text(r);
    u->username = take_text(r);
    u->gecos = take_text(r);
    u->home = take_text(r);
    u->shell = take_text(r);
    take_name(r, u->login);
    u->uid = (uint32_t)take_number(r, UINT32_MAX);
    u->origin = (enum image_origin)take_number(r, IMAGE_ID_PINNED);
    u->status = (enum image_status)take_number(r, IMAGE_OTHER);
    u->is_enabled = take_number(r, 1) == 1;
    u->created_s = take_number(r, INT64_MAX);
    u->quarantine = u->login[0] == '\0' || u->uid == ID_NONE ? unusable : NULL;
    take_keys(r, &u->keys);
    if (r->err == 0 && (u->sub[0] == '\0' || image_find_sub(image, u->sub) != NULL))
        r->err = ERR_FORMAT;
    if (r->err != 0) {
        image_free_user(u);
        return r->err;
    }
    int err = image_add_user(image, u);
    return err != 0 ? err : take_member(r, image, u);
}

static int take_image(struct reader *r, struct image *image)
{
    struct buf rules = { 0 };
    put_rules(image->config, &rules);
    const char *own = rules.bad ? NULL : strchr(buf_text(&rules), ':');
    int err = own == NULL ? ERR_NOMEM : take_word(r, first_word) ? 0 : ERR_FORMAT;
    if (err == 0 && !take_word(r, own + 1))
        err = r->err != 0 ? r->err : ERR_CONFIG;
    buf_free(&rules);
    int64_t confirmed_s = err == 0 ? take_number(r, INT64_MAX) : 0;
    int64_t groups = err == 0 ? take_number(r, INT32_MAX) : 0;
    for (int64_t i = 0; i < groups && err == 0; i++)
        err = take_group(r, image);
    int64_t users = err == 0 ? take_number(r, INT32_MAX) : 0;
    for (int64_t i = 0; i < users && err == 0; i++)
        err = take_user(r, image);
    if (err == 0 && r->left != 0)
        err = ERR_FORMAT;
    image->confirmed_s = confirmed_s;
    return err;
}

int kept_load(struct daemon *d)
{
    char *text;
    size_t n;
    struct image *image;
    int err = kept_file_read(&text, &n);
    if (err != 0)
        return err;
    struct reader r = { text, n, 0 };
    err = image_new(d->config, &d->bindings, d->image->serial, &image);
    if (err == 0) {
        err = take_image(&r, image);
        if (err == 0) {
            struct image *empty = d->image;
            d->image = image;
            image = empty;
            d->kept_serial = d->image->serial;
        }
        image_free(&image);
    }
    free(text);
    return err;
}
