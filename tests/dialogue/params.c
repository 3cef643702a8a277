/* SPDX-License-Identifier: Apache-2.0 */
#include "dialogue/params.h"

#include "contract/pam_lex.h"
#include "contract/pam_world.h"

#include <string.h>

static struct lex lex;

static const char *take_value(struct params *p, const char *at, const char *password)
{
    size_t i = p->count - 1;
    lex_begin(&lex, at);
    (void)lex_next(&lex);
    p->rows[i].has_value = true;
    p->rows[i].is_any = lex_is(&lex, "*");
    world_format(p->rows[i].value, sizeof p->rows[i].value, "%s",
                 lex_is(&lex, "$password") ? password : lex.text);
    return lex.at;
}

void params_read(const char *at, const char *password, struct params *ret_params,
                 const char **ret_rest)
{
    struct params *p = ret_params;
    memset(p, 0, sizeof *p);
    *ret_rest = NULL;
    for (at += strspn(at, " "); *at != '\0'; at += strspn(at, " ")) {
        if (strncmp(at, "->", 2) == 0) {
            *ret_rest = at + 2 + strspn(at + 2, " ");
            return;
        }
        if (p->count == PARAMS_MAX)
            world_fail("too many members: %s", at);
        size_t n = strcspn(at, " =");
        world_format(p->rows[p->count].key, sizeof p->rows[0].key, "%.*s", (int)n, at);
        p->count++;
        at += n;
        if (*at == '=')
            at = take_value(p, at + 1, password);
    }
}

const char *params_find(const struct params *params, const char *key)
{
    for (size_t i = 0; i < params->count; i++)
        if (strcmp(params->rows[i].key, key) == 0)
            return params->rows[i].value;
    return NULL;
}
