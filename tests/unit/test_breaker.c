/* SPDX-License-Identifier: Apache-2.0
 *
 * When an endpoint is given up, and found again (R-NET-09).
 */
#include "net/breaker.h"
#include "suite.h"

START_TEST(opens_after_failures_in_a_row)
{
    struct breaker b = { 0 };
    ck_assert(breaker_lets_pass(&b));
    ck_assert(!breaker_failed(&b));
    ck_assert(!breaker_failed(&b));
    ck_assert(!breaker_answered(&b)); /* an answer in between begins anew */
    ck_assert(!breaker_failed(&b));
    ck_assert(!breaker_failed(&b));
    ck_assert(breaker_lets_pass(&b));
    ck_assert(breaker_failed(&b));
    ck_assert(!breaker_lets_pass(&b));
    ck_assert(!breaker_failed(&b)); /* said once */
    ck_assert_str_eq(breaker_text(&b), "open");
    ck_assert_uint_eq(b.opened, 1);
}
END_TEST

START_TEST(a_probe_closes_it_and_nobody_else_passes)
{
    struct breaker b = { .state = BREAKER_OPEN };
    breaker_probe(&b);
    ck_assert_str_eq(breaker_text(&b), "half-open");
    ck_assert(!breaker_lets_pass(&b));
    breaker_probe_failed(&b);
    ck_assert(!breaker_lets_pass(&b));
    breaker_probe(&b);
    ck_assert(breaker_answered(&b));
    ck_assert(breaker_lets_pass(&b));
    ck_assert_str_eq(breaker_text(&b), "closed");
}
END_TEST

/* R-NET-08: a pool that throttles, or refuses, is there. */
START_TEST(throttling_is_an_answer)
{
    static const int answers[] = { 200, 301, 400, 403, 404, 429 };
    static const int faults[] = { 0, 500, 502, 503, 504 };
    for (size_t i = 0; i < COUNT(answers); i++)
        ck_assert(breaker_is_answer(answers[i]));
    for (size_t i = 0; i < COUNT(faults); i++)
        ck_assert(!breaker_is_answer(faults[i]));
}
END_TEST

/* R-NET-09: a probe that just missed the return, a pause, and the next probe: below 10 s. */
START_TEST(found_again_within_ten_seconds)
{
    int64_t most_ms = 0;
    for (uint32_t dice = 0; dice < 4000000000u; dice += 999983) {
        int64_t ms = breaker_pause_ms(false, dice);
        ck_assert_int_ge(ms, 1000);
        ck_assert_int_lt(breaker_pause_ms(true, dice), 500);
        most_ms = ms > most_ms ? ms : most_ms;
    }
    ck_assert_int_lt(2 * BREAKER_PROBE_MS + most_ms, 10000);
}
END_TEST

SUITE("breaker", opens_after_failures_in_a_row, a_probe_closes_it_and_nobody_else_passes,
      throttling_is_an_answer, found_again_within_ten_seconds)
