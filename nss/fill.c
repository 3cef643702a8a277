/* SPDX-License-Identifier: Apache-2.0 */
#include "fill.h"

#include <string.h>

/* A bump allocator over the caller's buffer. */
struct room {
    char *at;
    size_t left;
};

/* The next n bytes, aligned; NULL: ERR_SPACE. */
static void *take(struct room *r, size_t n, size_t align)
{
    size_t skip = (align - (uintptr_t)r->at % align) % align;
    if (r->left < skip || r->left - skip < n)
        return NULL;
    char *p = r->at + skip;
    r->at = p + n;
    r->left -= skip + n;
    return p;
}

/* The record's texts at once. They were judged in the file; the copy ends with a NUL whatever the
 * file has become meanwhile. */
static char *take_text(struct room *r, const char *text, size_t n)
{
    char *copy = take(r, n, 1);
    if (copy != NULL) {
        memcpy(copy, text, n);
        copy[n - 1] = '\0';
    }
    return copy;
}

int fill_passwd(const struct snap_user *user, char *buffer, size_t bytes, struct passwd *ret)
{
    struct room r = { buffer, bytes };
    char *text = take_text(&r, user->text, user->text_bytes);
    if (text == NULL)
        return ERR_SPACE;
    char *gecos = text + (user->gecos - user->text);
    ret->pw_name = text;
    ret->pw_passwd = gecos - sizeof "x";
    ret->pw_uid = user->uid;
    ret->pw_gid = user->gid;
    ret->pw_gecos = gecos;
    ret->pw_dir = text + (user->home - user->text);
    ret->pw_shell = text + (user->shell - user->text);
    return 0;
}

/* Members that the file gives wrongly are left out. */
static void point_to_members(const struct snap_group *group, char *text, char **members)
{
    size_t n = 0;
    for (uint32_t i = 0; i < group->member_count; i++) {
        uint32_t at = group->member_at[i];
        if (at > 0 && at < group->text_bytes && text[at - 1] == '\0')
            members[n++] = text + at;
    }
    members[n] = NULL;
}

int fill_group(const struct snap_group *group, char *buffer, size_t bytes, struct group *ret)
{
    struct room r = { buffer, bytes };
    size_t pointers = ((size_t)group->member_count + 1) * sizeof(char *);
    char **members = take(&r, pointers, _Alignof(char *));
    char *text = members != NULL ? take_text(&r, group->text, group->text_bytes) : NULL;
    if (text == NULL)
        return ERR_SPACE;
    point_to_members(group, text, members);
    size_t name_bytes = strlen(text) + 1; /* all of it, if the file has lost the NUL since */
    ret->gr_name = text;
    ret->gr_passwd = text + (name_bytes < group->text_bytes ? name_bytes : name_bytes - 1);
    ret->gr_gid = group->gid;
    ret->gr_mem = members;
    return 0;
}
