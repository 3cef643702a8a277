/* SPDX-License-Identifier: Apache-2.0
 *
 * Time for intervals and deadlines: milliseconds of CLOCK_MONOTONIC, which never jumps. Wall time
 * (token checks, signatures) is taken by its users with time(2) or the skew-corrected clock of
 * src/net.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* Milliseconds since an arbitrary start. */
int64_t clock_ms(void);

/* What is left until deadline_ms, never negative, at most INT_MAX: fits poll(2). */
int clock_left_ms(int64_t deadline_ms);

#endif
