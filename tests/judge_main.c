/* SPDX-License-Identifier: Apache-2.0
 *
 * judge DIR: judges every set of vectors that the folder has. The last line is the sum.
 */
#include "judge.h"

#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    static bool (*const sets[])(struct judge * j) = { judge_sigv4,   judge_suite, judge_hash,
                                                      judge_jwt,     judge_srp,   judge_replies,
                                                      judge_requests };
    if (argc != 2) {
        fprintf(stderr, "usage: judge DIR\n");
        return EXIT_FAILURE;
    }
    struct judge j = { .dir = argv[1] };
    unsigned found = 0;
    for (size_t i = 0; i < COUNT(sets); i++)
        found += sets[i](&j) ? 1 : 0;
    if (found == 0) {
        fprintf(stderr, "judge: no vectors in %s\n", argv[1]);
        return EXIT_FAILURE;
    }
    printf("%u passed, %u failed\n", j.passed, j.failed);
    return j.failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
