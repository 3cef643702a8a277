/* SPDX-License-Identifier: Apache-2.0
 *
 * Wall-clock time as the cloud sees it (R-NET-05): SigV4 and SRP sign the time, and a host whose
 * clock is wrong must still be able to sign in. The offset is learned from Date headers
 * (reference section 3). Intervals and deadlines do not belong here: base/clock.h.
 */
#ifndef NET_SKEW_H
#define NET_SKEW_H

#include <stdbool.h>
#include <stdint.h>

#define SKEW_MIN_S    240 /* smaller differences are left alone */
#define SKEW_AMZ_SIZE 17  /* "20260315T084512Z" with its NUL */

struct skew {
    int64_t offset_s;        /* cloud minus local; 0 until learned or while small */
    int64_t seen_s;          /* the same as it was last seen, small differences too */
    int64_t (*wall_s)(void); /* NULL: the system's clock; tests put their own */
};

/* Local seconds since 1970, uncorrected. */
int64_t skew_wall_s(const struct skew *skew);

/* Seconds since 1970, corrected. NULL: uncorrected. */
int64_t skew_now_s(const struct skew *skew);

/* The cloud's own clock as far as it is known: for judging times that the cloud wrote (tokens). A
 * host that is two minutes slow signs well enough, but would take fresh tokens for future ones. */
int64_t skew_cloud_s(const struct skew *skew);

/* Learns from one reply's Date header ("Sun, 06 Nov 1994 08:49:37 GMT"). A reply from a cache
 * (Age header) or an unreadable date changes nothing. True when the offset changed by SKEW_MIN_S or
 * more, so that a refused signature is worth one more try. */
bool skew_learn(struct skew *skew, const char *date, bool has_age);

/* RFC 9110 date to seconds since 1970; false and untouched on anything else. */
bool skew_parse_date(const char *date, int64_t *ret_s);

/* ISO 8601 "2026-01-01T06:00:00Z", fraction and +00:00 offsets allowed, as AWS writes expirations.
 */
bool skew_parse_iso(const char *text, int64_t *ret_s);

/* The form SigV4 wants; "" for times before 1970 or after 9999. */
void skew_format_amz(int64_t time_s, char ret_text[SKEW_AMZ_SIZE]);

#endif
