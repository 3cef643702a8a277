/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include "base/paths.h"
#include "daemon/boot.h"
#include "daemon/bound.h"
#include "daemon/kept.h"
#include "daemon/log.h"
#include "daemon/publish.h"
#include "snap/map.h"
#include "snap/write.h"
#include "store/store.h"

#include <dirent.h>
#include <event2/event.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct daemon d;

static void need(bool holds, const char *what)
{
    if (holds)
        return;
    perror(what);
    _exit(90);
}

/* ------------------------------------------------------------------ files */

static void make_dirs(const char *path)
{
    char part[PATH_MAX];
    for (size_t i = 1; path[i - 1] != '\0'; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        snprintf(part, sizeof part, "%.*s", (int)i, path);
        (void)mkdir(part, 0755);
    }
}

static void make_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "we");
    need(f != NULL && fputs(text, f) >= 0 && fclose(f) == 0, path);
}

static void copy_file(const char *from, const char *to)
{
    static char bytes[1 << 16];
    int in = open(from, O_RDONLY | O_CLOEXEC);
    if (in < 0)
        return; /* a socket, or gone */
    struct stat st;
    need(fstat(in, &st) == 0, from);
    int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    need(out >= 0 && fchmod(out, st.st_mode & 07777) == 0, to);
    for (ssize_t n; (n = read(in, bytes, sizeof bytes)) > 0;)
        need(write(out, bytes, (size_t)n) == n, to);
    close(in);
    close(out);
}

/* The files of one folder; to NULL: they are deleted. */
static void each_file(const char *from, const char *to)
{
    char path[PATH_MAX], copy[PATH_MAX];
    DIR *dir = opendir(from);
    for (struct dirent *e = dir == NULL ? NULL : readdir(dir); e != NULL; e = readdir(dir)) {
        if (e->d_name[0] == '.' || e->d_type == DT_DIR)
            continue;
        snprintf(path, sizeof path, "%s/%s", from, e->d_name);
        if (to == NULL) {
            need(unlink(path) == 0, path);
            continue;
        }
        snprintf(copy, sizeof copy, "%s/%s", to, e->d_name);
        copy_file(path, copy);
    }
    if (dir != NULL)
        closedir(dir);
}

static char boot_dir[PATH_MAX], database[PATH_MAX], memory[3][PATH_MAX];

static const char *const *folders(void)
{
    static const char *list[3];
    list[0] = path_snap_dir;
    list[1] = path_state_dir;
    list[2] = boot_dir;
    return list;
}

void world_make(void)
{
    static const char *const names[] = { "snap", "state", "boot" };
    char etc[PATH_MAX / 2];
    snprintf(etc, sizeof etc, "%.*s", (int)(strrchr(path_passwd, '/') - path_passwd), path_passwd);
    snprintf(boot_dir, sizeof boot_dir, "%s/boot", path_state_dir);
    snprintf(database, sizeof database, "%s/state.db", path_state_dir);
    make_dirs(etc);
    make_dirs(path_snap_dir);
    make_dirs(boot_dir);
    for (size_t i = 0; i < COUNT(names); i++) {
        snprintf(memory[i], sizeof memory[i], "%s/kept-%s", etc, names[i]);
        make_dirs(memory[i]);
        each_file(memory[i], NULL);
        each_file(folders()[i], NULL);
    }
    make_file(path_passwd, "root:x:0:0::/root:/bin/sh\n");
    make_file(path_group, "root:x:0:\n");
    make_file(path_shells, "/bin/bash\n");
    log_level(CONFIG_LOG_ERROR);
}

void world_remember(void)
{
    for (size_t i = 0; i < COUNT(memory); i++) {
        each_file(memory[i], NULL);
        each_file(folders()[i], memory[i]);
    }
}

void world_restore(void)
{
    make_dirs(boot_dir);
    for (size_t i = 0; i < COUNT(memory); i++) {
        each_file(folders()[i], NULL);
        each_file(memory[i], folders()[i]);
    }
}

/* ------------------------------------------------------------------ publishing */

static struct config *make_config(void)
{
    static const char text[] =
        "[pool]\npool_id = us-east-1_Example01\nclient_id = 1example23456789abcdefghij\n"
        "[directory]\nscope = all\n[access]\nallow_groups = *\n";
    char why[CONFIG_WHY_MAX] = "";
    struct config *config;
    need(config_parse("fault", text, &config, why) == 0, why);
    return config;
}

void world_open(void)
{
    const char *why = "";
    d = (struct daemon){ .config = make_config(), .loop = event_base_new() };
    int err = store_open(database, &d.store, &why);
    need(err == 0, why);
    need(bound_load(d.store, &d.bindings) == 0, "bindings");
    need(image_new(d.config, &d.bindings, 0, &d.image) == 0, "image");
    need(snap_writer_open(path_snap_dir, &d.writer) == 0, path_snap_dir);
    need(boot_open(&d, &d.boot) == 0, "boot copy");
    if (kept_load(&d) == 0)
        boot_restrict(&d);
}

static const char *attribute(const void *ctx, const char *name)
{
    return strcmp(name, "name") == 0 ? ctx : NULL;
}

static void put_user(const char *sub, const char *name, const char *gecos)
{
    const struct image_person person = { .sub = sub,
                                         .username = name,
                                         .status = "CONFIRMED",
                                         .is_enabled = true,
                                         .created_s = 1700000000,
                                         .attribute = attribute,
                                         .ctx = gecos };
    need(image_put_user(d.image, &person, NULL) == 0, name);
}

