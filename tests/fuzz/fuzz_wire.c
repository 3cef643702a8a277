/* SPDX-License-Identifier: Apache-2.0
 *
 * Any bytes as what the other side sends (R-IPC-03): what a module reads from the daemon and what
 * the daemon reads from anybody. The input is a stream of messages. Every body that is accepted is
 * written again and read again, and has to be the same.
 *
 * With libFuzzer: make fuzz-wire. By itself: each file of the corpus, cut at every length and with
 * every byte changed, as a test that takes a second.
 */
#include "wire/wire.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "fuzz_wire: %s\n", what);
    abort();
}

/* Room for one message; static, because guest code keeps such things off its stack. */
static uint8_t again[WIRE_HEADER_BYTES + WIRE_BODY_MAX];

static struct rd written(struct wire_msg *m)
{
    struct wire_header h;
    int size = wire_finish(m);
    require(size >= WIRE_HEADER_BYTES && wire_header_read(m->start, &h) == 0 &&
                h.length == (unsigned)size - WIRE_HEADER_BYTES,
            "what was accepted cannot be written");
    return rd_over(m->start + WIRE_HEADER_BYTES, h.length);
}

static void on_lookup(struct rd *r)
{
    char name[NAME_SIZE], name2[NAME_SIZE];
    if (wire_get_lookup(r, name) != 0 || name[0] == '\0')
        return;
    struct wire_msg m = wire_begin(again, sizeof again, WIRE_LOOKUP);
    wire_put_lookup(&m, name);
    struct rd r2 = written(&m);
    require(wire_get_lookup(&r2, name2) == 0 && strcmp(name, name2) == 0, "LOOKUP differs");
}

static void on_show_user(struct rd *r)
{
    char name[WIRE_NAME_SIZE], name2[WIRE_NAME_SIZE];
    if (wire_get_show_user(r, name) != 0 || name[0] == '\0')
        return;
    struct wire_msg m = wire_begin(again, sizeof again, WIRE_SHOW_USER);
    wire_put_show_user(&m, name);
    struct rd r2 = written(&m);
    require(wire_get_show_user(&r2, name2) == 0 && strcmp(name, name2) == 0, "SHOW_USER differs");
}

static void on_auth_start(struct rd *r)
{
    struct wire_auth_start v, v2;
    if (wire_get_auth_start(r, &v) != 0)
        return;
    struct wire_msg m = wire_begin(again, sizeof again, WIRE_AUTH_START);
    wire_put_auth_start(&m, &v);
    struct rd r2 = written(&m);
    require(wire_get_auth_start(&r2, &v2) == 0 && memcmp(&v, &v2, sizeof v) == 0,
            "AUTH_START differs");
}

static void on_auth_step(struct rd *r)
{
    struct secret v = { 0 }, v2 = { 0 };
    if (wire_get_auth_step(r, &v) != 0)
        return;
    require(strlen(v.bytes) == v.len, "an answer holds a NUL");
    struct wire_msg m = wire_begin(again, sizeof again, WIRE_AUTH_STEP);
    wire_put_auth_step(&m, &v);
    struct rd r2 = written(&m);
    require(wire_get_auth_step(&r2, &v2) == 0 && secret_equal(&v, &v2), "AUTH_STEP differs");
}

static void on_session(struct rd *r)
{
    struct wire_session v, v2;
    if (wire_get_session(r, &v) != 0)
        return;
    struct wire_msg m = wire_begin(again, sizeof again, WIRE_SESSION_OPEN);
    wire_put_session(&m, &v);
    struct rd r2 = written(&m);
    require(wire_get_session(&r2, &v2) == 0 && memcmp(&v, &v2, sizeof v) == 0, "SESSION differs");
}

static void on_looked_up(struct rd *r)
{
    struct wire_looked_up v, v2;
    if (wire_get_looked_up(r, &v) != 0)
        return;
    require(v.err <= 0 && v.err > ERR_LAST, "LOOKED_UP has no err");
    struct wire_msg m = wire_begin(again, sizeof again, WIRE_LOOKED_UP);
    wire_put_looked_up(&m, &v);
    struct rd r2 = written(&m);
    require(wire_get_looked_up(&r2, &v2) == 0 && v.err == v2.err && v.asking_ms == v2.asking_ms,
            "LOOKED_UP differs");
}

static void on_prompt(struct rd *r)
{
    static struct wire_prompt v, v2;
    if (wire_get_prompt(r, &v) != 0)
        return;
    struct wire_msg m = wire_begin(again, sizeof again, WIRE_PROMPT);
    wire_put_prompt(&m, &v);
    struct rd r2 = written(&m);
    require(wire_get_prompt(&r2, &v2) == 0 && v.kind == v2.kind && v.echo == v2.echo &&
                strcmp(v.text, v2.text) == 0,
            "PROMPT differs");
}

