/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of the start file about ways to sign in; see startfile_part.h. */
#include <string.h>

#include "bytes.h"
#include "choice.h"
#include "custom.h"
#include "model.h"
#include "startfile_part.h"

/* ---- custom_auth: the script of the pool's Lambda functions ---- */

static bool round_params(void *r, struct json_object *v)
{
    ((struct custom_round *)r)->params = json_object_get(v);
    return json_object_is_type(v, json_type_object);
}

static bool round_answer(void *r, struct json_object *v)
{
    ((struct custom_round *)r)->answer = bytes_copy(json_object_get_string(v));
    return json_object_is_type(v, json_type_string);
}

static bool round_wrong(void *r, struct json_object *v)
{
    const char *text = json_object_get_string(v);
    ((struct custom_round *)r)->asks_again = strcmp(text, "again") == 0;
    return strcmp(text, "again") == 0 || strcmp(text, "fail") == 0;
}

static bool round_then(void *r, struct json_object *v)
{
    static const char *const names[] = {
        [CUSTOM_NEXT] = "next", [CUSTOM_TOKENS] = "tokens", [CUSTOM_FAIL] = "fail"
    };
    for (size_t i = 0; i < COUNT(names); i++) {
        if (strcmp(names[i], json_object_get_string(v)) == 0) {
            ((struct custom_round *)r)->then = (enum custom_then)i;
            return true;
        }
    }
    return false;
}

static const struct startfile_key round_keys[] = {
    { "params", round_params },
    { "answer", round_answer },
    { "wrong", round_wrong },
    { "then", round_then },
    { 0 },
};

static bool add_round(void *pool, struct json_object *v)
{
    struct pool *p = pool;
    p->rounds = bytes_grow(p->rounds, p->round_count + 1, sizeof *p->rounds);
    struct custom_round *r = &p->rounds[p->round_count++];
    *r = (struct custom_round){ .asks_again = true, .then = CUSTOM_NEXT };
    return startfile_fill(r, v, round_keys, "custom_auth");
}

bool startfile_custom(void *p, struct json_object *v)
{
    return startfile_each(v, p, add_round);
}

bool startfile_attempts(void *p, struct json_object *v)
{
    ((struct pool *)p)->attempts_per_hour = json_object_get_int(v);
    return json_object_is_type(v, json_type_int);
}

/* ---- devices ---- */

bool startfile_devices(void *p, struct json_object *v)
{
    static const char *const names[] = {
        [DEVICES_OFF] = "OFF", [DEVICES_ALWAYS] = "ALWAYS", [DEVICES_OPT_IN] = "OPT_IN"
    };
    for (size_t i = 0; i < COUNT(names); i++) {
        if (strcmp(names[i], json_object_get_string(v)) == 0) {
            ((struct pool *)p)->devices = (enum device_rule)i;
            return true;
        }
    }
    return false;
}

bool startfile_device_mfa(void *p, struct json_object *v)
{
    ((struct pool *)p)->device_asks_mfa = json_object_get_boolean(v);
    return json_object_is_type(v, json_type_boolean);
}

/* ---- first_factors ---- */

static bool add_factor(void *pool, struct json_object *v)
{
    unsigned bit = choice_factor(json_object_get_string(v));
    ((struct pool *)pool)->first_factors |= bit;
    return bit != 0;
}

bool startfile_factors(void *p, struct json_object *v)
{
    ((struct pool *)p)->first_factors = 0;
    return startfile_each(v, p, add_factor);
}
