/* SPDX-License-Identifier: Apache-2.0
 *
 * Remembered devices: confirmed after a login, sealed for this host, and gone in time.
 */
#include "base/clock.h"
#include "daemon/device.h"
#include "daemon/secrets.h"
#include "daemon_fixture.h"
#include "store/store.h"
#include "suite.h"

#include <string.h>

#define ON                                                                                         \
    "[access]\nallow_groups = devs\n"                                                              \
    "[login]\nauth_flow = USER_SRP_AUTH\napi = public\nremember_device = yes\n"
#define ALICE ((struct person){ .sub = "a", .username = "alice" })
#define DAY_S 86400

static const char *const devs[] = { "devs", NULL };
static const struct auth_tokens tokens = { .access = "eyJ-access",
                                           .device_key = "us-east-1_0f1e",
                                           .device_group_key = "-Ab12" };

static bool has_row(void)
{
    struct store_device row;
    return store_find_device(fixture.store, "a", &row) == 0;
}

static bool is_device(struct device_secret *ret_secret)
{
    memset(ret_secret, 0, sizeof *ret_secret);
    return device_find(&fixture, "a", ret_secret);
}

static void turn_until(bool (*is_done)(void))
{
    int64_t until_ms = clock_ms() + 5000;
    while (!is_done() && clock_ms() < until_ms)
        event_base_loop(fixture.loop, EVLOOP_ONCE | EVLOOP_NONBLOCK);
    ck_assert(is_done());
}

static bool was_confirmed(void)
{
    return fixture_asked("ConfirmDevice") > 0;
}

static bool was_updated(void)
{
    return fixture_asked("UpdateDeviceStatus") > 0;
}

/* Lets whatever was answered arrive. */
static void turns(void)
{
    for (int i = 0; i < 10; i++)
        event_base_loop(fixture.loop, EVLOOP_NONBLOCK);
}

static void open_with_device(const char *policy)
{
    fixture_open(policy);
    fixture_user(&ALICE, devs);
    fixture_reply("ConfirmDevice", 200, "{\"UserConfirmationNecessary\":false}");
    device_remember(&fixture, "a", &tokens);
    turn_until(has_row);
}

/* What is sent is what the reference says, and what is kept can be proved by it. */
START_TEST(a_device_is_confirmed_and_kept)
{
    struct device_secret s, again;
    open_with_device(ON);
    const char *sent = fixture_request("ConfirmDevice");
    ck_assert_ptr_nonnull(strstr(sent, "\"AccessToken\":\"eyJ-access\""));
    ck_assert_ptr_nonnull(strstr(sent, "\"DeviceKey\":\"us-east-1_0f1e\""));
    ck_assert_ptr_nonnull(strstr(sent, "\"DeviceSecretVerifierConfig\":{\"PasswordVerifier\":\""));
    ck_assert(is_device(&s));
    ck_assert_str_eq(s.key, "us-east-1_0f1e");
    ck_assert_str_eq(s.group_key, "-Ab12");
    ck_assert_uint_eq(strlen(s.password), 56); /* base64 of 40 bytes */
    ck_assert_ptr_null(strstr(sent, s.password));
    struct auth_device options = device_options(&s);
    ck_assert(options.key == s.key && options.secret == s.password);
    /* Over a restart; another device has another password. */
    device_close(&fixture.devices);
    ck_assert_int_eq(device_open(&fixture, &fixture.devices), 0);
    ck_assert(is_device(&again));
    ck_assert_mem_eq(&s, &again, sizeof s);
    ck_assert_int_eq(store_drop_device(fixture.store, "a"), 0);
    device_remember(&fixture, "a", &tokens);
    turn_until(has_row);
    ck_assert(is_device(&again));
    ck_assert_str_ne(s.password, again.password);
    fixture_close();
}
END_TEST

START_TEST(a_pool_that_leaves_it_to_its_users_is_told)
{
    fixture_open(ON);
    fixture_user(&ALICE, devs);
    fixture_reply("ConfirmDevice", 200, "{\"UserConfirmationNecessary\":true}");
    fixture_reply("UpdateDeviceStatus", 400, "{\"__type\":\"NotAuthorizedException\"}");
    device_remember(&fixture, "a", &tokens);
    turn_until(was_updated);
    turns();
    ck_assert(!has_row()); /* the pool does not remember it: neither do we */
    fixture_reply("UpdateDeviceStatus", 200, "");
    device_remember(&fixture, "a", &tokens);
    turn_until(has_row);
    ck_assert_ptr_nonnull(
        strstr(fixture_request("UpdateDeviceStatus"), "\"DeviceRememberedStatus\":\"remembered\""));
    fixture_close();
}
END_TEST

