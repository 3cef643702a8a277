/* SPDX-License-Identifier: Apache-2.0 */
#include "cognito/qr.h"

#include <errno.h>
#include <qrencode.h>
#include <stdbool.h>
#include <string.h>

struct drawing {
    const QRcode *code;
    struct buf *out;
};

/* Everything around the code is light. */
static bool is_light(const struct drawing *d, int x, int y)
{
    int side = d->code->width;
    if (x < 0 || y < 0 || x >= side || y >= side)
        return true;
    return (d->code->data[y * side + x] & 1) == 0;
}

static void draw_blocks(const struct drawing *d, int x, int y)
{
    static const char *const blocks[] = { " ", "\u2584", "\u2580", "\u2588" };
    buf_str(d->out, blocks[is_light(d, x, y) * 2 + is_light(d, x, y + 1)]);
}

static void draw_ascii(const struct drawing *d, int x, int y)
{
    buf_str(d->out, is_light(d, x, y) ? "##" : "  ");
}

/* Rows of modules in a line, and what one column of them looks like. */
static const struct {
    int rows;
    void (*draw)(const struct drawing *d, int x, int y);
} styles[] = {
    [QR_BLOCKS] = { 2, draw_blocks },
    [QR_ASCII] = { 1, draw_ascii },
};

int qr_draw(const char *text, enum qr_style style, struct buf *out)
{
    if (style == QR_NONE)
        return 0;
    /* The least correction: a screen is clean, and a smaller code fits more of them. */
    QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_L, QR_MODE_8, 1);
    if (code == NULL)
        return errno == ENOMEM ? ERR_NOMEM : ERR_LIMIT;
    const struct drawing d = { code, out };
    int end = code->width + QR_MARGIN;
    int err = code->width > QR_MODULES_MAX ? ERR_LIMIT : 0;
    for (int y = -QR_MARGIN; err == 0 && y < end; y += styles[style].rows) {
        for (int x = -QR_MARGIN; x < end; x++)
            styles[style].draw(&d, x, y);
        buf_char(out, '\n');
    }
    explicit_bzero(code->data, (size_t)code->width * (size_t)code->width); /* it says the secret */
    QRcode_free(code);
    return err;
}