static void on_result(struct rd *r)
{
    static struct wire_result v, v2;
    if (wire_get_result(r, &v) != 0) {
        require(v.err != 0, "a broken RESULT reads as success");
        return;
    }
    require(v.err <= 0 && v.err > ERR_LAST, "RESULT has no err");
    struct wire_msg m = wire_begin(again, sizeof again, WIRE_RESULT);
    wire_put_result(&m, &v);
    struct rd r2 = written(&m);
    require(wire_get_result(&r2, &v2) == 0 && v.err == v2.err && strcmp(v.text, v2.text) == 0,
            "RESULT differs");
}

static void on_facts(struct rd *r)
{
    static char key[64], value[WIRE_TEXT_MAX];
    int err = 0;
    uint16_t count = 0;
    if (wire_get_facts(r, &err, &count) != 0)
        return;
    while (count-- > 0 && wire_get_fact(r, key, value) == 0)
        require(strlen(key) < sizeof key && strlen(value) < sizeof value, "a fact has no end");
}

static void on_body(uint16_t opcode, struct rd *r)
{
    static const struct {
        uint16_t opcode;
        void (*read)(struct rd *r);
    } readers[] = {
        { WIRE_LOOKUP, on_lookup },         { WIRE_SHOW_USER, on_show_user },
        { WIRE_AUTH_START, on_auth_start }, { WIRE_AUTH_STEP, on_auth_step },
        { WIRE_LOOKED_UP, on_looked_up },   { WIRE_PROMPT, on_prompt },
        { WIRE_RESULT, on_result },         { WIRE_FACTS, on_facts },
        { WIRE_SESSION_OPEN, on_session },  { WIRE_SESSION_CLOSE, on_session },
    };
    for (size_t i = 0; i < COUNT(readers); i++)
        if (readers[i].opcode == opcode)
            readers[i].read(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rd in = rd_over(data, size);
    for (;;) {
        struct wire_header h;
        const uint8_t *head = rd_take(&in, WIRE_HEADER_BYTES);
        if (head == NULL || wire_header_read(head, &h) != 0)
            return 0;
        require(h.length <= WIRE_BODY_MAX, "a length beyond all bounds was accepted");
        const uint8_t *body = rd_take(&in, h.length);
        if (body == NULL)
            return 0;
        /* In a block of exactly that size, so that the sanitizer sees the first byte behind it. */
        uint8_t *copy = malloc(h.length == 0 ? 1 : h.length);
        if (copy == NULL)
            return 0;
        memcpy(copy, body, h.length);
        struct rd r = rd_over(copy, h.length);
        on_body(h.opcode, &r);
        free(copy);
    }
}

#ifdef FUZZ_MAIN
/* A message whose length field is lowered too has a body that ends early. */
static void try_cuts(const uint8_t *bytes, size_t n)
{
    uint8_t *copy = malloc(n == 0 ? 1 : n);
    for (size_t cut = 0; copy != NULL && cut <= n; cut++) {
        memcpy(copy, bytes, n);
        (void)LLVMFuzzerTestOneInput(copy, cut);
        if (n < WIRE_HEADER_BYTES || cut < WIRE_HEADER_BYTES)
            continue;
        struct wr length = wr_over(copy + WIRE_HEADER_BYTES - 4, 4);
        wr_u32(&length, (uint32_t)(cut - WIRE_HEADER_BYTES));
        (void)LLVMFuzzerTestOneInput(copy, cut);
    }
    free(copy);
}

static void try_changes(const uint8_t *bytes, size_t n)
{
    static const uint8_t changes[] = { 0x01, 0x80, 0xff, 0x7f };
    uint8_t *copy = malloc(n == 0 ? 1 : n);
    for (size_t i = 0; copy != NULL && i < n && i < 512; i++) {
        for (size_t k = 0; k < COUNT(changes); k++) {
            memcpy(copy, bytes, n);
            copy[i] ^= changes[k];
            (void)LLVMFuzzerTestOneInput(copy, n);
        }
    }
    free(copy);
}

static void try_file(const char *path)
{
    static uint8_t bytes[WIRE_BODY_MAX];
    FILE *f = fopen(path, "re");
    if (f == NULL) {
        perror(path);
        exit(1);
    }
    size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    try_cuts(bytes, n);
    try_changes(bytes, n);
}

int main(int argc, char **argv)
{
    char dir[1024], path[2048];
    const char *top = getenv("top_srcdir");
    snprintf(dir, sizeof dir, "%s/tests/fuzz/corpus-wire", top == NULL ? "." : top);
    DIR *d = opendir(argc > 1 ? argv[1] : dir);
    struct dirent *e;
    unsigned files = 0;
    while (d != NULL && (e = readdir(d)) != NULL) {
        if (e->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", argc > 1 ? argv[1] : dir, e->d_name);
        try_file(path);
        files++;
    }
    if (d != NULL)
        closedir(d);
    printf("fuzz_wire: %u files, every cut and change\n", files);
    return files > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
#endif
