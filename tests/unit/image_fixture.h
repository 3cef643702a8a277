/* SPDX-License-Identifier: Apache-2.0
 *
 * An image of users for tests of its rules: opened from a configuration's text, filled with people
 * (person.h), shut. One at a time; included by one file of a program.
 */
#ifndef UNIT_IMAGE_FIXTURE_H
#define UNIT_IMAGE_FIXTURE_H

#include "identity/image.h"
#include "person.h"

#include <check.h>

#define POOL  "[pool]\npool_id = eu-central-1_AbC123xyz\nclient_id = 1example\n"
#define TRUST "[users]\ntrust_writable_attributes = yes\n"

static struct config *config;
static struct image *image;
static struct bindings bindings;

static void open_with(const char *text)
{
    char why[CONFIG_WHY_MAX] = "";
    ck_assert_msg(config_parse("test.conf", text, &config, why) == 0, "%s", why);
    ck_assert_int_eq(image_new(config, &bindings, 0, &image), 0);
}

static void shut(void)
{
    image_free(&image);
    bindings_free(&bindings);
    config_free(&config);
}

/* The image's own record of that person, who must be storable; it may be quarantined. */
static struct image_user *put(const struct person *p)
{
    struct image_user *u = NULL;
    struct image_person person = person_of(p);
    ck_assert_int_eq(image_put_user(image, &person, &u), 0);
    return u;
}

#endif
