/* SPDX-License-Identifier: Apache-2.0
 *
 * Dates are read by hand: strptime follows the locale, and AWS writes exactly two forms.
 */
#include "net/skew.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int64_t skew_wall_s(const struct skew *skew)
{
    if (skew != NULL && skew->wall_s != NULL)
        return skew->wall_s();
    return (int64_t)time(NULL);
}

int64_t skew_now_s(const struct skew *skew)
{
    return skew_wall_s(skew) + (skew == NULL ? 0 : skew->offset_s);
}

int64_t skew_cloud_s(const struct skew *skew)
{
    return skew_wall_s(skew) + (skew == NULL ? 0 : skew->seen_s);
}

bool skew_learn(struct skew *skew, const char *date, bool has_age)
{
    int64_t cloud_s;
    if (has_age || !skew_parse_date(date, &cloud_s))
        return false;
    int64_t offset_s = cloud_s - skew_wall_s(skew);
    skew->seen_s = offset_s;
    if (llabs(offset_s) < SKEW_MIN_S)
        offset_s = 0;
    bool is_news = llabs(offset_s - skew->offset_s) >= SKEW_MIN_S;
    skew->offset_s = offset_s;
    return is_news;
}

/* Exactly n digits; -1 when there is anything else. */
static int digits(const char *s, int n)
{
    int v = 0;
    for (int i = 0; i < n; i++) {
        if (s[i] < '0' || s[i] > '9')
            return -1;
        v = v * 10 + (s[i] - '0');
    }
    return v;
}

static bool assemble(struct tm *tm, int64_t *ret_s)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    int year = tm->tm_year + 1900;
    if (year < 1970 || tm->tm_mon < 0 || tm->tm_mon > 11)
        return false;
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    int last = days[tm->tm_mon] + (tm->tm_mon == 1 && is_leap ? 1 : 0);
    if (tm->tm_mday < 1 || tm->tm_mday > last || tm->tm_hour < 0 || tm->tm_hour > 23 ||
        tm->tm_min < 0 || tm->tm_min > 59 || tm->tm_sec < 0 || tm->tm_sec > 60)
        return false;
    *ret_s = (int64_t)timegm(tm);
    return true;
}

bool skew_parse_date(const char *date, int64_t *ret_s)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    /* "Sun, 06 Nov 1994 08:49:37 GMT": every field has its place. */
    if (date == NULL || strlen(date) != 29 || strcmp(date + 25, " GMT") != 0)
        return false;
    if (date[3] != ',' || date[4] != ' ' || date[7] != ' ' || date[11] != ' ' || date[16] != ' ' ||
        date[19] != ':' || date[22] != ':')
        return false;
    struct tm tm = { .tm_mon = -1 };
    for (int m = 0; m < 12; m++) {
        if (memcmp(date + 8, months + (ptrdiff_t)m * 3, 3) == 0)
            tm.tm_mon = m;
    }
    tm.tm_mday = digits(date + 5, 2);
    tm.tm_year = digits(date + 12, 4) - 1900;
    tm.tm_hour = digits(date + 17, 2);
    tm.tm_min = digits(date + 20, 2);
    tm.tm_sec = digits(date + 23, 2);
    return assemble(&tm, ret_s);
}

/* "Z", "+00:00" or "-0730" in seconds east of Greenwich. */
static bool parse_zone(const char *s, int64_t *ret_s)
{
    if (strcmp(s, "Z") == 0) {
        *ret_s = 0;
        return true;
    }
    if (*s != '+' && *s != '-')
        return false;
    size_t n = strlen(s);
    if (n != 5 && !(n == 6 && s[3] == ':'))
        return false;
    int hours = digits(s + 1, 2);
    int minutes = digits(s + n - 2, 2);
    if (hours < 0 || hours > 14 || minutes < 0 || minutes > 59)
        return false;
    int64_t east = hours * 3600 + minutes * 60;
    *ret_s = *s == '-' ? -east : east;
    return true;
}

bool skew_parse_iso(const char *text, int64_t *ret_s)
{
    if (text == NULL || strlen(text) < 20)
        return false;
    if (text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':')
        return false;
    struct tm tm = { 0 };
    tm.tm_year = digits(text, 4) - 1900;
    tm.tm_mon = digits(text + 5, 2) - 1;
    tm.tm_mday = digits(text + 8, 2);
    tm.tm_hour = digits(text + 11, 2);
    tm.tm_min = digits(text + 14, 2);
    tm.tm_sec = digits(text + 17, 2);
    const char *rest = text + 19;
    if (*rest == '.') {
        rest++;
        rest += strspn(rest, "0123456789");
    }
    int64_t east_s;
    int64_t at_s;
    if (!parse_zone(rest, &east_s) || !assemble(&tm, &at_s))
        return false;
    *ret_s = at_s - east_s;
    return true;
}

void skew_format_amz(int64_t time_s, char ret_text[SKEW_AMZ_SIZE])
{
    struct tm tm;
    time_t t = (time_t)time_s;
    ret_text[0] = '\0';
    if (time_s < 0 || time_s > 253402300799 || gmtime_r(&t, &tm) == NULL)
        return;
    /* Sizes are known (checked years), but the compiler cannot know that. */
    char wide[72];
    snprintf(wide, sizeof wide, "%04d%02d%02dT%02d%02d%02dZ", tm.tm_year + 1900, tm.tm_mon + 1,
             tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
    memcpy(ret_text, wide, SKEW_AMZ_SIZE - 1);
    ret_text[SKEW_AMZ_SIZE - 1] = '\0';
}
