/* SPDX-License-Identifier: Apache-2.0
 *
 * main() of a unit test: the list of its tests.
 */
#ifndef UNIT_SUITE_H
#define UNIT_SUITE_H

#include "base/err.h"

#include <check.h>
#include <stdlib.h>

/* The exit status of main(). */
static inline int suite_run(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#define SUITE(name, ...)                                                                           \
    int main(void)                                                                                 \
    {                                                                                              \
        const TTest *const tests[] = { __VA_ARGS__ };                                              \
        TCase *tcase = tcase_create(name);                                                         \
        Suite *suite = suite_create(name);                                                         \
        for (size_t i = 0; i < COUNT(tests); i++)                                                  \
            tcase_add_test(tcase, tests[i]);                                                       \
        suite_add_tcase(suite, tcase);                                                             \
        return suite_run(suite);                                                                   \
    }

#endif
