/* SPDX-License-Identifier: Apache-2.0
 *
 * `KEY=value KEY="text" word`: what a script says about a request or a reply, as rows. `*` stands
 * for any text that is not empty, $password for the dialogue's password.
 */
#ifndef DIALOGUE_PARAMS_H
#define DIALOGUE_PARAMS_H

#include <stdbool.h>
#include <stddef.h>

#define PARAMS_MAX 24

struct params {
    struct {
        char key[64];
        char value[2048];
        bool has_value, is_any;
    } rows[PARAMS_MAX];
    size_t count;
};

/* Up to the end of the line or an arrow, behind which *ret_rest begins (NULL: there is none). */
void params_read(const char *at, const char *password, struct params *ret_params,
                 const char **ret_rest);

/* NULL when there is no such row; "" for a word without a value. */
const char *params_find(const struct params *params, const char *key);

#endif
