/* SPDX-License-Identifier: Apache-2.0
 *
 * A QR code as text for a terminal. The code itself is libqrencode's; which text it holds and where
 * it is shown belongs to the callers.
 */
#ifndef COGNITO_QR_H
#define COGNITO_QR_H

#include "base/err.h"
#include "net/buf.h"

enum qr_style {
    QR_NONE,   /* nothing is drawn */
    QR_BLOCKS, /* half blocks (U+2580 ...): two rows of modules a line, one column each */
    QR_ASCII   /* one row of modules a line, two columns each */
};

#define QR_MODULES_MAX 57 /* a side; with its margin it fits 80 columns of blocks */
#define QR_MARGIN      4  /* ISO/IEC 18004: readers need it */

/* Adds the drawing to out, each line ended by a newline. What is printed is bright on a terminal
 * with a dark background, so light modules and the margin are printed and dark ones are blanks.
 * ERR_LIMIT: the text needs a larger code, nothing was added. ERR_NOMEM. */
int qr_draw(const char *text, enum qr_style style, struct buf *out) MUST_CHECK;

#endif
