/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as what the directory is made of. The first byte chooses: u and g, a page of users or
 * groups as Cognito lists them, all the way to the records of a snapshot (R-ID-03, R-ID-05,
 * R-ID-11); k, the kept image, with its digest made right; s, state.db (R-ID-02).
 *
 * With libFuzzer: make fuzz-pages and fuzz-state, which choose the kinds by FUZZ_KINDS (ug, ks). By
 * itself: each file of the corpus, cut at every length and with every byte changed, as a test of
 * some seconds. Works in the directory it is started in (paths.c is compiled with the root ".").
 */
#include "base/name.h"
#include "base/paths.h"
#include "cognito/directory.h"
#include "daemon/bound.h"
#include "daemon/compile.h"
#include "daemon/daemon.h"
#include "daemon/kept.h"
#include "daemon/log.h"
#include "net/digest.h"
#include "net/json_in.h"
#include "store/store.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct config *config;
static struct host host;

static void require(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "fuzz_state: %s\n", what);
    abort();
}

static void make_dirs(const char *path)
{
    char part[512];
    for (size_t i = 1; path[i - 1] != '\0'; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        snprintf(part, sizeof part, "%.*s", (int)i, path);
        (void)mkdir(part, 0755);
    }
}

static void prepare(void)
{
    static const char text[] =
        "[pool]\npool_id = us-east-1_Example01\nclient_id = 1example23456789abcdefghij\n"
        "[directory]\nscope = all\n[access]\nallow_groups = *\n"
        "[users]\nssh_key_attribute = dev:custom:keys\nhome_attribute = dev:custom:home\n"
        "shell_attribute = dev:custom:shell\n";
    char why[CONFIG_WHY_MAX] = "";
    if (config != NULL)
        return;
    require(config_parse("fuzz", text, &config, why) == 0, why);
    log_level(CONFIG_LOG_ERROR);
    make_dirs(path_state_dir);
}

static void write_file(const char *path, const uint8_t *bytes, size_t n)
{
    (void)unlink(path);
    FILE *f = fopen(path, "we");
    require(f != NULL && fwrite(bytes, 1, n, f) == n && fclose(f) == 0, path);
}

/* ---- what must hold of whatever came in ---- */

static void judge_user(const struct image *image, const struct image_user *u)
{
    require(u->sub[0] != '\0', "a user without sub");
    if (compile_hides_user(image, &host, u) != NULL)
        return;
    require(name_is_valid(u->login), "a login name that is none");
    require(id_is_allowed(u->uid, config->hash_id_range) ||
                id_is_allowed(u->uid, config->attribute_id_range),
            "a uid that is none");
    require(image_find_login(image, u->login) == u, "two with one name");
    const struct binding *b = image_binding(image, u);
    require(b != NULL && bindings_of_uid(image->bindings, u->uid) == b, "two with one uid");
}

static void judge_image(struct image *image)
{
    struct compiled compiled;
    if (image_settle(image) != 0)
        return;
    image->bindings->stored_count = image->bindings->count;
    for (size_t i = 0; i < image->user_count; i++)
        judge_user(image, image->users[i]);
    if (compile_image(image, &host, &compiled) == 0)
        compile_free(&compiled);
}

/* ---- pages ---- */

static const char *attribute_of(const void *ctx, const char *name)
{
    return directory_attribute(ctx, name);
}

static void put_all(struct image *image, const struct directory_page *page)
{
    struct image_group *g = NULL;
    for (size_t i = 0; i < page->group_count; i++)
        if (image_put_group(image, page->groups[i].name, page->groups[i].description, &g) != 0)
            g = NULL;
    for (size_t i = 0; i < page->user_count; i++) {
        const struct directory_user *from = &page->users[i];
        const struct image_person person = { .sub = from->sub,
                                             .username = from->username,
                                             .status = from->status,
                                             .is_enabled = from->is_enabled,
                                             .created_s = from->created_s,
                                             .attribute = attribute_of,
                                             .ctx = from };
        struct image_user *u;
        if (image_put_user(image, &person, &u) == 0 && g != NULL)
            (void)!image_join(image, u, g);
    }
}

static void on_page(const char *text, size_t n, bool is_users)
{
    struct bindings bindings = { 0 };
    struct directory_page page;
    struct image *image;
    struct json *doc;
    if (json_in_parse(text, n, JSON_NUL_IN_VALUES, &doc) != 0)
        return;
    int err = is_users ? directory_parse_users(doc, &page) : directory_parse_groups(doc, &page);
    json_in_free(&doc);
    if (err != 0)
        return;
    if (image_new(config, &bindings, 0, &image) == 0) {
        put_all(image, &page);
        judge_image(image);
        for (size_t i = 0; i < image->user_count; i++) /* of a file, snap_publish() judges it */
            require(image->users[i]->login[0] == '\0' || image->users[i]->home[0] == '/',
                    "a home that is no path");
        put_all(image, &page); /* the same again, and now they are bound */
        judge_image(image);
        image_free(&image);
    }
    bindings_free(&bindings);
    directory_page_free(&page);
}

