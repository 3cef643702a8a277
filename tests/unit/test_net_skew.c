/* SPDX-License-Identifier: Apache-2.0
 *
 * The corrected clock (R-NET-05) and the two forms of dates.
 */
#include "suite.h"

#include "net/skew.h"

#include <string.h>

static int64_t local_s;

static int64_t fake_wall(void)
{
    return local_s;
}

START_TEST(http_dates)
{
    int64_t s = -1;
    ck_assert(skew_parse_date("Sun, 06 Nov 1994 08:49:37 GMT", &s));
    ck_assert_int_eq(s, 784111777);
    ck_assert(skew_parse_date("Thu, 29 Feb 2024 23:59:59 GMT", &s));
    ck_assert_int_eq(s, 1709251199);
    static const char *const bad[] = {
        "",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 31 Feb 2026 08:49:37 GMT",
        "Sun, 06 Xxx 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT ",
        "Sun, -6 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1900 08:49:37 GMT",
    };
    for (size_t i = 0; i < COUNT(bad); i++)
        ck_assert_msg(!skew_parse_date(bad[i], &s), "%s", bad[i]);
    ck_assert(!skew_parse_date(NULL, &s));
}
END_TEST

START_TEST(iso_dates)
{
    static const struct {
        const char *text;
        int64_t s;
    } good[] = {
        { "2026-01-01T06:00:00Z", 1767247200 },      { "2026-01-01T06:00:00.123Z", 1767247200 },
        { "2026-01-01T06:00:00+00:00", 1767247200 }, { "2026-01-01T08:30:00+0230", 1767247200 },
        { "2026-01-01T04:00:00-02:00", 1767247200 },
    };
    int64_t s;
    for (size_t i = 0; i < COUNT(good); i++) {
        ck_assert_msg(skew_parse_iso(good[i].text, &s), "%s", good[i].text);
        ck_assert_int_eq(s, good[i].s);
    }
    static const char *const bad[] = { "",
                                       "2026-01-01",
                                       "2026-01-01T06:00:00",
                                       "2026-13-01T06:00:00Z",
                                       "2026-01-01 06:00:00Z",
                                       "2026-01-01T06:00:00ZZ",
                                       "2026-01-01T06:00:00+99:00",
                                       "2026-01-01T06:00:00." };
    for (size_t i = 0; i < COUNT(bad); i++)
        ck_assert_msg(!skew_parse_iso(bad[i], &s), "%s", bad[i]);
}
END_TEST

START_TEST(learns) /* R-NET-05 */
{
    struct skew skew = { .wall_s = fake_wall };
    local_s = 784111777;
    ck_assert(!skew_learn(&skew, "Sun, 06 Nov 1994 08:53:36 GMT", false)); /* 239 s */
    ck_assert_int_eq(skew_now_s(&skew), local_s);
    /* Too little for signatures, too much for a token that was issued this second. */
    ck_assert_int_eq(skew_cloud_s(&skew), local_s + 239);
    ck_assert(!skew_learn(&skew, "Sun, 06 Nov 1994 09:49:37 GMT", true)); /* from a cache */
    ck_assert_int_eq(skew_cloud_s(&skew), local_s + 239);
    ck_assert_int_eq(skew_now_s(&skew), local_s);
    ck_assert(skew_learn(&skew, "Sun, 06 Nov 1994 09:49:37 GMT", false));
    ck_assert_int_eq(skew_now_s(&skew), local_s + 3600);
    ck_assert(!skew_learn(&skew, "Sun, 06 Nov 1994 09:49:38 GMT", false)); /* no news */
    local_s += 10 * 31557600;                                              /* ten years off */
    ck_assert(skew_learn(&skew, "Sun, 06 Nov 1994 08:49:37 GMT", false));
    ck_assert_int_eq(skew_now_s(&skew), 784111777);
    ck_assert(!skew_learn(&skew, "rubbish", false));
    ck_assert_int_eq(skew_now_s(&skew), 784111777);
}
END_TEST

START_TEST(amz_form)
{
    char text[SKEW_AMZ_SIZE];
    skew_format_amz(1773564312, text);
    ck_assert_str_eq(text, "20260315T084512Z");
    skew_format_amz(-1, text);
    ck_assert_str_eq(text, "");
    skew_format_amz(INT64_MAX, text);
    ck_assert_str_eq(text, "");
}
END_TEST

SUITE("net_skew", http_dates, iso_dates, learns, amz_form)
