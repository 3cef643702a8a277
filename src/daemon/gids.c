/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/gids.h"

#include "daemon/compile.h"
#include "daemon/log.h"
#include "identity/grow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAID_MAX 20 /* lines in the log for one change of the directory */

static struct gids_group *find(const struct gids *gids, const char *name)
{
    size_t at;
    uint32_t hash = index_hash_text(name);
    for (uint32_t i = index_first(&gids->names, hash, &at); i != INDEX_END;
         i = index_next(&gids->names, hash, &at))
        if (i < gids->count && strcmp(gids->item[i].name, name) == 0)
            return &gids->item[i];
    return NULL;
}

/* Another group that has or had this gid, as of the update before: 1 + its position; 0: none. */
static size_t find_owner(const struct gids *gids, const struct gids_group *g, uint32_t gid)
{
    size_t at;
    uint32_t hash = index_hash_id(gid);
    for (uint32_t i = index_first(&gids->ids, hash, &at); i != INDEX_END;
         i = index_next(&gids->ids, hash, &at)) {
        const struct gids_group *other = &gids->item[i];
        if (i < gids->count && other != g && (other->gid == gid || other->before == gid))
            return i + (size_t)1;
    }
    return 0;
}

static int add(struct gids *gids, const char *name, struct gids_group **ret_group)
{
    struct gids_group *item = grow_array(gids->item, gids->count, &gids->space, sizeof *item);
    if (item == NULL)
        return ERR_NOMEM;
    gids->item = item;
    struct gids_group *g = &gids->item[gids->count];
    *g = (struct gids_group){ strdup(name), ID_NONE, ID_NONE, ID_NONE, 0 };
    if (g->name == NULL || index_add(&gids->names, index_hash_text(name), (uint32_t)gids->count)) {
        free(g->name);
        return ERR_NOMEM;
    }
    gids->count++;
    *ret_group = g;
    return 0;
}

static void say(const struct gids *gids, const struct gids_group *g)
{
    struct log_line line;
    char before[16] = "", now[16];
    if (g->gid != ID_NONE)
        snprintf(before, sizeof before, "%u", g->gid);
    snprintf(now, sizeof now, "%u", g->next);
    log_line_begin(&line, "gid_changed");
    log_line_add(&line, "group", g->name);
    log_line_add(&line, "before", before);
    log_line_add(&line, "now", now);
    log_line_add(&line, "was_of", g->taken == 0 ? "" : gids->item[g->taken - 1].name);
    log_line_write(&line, CONFIG_LOG_WARNING);
}

static int note(struct gids *gids, const struct image_group *from, size_t *changed)
{
    struct gids_group *g = find(gids, from->raw);
    int err = g != NULL ? 0 : add(gids, from->raw, &g);
    if (err != 0 || g->gid == from->gid)
        return err;
    err = index_add(&gids->ids, index_hash_id(from->gid), (uint32_t)(g - gids->item));
    if (err != 0)
        return err;
    g->next = from->gid;
    g->taken = find_owner(gids, g, from->gid);
    if ((g->gid != ID_NONE || g->taken != 0) && (*changed)++ < SAID_MAX)
        say(gids, g);
    return 0;
}

/* In two passes: a gid may go from one group to another in a single update. */
int gids_update(struct gids *gids, const struct image *image, const struct host *host)
{
    int err = 0;
    size_t changed = 0;
    for (size_t i = 0; i < image->group_count && err == 0; i++)
        if (compile_hides_group(host, image->groups[i]) == NULL)
            err = note(gids, image->groups[i], &changed);
    if (changed > SAID_MAX)
        log_warning("and %zu gids more have changed", changed - SAID_MAX);
    for (size_t i = 0; i < gids->count; i++) {
        struct gids_group *g = &gids->item[i];
        if (g->next == ID_NONE)
            continue;
        g->before = g->gid;
        g->gid = g->next;
        g->next = ID_NONE;
    }
    return err;
}

void gids_describe(const struct gids *gids, size_t i, char *dst, size_t cap)
{
    const struct gids_group *g = &gids->item[i];
    int n = 0;
    dst[0] = '\0';
    if (g->before != ID_NONE)
        n = snprintf(dst, cap, "gid %u, %u before", g->gid, g->before);
    if (g->taken != 0 && n >= 0 && (size_t)n < cap)
        snprintf(dst + n, cap - (size_t)n, "%sgid %u was of %s", n > 0 ? "; " : "", g->gid,
                 gids->item[g->taken - 1].name);
}

void gids_free(struct gids *gids)
{
    for (size_t i = 0; i < gids->count; i++)
        free(gids->item[i].name);
    free(gids->item);
    index_free(&gids->names);
    index_free(&gids->ids);
    *gids = (struct gids){ 0 };
}