/* ---- files ---- */

static void on_kept(const uint8_t *bytes, size_t n)
{
    char path[512], digest[DIGEST_BASE64_SIZE(DIGEST_BYTES)];
    uint8_t hash[DIGEST_BYTES], *file = malloc(n + sizeof digest + 4);
    struct daemon d = { .config = config };
    if (file == NULL || digest_sha256(bytes, n, hash) != 0 ||
        digest_base64(hash, sizeof hash, digest, sizeof digest) != 0 ||
        image_new(config, &d.bindings, 0, &d.image) != 0) {
        free(file);
        return;
    }
    memcpy(file, bytes, n);
    n += (size_t)sprintf((char *)file + n, "%zu:%s", sizeof digest - 1, digest);
    snprintf(path, sizeof path, "%s/image", path_state_dir);
    write_file(path, file, n);
    if (kept_load(&d) == 0)
        judge_image(d.image);
    image_free(&d.image);
    bindings_free(&d.bindings);
    free(file);
}

static void on_state(const uint8_t *bytes, size_t n)
{
    static const char *const beside[] = { "-wal", "-shm" };
    char path[512], other[520];
    const char *why = NULL;
    struct bindings bindings = { 0 };
    struct store *store = NULL;
    snprintf(path, sizeof path, "%s/state.db", path_state_dir);
    write_file(path, bytes, n);
    for (size_t i = 0; i < COUNT(beside); i++) {
        snprintf(other, sizeof other, "%s%s", path, beside[i]);
        (void)unlink(other);
    }
    int err = store_open(path, &store, &why);
    if (err != 0) {
        require(why != NULL, "refused without a reason");
        return;
    }
    const struct store_binding added = { "a new sub", "somebody", 1900000007, 0, "" };
    bool is_refused;
    if (bound_load(store, &bindings) == 0 &&
        store_add_bindings(store, &added, 1, &is_refused) == 0 && !is_refused)
        require(store_add_bindings(store, &added, 1, &is_refused) != 0 || is_refused,
                "bound twice");
    store_close(&store);
    bindings_free(&bindings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *kinds = getenv("FUZZ_KINDS");
    prepare();
    if (size == 0 || (kinds != NULL && strchr(kinds, data[0]) == NULL))
        return 0;
    if (data[0] == 'u' || data[0] == 'g')
        on_page((const char *)data + 1, size - 1, data[0] == 'u');
    else if (data[0] == 'k')
        on_kept(data + 1, size - 1);
    else if (data[0] == 's')
        on_state(data + 1, size - 1);
    return 0;
}

#ifdef FUZZ_MAIN
/* state.db is large and slow to open: some of its bytes must do here. */
static void try_all(const uint8_t *bytes, size_t n)
{
    static const uint8_t changes[] = { 0x01, 0x80, 0x20 };
    size_t step = n > 4096 ? n / 64 : 1;
    uint8_t *copy = malloc(n == 0 ? 1 : n);
    for (size_t cut = 0; copy != NULL && cut <= n; cut += step)
        (void)LLVMFuzzerTestOneInput(bytes, cut);
    for (size_t i = 1; copy != NULL && i < n; i += step) {
        for (size_t k = 0; k < COUNT(changes); k++) {
            memcpy(copy, bytes, n);
            copy[i] ^= changes[k];
            (void)LLVMFuzzerTestOneInput(copy, n);
        }
    }
    free(copy);
}

int main(int argc, char **argv)
{
    static uint8_t bytes[1 << 20];
    char path[2048];
    struct dirent *e;
    unsigned files = 0;
    DIR *d = argc > 1 ? opendir(argv[1]) : NULL;
    while (d != NULL && (e = readdir(d)) != NULL) {
        if (e->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", argv[1], e->d_name);
        FILE *f = fopen(path, "re");
        if (f == NULL)
            return EXIT_FAILURE;
        size_t n = fread(bytes, 1, sizeof bytes, f);
        fclose(f);
        try_all(bytes, n);
        files++;
    }
    if (d != NULL)
        closedir(d);
    config_free(&config);
    printf("fuzz_state: %u files, cut and changed\n", files);
    return files > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
#endif