START_TEST(a_failure_keeps_nothing)
{
    static const struct auth_tokens none = { .access = "eyJ-access" };
    fixture_open(ON);
    struct image_user *u = fixture_user(&ALICE, devs);
    device_remember(&fixture, "a", &none); /* the pool offered no device: nothing is asked */
    fixture_reply("ConfirmDevice", 400, "{\"__type\":\"InvalidParameterException\"}");
    device_remember(&fixture, "a", &tokens);
    turn_until(was_confirmed);
    turns();
    ck_assert(!has_row());
    /* Disabled while it was on its way. */
    fixture_reply("ConfirmDevice", 200, "{\"UserConfirmationNecessary\":false}");
    device_remember(&fixture, "a", &tokens);
    u->is_enabled = false;
    turns();
    ck_assert_uint_eq(fixture_asked("ConfirmDevice"), 2);
    ck_assert(!has_row());
    fixture_close();
}
END_TEST

/* Owned by the daemon, bounded, cancelled at the end. */
START_TEST(confirmations_are_bounded_and_end_with_the_daemon)
{
    fixture_open(ON);
    fixture_user(&ALICE, devs);
    fixture_reply("ConfirmDevice", 0, ""); /* never answers */
    for (int i = 0; i < 20; i++)
        device_remember(&fixture, "a", &tokens);
    ck_assert_uint_eq(fixture_asked("ConfirmDevice"), 16);
    fixture_close();
}
END_TEST

/* A copy of state.db is no device on another host, nor for another user or pool. */
START_TEST(a_row_opens_on_this_host_alone)
{
    static const char *const ids[] = { "ffffffffffffffffffffffffffffffff\n", "",
                                       "uninitialized\n" };
    struct device_secret s;
    struct store_device row;
    for (size_t i = 0; i < COUNT(ids); i++) {
        open_with_device(ON);
        device_close(&fixture.devices);
        fixture_machine_id(ids[i]);
        ck_assert_int_eq(device_open(&fixture, &fixture.devices), 0);
        ck_assert((fixture.devices == NULL) == (i > 0));
        ck_assert(!is_device(&s));
        ck_assert(has_row() == (i > 0)); /* dropped where it was tried */
        fixture_close();
    }
    open_with_device(ON);
    fixture_user(&(struct person){ .sub = "b", .username = "bob" }, devs);
    ck_assert_int_eq(store_find_device(fixture.store, "a", &row), 0);
    ck_assert_int_eq(store_put_device(fixture.store, "b", &row), 0);
    ck_assert(!device_find(&fixture, "b", &s));
    ck_assert(is_device(&s));
    row.sealed[20] ^= 1;
    ck_assert_int_eq(store_put_device(fixture.store, "a", &row), 0);
    ck_assert(!is_device(&s));
    ck_assert(!has_row());
    fixture_close();
}
END_TEST

START_TEST(a_device_has_its_days)
{
    struct device_secret s;
    open_with_device(ON "remember_device_days = 7\n");
    fixture_clock(FIXTURE_NOW - 1);
    ck_assert(!is_device(&s));
    fixture_clock(FIXTURE_NOW + 7 * DAY_S);
    ck_assert(is_device(&s));
    fixture_clock(FIXTURE_NOW + 7 * DAY_S + 1);
    ck_assert(!is_device(&s));
    ck_assert(!has_row());
    fixture_close();
}
END_TEST

START_TEST(it_goes_with_its_user_and_with_the_option)
{
    static const struct {
        bool is_disabled, has_left, stays;
        enum image_status status;
    } rows[] = {
        { .stays = true },
        { .is_disabled = true },
        { .has_left = true },
        { .status = IMAGE_RESET_REQUIRED, .stays = true },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        open_with_device(ON);
        struct image_user *u = image_find_sub(fixture.image, "a");
        u->is_enabled = !rows[i].is_disabled;
        u->status = rows[i].status;
        if (rows[i].has_left)
            ck_assert_int_eq(image_set_groups(fixture.image, u, NULL, 0), 0);
        secrets_review(&fixture, true);
        ck_assert_msg(has_row() == rows[i].stays, "row %zu", i);
        fixture_close();
    }
    open_with_device(ON);
    device_close(&fixture.devices);
    fixture.config->remember_device = false;
    ck_assert_int_eq(device_open(&fixture, &fixture.devices), 0);
    ck_assert_ptr_null(fixture.devices);
    ck_assert(!has_row());
    fixture_close();
}
END_TEST

SUITE("device", a_device_is_confirmed_and_kept, a_pool_that_leaves_it_to_its_users_is_told,
      a_failure_keeps_nothing, confirmations_are_bounded_and_end_with_the_daemon,
      a_row_opens_on_this_host_alone, a_device_has_its_days,
      it_goes_with_its_user_and_with_the_option)
