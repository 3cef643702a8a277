/* SPDX-License-Identifier: Apache-2.0
 *
 * What the module under test frees must not hold a password any more (R-SEC-02): the linker sends
 * its calls here (--wrap). Scripts that type "correct horse" are the proof.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void __real_free(void *p);
void __wrap_free(void *p);
void __wrap_free(void *p)
{
    static const char typed[] = "correct horse";
    if (p != NULL && memmem(p, malloc_usable_size(p), typed, sizeof typed - 1) != NULL) {
        fputs("a password was freed and not wiped\n", stderr);
        abort();
    }
    __real_free(p);
}