static void put_others(unsigned revision, bool with_base)
{
    char sub[32], name[32], gecos[32];
    snprintf(gecos, sizeof gecos, "base %u", with_base ? revision : 0);
    for (unsigned i = 0; i < FAULT_OTHERS; i++) {
        snprintf(sub, sizeof sub, "other-%u", i);
        snprintf(name, sizeof name, "other%u", i);
        put_user(sub, name, gecos);
    }
}

static void put_revision(unsigned revision, bool with_base)
{
    char sub[32], name[32], gecos[32];
    snprintf(gecos, sizeof gecos, "revision %u", revision);
    for (unsigned i = 0; i < FAULT_USERS; i++) {
        snprintf(sub, sizeof sub, "sub-%u", i);
        snprintf(name, sizeof name, "user%u", i);
        put_user(sub, name, gecos);
    }
    for (unsigned r = 1; r <= revision; r++) {
        snprintf(sub, sizeof sub, "new-%u", r);
        snprintf(name, sizeof name, "new%u", r);
        put_user(sub, name, "new");
    }
    put_others(revision, with_base);
    d.image->confirmed_s = 1700000000 + revision;
}

int world_publish(unsigned revision, bool with_base)
{
    put_revision(revision, with_base);
    int err = publish(&d);
    kept_save(&d);
    boot_close(&d.boot); /* writes the copy, and waits */
    return err;
}

void world_close(void)
{
    snap_writer_close(&d.writer);
    image_free(&d.image);
    bindings_free(&d.bindings);
    store_close(&d.store);
    host_free(&d.host);
    event_base_free(d.loop);
    config_free(&d.config);
}

/* ------------------------------------------------------------------ judging */

static unsigned wrong(const char *what, const char *name)
{
    fprintf(stderr, "fault: %s: %s\n", name, what);
    return 0;
}

/* The revision that everybody in the view agrees on; new users up to it, each with his binding. */
static unsigned judge_view(const struct snap_view *v, const struct bindings *bindings)
{
    char name[32];
    unsigned revision = 0, its, newest = 0;
    struct snap_user u;
    for (unsigned i = 0; i < FAULT_USERS; i++) {
        snprintf(name, sizeof name, "user%u", i);
        if (snap_find_user(v, name, &u) != 0 || sscanf(u.gecos, "revision %u", &its) != 1)
            return wrong("not there", name);
        if (i > 0 && its != revision)
            return wrong("another revision", name);
        revision = its;
    }
    for (unsigned r = 1; r <= revision + 1; r++) {
        snprintf(name, sizeof name, "new%u", r);
        if (snap_find_user(v, name, &u) == 0)
            newest = r;
    }
    /* The newest one may stay away when state.db could not take him. */
    if (newest != revision && newest + 1 != revision)
        return wrong("new users do not fit the revision", name);
    struct snap_walk walk = { 0 };
    while (snap_next_user(v, &walk, &u) == 0) {
        const struct binding *b = bindings_of_login(bindings, u.name);
        if (b == NULL || b->uid != u.uid)
            return wrong("shown without a binding, or with another uid", u.name);
    }
    return revision;
}

static unsigned judge_dir(const char *dir, const struct bindings *bindings)
{
    struct map m;
    if (snap_verify(dir, NULL) != 0 || map_open(dir, &m) != 0)
        return wrong("no sound snapshot", dir);
    unsigned revision = judge_view(&m.view, bindings);
    map_close(&m);
    return revision;
}

static bool image_can_be_read(void)
{
    struct daemon reader = { .config = make_config() };
    need(image_new(reader.config, &reader.bindings, 0, &reader.image) == 0, "image");
    bool is_whole =
        kept_load(&reader) == 0 && reader.image->user_count >= FAULT_USERS + FAULT_OTHERS;
    image_free(&reader.image);
    config_free(&reader.config);
    return is_whole;
}

/* R-ID-02, R-ID-15: uids as they were when each was first seen, whatever happened since. */
static bool bindings_are_kept(const struct bindings *bindings)
{
    static struct {
        char sub[32];
        uint32_t uid;
    } known[4096];
    static size_t count;
    for (size_t i = 0; i < count; i++) {
        const struct binding *b = bindings_of_sub(bindings, known[i].sub);
        if (b != NULL && b->uid != known[i].uid)
            return false;
    }
    for (size_t i = count; i < bindings->count && count < COUNT(known); i++) {
        snprintf(known[count].sub, sizeof known[count].sub, "%s", bindings->item[i].sub);
        known[count++].uid = bindings->item[i].uid;
    }
    return true;
}

unsigned world_judge(void)
{
    struct bindings bindings = { 0 };
    struct store *store;
    const char *why = "";
    if (store_open(database, &store, &why) != 0)
        return wrong(why, "state.db");
    need(bound_load(store, &bindings) == 0, "bindings");
    store_close(&store);
    unsigned revision = judge_dir(path_snap_dir, &bindings);
    if (revision > 0 && judge_dir(boot_dir, &bindings) == 0)
        revision = 0;
    if (revision > 0 && !image_can_be_read())
        revision = wrong("cannot be read", "image");
    if (revision > 0 && !bindings_are_kept(&bindings))
        revision = wrong("lost or another", "binding");
    bindings_free(&bindings);
    return revision;
}
