/* SPDX-License-Identifier: Apache-2.0
 *
 * judge DIR: judges every file below the folder that has the form of a set of vectors, and names
 * those that have none. The last line is the sum; the status is not 0 when anything is wrong.
 */
#include "judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    if (argc != 2 || argv[1][0] == '\0') {
        fprintf(stderr, "usage: judge DIR\n");
        return EXIT_FAILURE;
    }
    for (size_t n = strlen(argv[1]); n > 1 && argv[1][n - 1] == '/'; n--)
        argv[1][n - 1] = '\0';
    struct judge j = { .dir = argv[1] };
    unsigned sets = judge_folder(&j);
    judge_close(&j);
    if (sets == 0) {
        fprintf(stderr, "judge: no vectors in %s\n", argv[1]);
        return EXIT_FAILURE;
    }
    printf("%u passed, %u failed\n", j.passed, j.failed);
    return j.failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
