/* SPDX-License-Identifier: Apache-2.0
 *
 * QR codes as text: what is drawn is read back, module by module, as a camera would see it on a
 * dark terminal, and compared with what libqrencode made of the same text.
 */
#include "base/text.h"
#include "cognito/auth.h"
#include "suite.h"

#include <qrencode.h>
#include <string.h>

#define ADDRESS                                                                                    \
    "otpauth://totp/us-east-1_Example01:alice?secret="                                             \
    "KVKFKRCPNZQUYMLXOVYDSQKJKZDTSRLDKVKFKRCPNZQUYMLXOVYD&issuer=us-east-1_Example01"
#define SIDE_MAX (QR_MODULES_MAX + 2 * QR_MARGIN + 1) /* blocks come in pairs of rows */

/* Printed is light. */
static struct {
    bool is_light[SIDE_MAX][SIDE_MAX];
    size_t rows, columns;
} seen;

/* One line of half blocks is two rows. */
static void read_blocks_line(const char *line, size_t n)
{
    static const char *const blocks[] = { " ", "\u2584", "\u2580", "\u2588" };
    size_t x = 0;
    for (size_t at = 0; at < n; x++) {
        size_t b = 0;
        while (b < COUNT(blocks) && strncmp(line + at, blocks[b], strlen(blocks[b])) != 0)
            b++;
        ck_assert_uint_lt(b, COUNT(blocks));
        ck_assert(x < SIDE_MAX && seen.rows + 1 < SIDE_MAX);
        seen.is_light[seen.rows][x] = (b & 2) != 0;
        seen.is_light[seen.rows + 1][x] = (b & 1) != 0;
        at += strlen(blocks[b]);
    }
    ck_assert(seen.rows == 0 || seen.columns == x); /* lines of one length */
    seen.columns = x;
    seen.rows += 2;
}

static void read_ascii_line(const char *line, size_t n)
{
    ck_assert_uint_eq(n % 2, 0);
    ck_assert(seen.rows == 0 || seen.columns == n / 2);
    for (size_t x = 0; x < n / 2; x++) {
        bool is_light = strncmp(line + 2 * x, "##", 2) == 0;
        ck_assert(is_light || strncmp(line + 2 * x, "  ", 2) == 0);
        seen.is_light[seen.rows][x] = is_light;
    }
    seen.columns = n / 2;
    seen.rows++;
}

static void read_drawing(enum qr_style style, const char *text)
{
    memset(&seen, 0, sizeof seen);
    while (*text != '\0') {
        size_t n = strcspn(text, "\n");
        ck_assert_int_eq(text[n], '\n');
        if (style == QR_BLOCKS)
            read_blocks_line(text, n);
        else
            read_ascii_line(text, n);
        text += n + 1;
    }
}

static void compare_with(const QRcode *code)
{
    size_t side = (size_t)code->width;
    ck_assert_uint_eq(seen.columns, side + 2 * QR_MARGIN);
    ck_assert_uint_ge(seen.rows, seen.columns);
    ck_assert_uint_le(seen.rows, seen.columns + 1);
    for (size_t y = 0; y < seen.rows; y++) {
        for (size_t x = 0; x < seen.columns; x++) {
            size_t cx = x - QR_MARGIN, cy = y - QR_MARGIN; /* wraps left of and above the code */
            bool is_inside = cx < side && cy < side;
            bool is_dark = is_inside && (code->data[cy * side + cx] & 1) != 0;
            ck_assert_msg(seen.is_light[y][x] != is_dark, "module %zu, %zu", x, y);
        }
    }
}

START_TEST(what_is_drawn_is_the_code)
{
    static const char *const texts[] = { "A", ADDRESS };
    static const enum qr_style styles[] = { QR_BLOCKS, QR_ASCII };
    for (size_t i = 0; i < COUNT(texts) * COUNT(styles); i++) {
        struct buf out = { 0 };
        const char *text = texts[i / COUNT(styles)];
        enum qr_style style = styles[i % COUNT(styles)];
        ck_assert_int_eq(qr_draw(text, style, &out), 0);
        read_drawing(style, buf_text(&out));
        QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_L, QR_MODE_8, 1);
        ck_assert_ptr_nonnull(code);
        compare_with(code);
        QRcode_free(code);
        buf_free(&out);
    }
}
END_TEST

/* On its way to the person it passes the sanitiser (R-SEC-03). */
START_TEST(the_sanitiser_lets_it_pass)
{
    static char clean[AUTH_TEXT_MAX];
    struct buf out = { 0 };
    ck_assert_int_eq(qr_draw(ADDRESS, QR_BLOCKS, &out), 0);
    text_clean(clean, sizeof clean, buf_text(&out), out.len, TEXT_LINES);
    ck_assert_str_eq(clean, buf_text(&out));
    buf_free(&out);
}
END_TEST

START_TEST(no_style_draws_nothing)
{
    struct buf out = { 0 };
    ck_assert_int_eq(qr_draw(ADDRESS, QR_NONE, &out), 0);
    ck_assert_uint_eq(out.len, 0);
}
END_TEST

/* Version 10 holds 271 bytes with the least correction, version 40, the last, 2953. */
START_TEST(too_much_is_not_drawn)
{
    static const struct {
        size_t n;
        int err;
    } rows[] = {
        { 1, 0 }, { 271, 0 }, { 272, ERR_LIMIT }, { 2953, ERR_LIMIT }, { 2954, ERR_LIMIT },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[3000] = "";
        struct buf out = { 0 };
        memset(text, 'x', rows[i].n);
        ck_assert_int_eq(qr_draw(text, QR_ASCII, &out), rows[i].err);
        /* What is drawn fits into a prompt, with room for the words. */
        ck_assert(rows[i].err == 0 ? out.len > 0 && out.len < AUTH_TEXT_MAX - 2048 : out.len == 0);
        buf_free(&out);
    }
}
END_TEST

SUITE("qr", what_is_drawn_is_the_code, the_sanitiser_lets_it_pass, no_style_draws_nothing,
      too_much_is_not_drawn)
