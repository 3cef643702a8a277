/* SPDX-License-Identifier: Apache-2.0
 *
 * R-SNAP-02: any bytes as a snapshot. An input is the length of `current` (4 bytes, little-endian),
 * then `current`, then its base. It is tried as it is, and once more with the few header fields
 * repaired that would keep everything else from being looked at.
 *
 * With libFuzzer: clang -fsanitize=fuzzer,address,undefined over this file, tests/unit/snap_check.c
 * and the guest sources, then: fuzz_snap tests/fuzz/corpus-snap. Without it, this file's main()
 * (FUZZ_MAIN) runs over the files it is given, in `make check` over the kept corpus.
 */
#include "snap/read.h"
#include "unit/snap_check.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A copy in a block of exactly its size. */
static uint8_t *copy_of(const uint8_t *p, size_t n)
{
    uint8_t *copy = calloc(1, n + (n == 0));
    if (copy == NULL)
        abort();
    if (n > 0)
        memcpy(copy, p, n);
    return copy;
}

static void look(const uint8_t *current, size_t n, const uint8_t *base, size_t m)
{
    struct snap_view v;
    if (snap_view_over(current, n, base, m, &v) == 0)
        (void)check_exercise(&v);
    if (snap_view_over(base, m, NULL, 0, &v) == 0)
        (void)check_exercise(&v);
}

static void repair(uint8_t *bytes, size_t n, uint32_t kind)
{
    if (n < sizeof(struct format_header))
        return;
    struct format_header h;
    memcpy(&h, bytes, sizeof h);
    h.magic = FORMAT_MAGIC;
    h.version = FORMAT_VERSION;
    h.kind = kind;
    h.generation = h.base_generation = 1;
    h.checksum = h.base_checksum = 1;
    h.seed = 1;
    h.file_bytes = (uint32_t)n;
    memcpy(bytes, &h, sizeof h);
    bytes[n - 1] = '\0';
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 4)
        return 0;
    size_t n = (size_t)data[0] | (size_t)data[1] << 8 | (size_t)data[2] << 16;
    if (n > size - 4)
        n = size - 4;
    size_t m = size - 4 - n;
    uint8_t *current = copy_of(data + 4, n), *base = copy_of(data + 4 + n, m);
    look(current, n, base, m);
    repair(current, n, FORMAT_IS_OVERLAY);
    repair(base, m, FORMAT_IS_BASE);
    look(current, n, base, m);
    free(current);
    free(base);
    return 0;
}

#ifdef FUZZ_MAIN
#include <stdio.h>

int main(int argc, char **argv)
{
    static uint8_t input[1 << 20];
    for (int i = 1; i < argc; i++) {
        FILE *f = fopen(argv[i], "re");
        if (f == NULL) {
            perror(argv[i]);
            return 1;
        }
        size_t n = fread(input, 1, sizeof input, f);
        fclose(f);
        LLVMFuzzerTestOneInput(input, n);
    }
    printf("fuzz_snap: %d inputs\n", argc - 1);
    return argc > 1 ? 0 : 1;
}
#endif
