/* SPDX-License-Identifier: Apache-2.0 */
/* Operations on devices, of the users themselves and of the administrator. */
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "device.h"
#include "operations.h"
#include "paging.h"
#include "srp.h"
#include "token.h"

static struct device *asked_device(struct call *c)
{
    struct device *d = device_find(c->user, call_text(c, "DeviceKey"));
    if (d == NULL)
        call_fail(c, "ResourceNotFoundException", "Device does not exist.");
    return d;
}

static struct json_object *device_json(const struct device *d)
{
    struct json_object *o = json_object_new_object(), *list = json_object_new_array();
    const char *const attributes[][2] = {
        { "device_status", "valid" },
        { "device_name", d->name },
        { "dev:device_remembered_status", d->is_remembered ? "remembered" : "not_remembered" },
    };
    for (size_t i = 0; i < COUNT(attributes); i++) {
        struct json_object *a = json_object_new_object();
        call_put(a, "Name", attributes[i][0]);
        call_put(a, "Value", attributes[i][1]);
        json_object_array_add(list, a);
    }
    call_put(o, "DeviceKey", d->key);
    json_object_object_add(o, "DeviceAttributes", list);
    call_put_time(o, "DeviceCreateDate", d->created_ms);
    call_put_time(o, "DeviceLastModifiedDate", d->modified_ms);
    call_put_time(o, "DeviceLastAuthenticatedDate", d->used_ms);
    return o;
}

static const char *verifier_part(const struct call *c, const char *name)
{
    return call_map(c, "DeviceSecretVerifierConfig", name);
}

/* The device that was offered to the sign-in of this access token, with a verifier by pad(). */
void ops_confirm_device(struct call *c)
{
    const char *key = call_text(c, "DeviceKey");
    const char *salt = verifier_part(c, "Salt"), *verifier = verifier_part(c, "PasswordVerifier");
    struct device *d = device_find_offered(c->user, key);
    if (device_find(c->user, key) != NULL)
        call_fail(c, "InvalidParameterException", "Device is already confirmed.");
    else if (d == NULL || strcmp(c->grant->device_key, key) != 0)
        call_fail(c, "ResourceNotFoundException", "Device does not exist.");
    else if (salt == NULL || verifier == NULL)
        call_fail(c, "InvalidParameterException", "Invalid device secret verifier config");
    if (call_failed(c))
        return;
    char *salt_hex = srp_from_base64(salt), *verifier_hex = srp_from_base64(verifier);
    if (salt_hex == NULL || verifier_hex == NULL) {
        call_fail(c, "InvalidParameterException", "Invalid device secret verifier config: %s",
                  salt_hex == NULL ? "Salt" : "PasswordVerifier");
    } else {
        model_replace(&d->name, call_text(c, "DeviceName"));
        model_replace(&d->salt, salt_hex);
        model_replace(&d->verifier, verifier_hex);
        d->is_remembered = c->pool->devices == DEVICES_ALWAYS;
        json_object_object_add(c->out, "UserConfirmationNecessary",
                               json_object_new_boolean(c->pool->devices == DEVICES_OPT_IN));
    }
    free(salt_hex);
    free(verifier_hex);
}

void ops_update_device(struct call *c)
{
    const char *status = call_text(c, "DeviceRememberedStatus");
    struct device *d = asked_device(c);
    if (d == NULL || status == NULL)
        return;
    if (strcmp(status, "remembered") != 0 && strcmp(status, "not_remembered") != 0) {
        call_fail(c, "InvalidParameterException",
                  "1 validation error detected: Value '%s' at 'deviceRememberedStatus' failed to "
                  "satisfy constraint: Member must satisfy enum value set: [not_remembered, "
                  "remembered]",
                  status);
        return;
    }
    d->is_remembered = strcmp(status, "remembered") == 0;
    d->modified_ms = model_now_ms(c->w);
}

void ops_forget_device(struct call *c)
{
    struct device *d = asked_device(c);
    if (d != NULL)
        device_forget(c->user, d);
}

void ops_get_device(struct call *c)
{
    const struct device *d = asked_device(c);
    if (d != NULL)
        json_object_object_add(c->out, "Device", device_json(d));
}

/* The confirmed device with the smallest serial above that; NULL: none. */
static const struct device *next_device(const struct user *u, uint64_t after)
{
    const struct device *best = NULL;
    for (const struct device *d = u->devices; d != NULL; d = d->next) {
        if (d->verifier != NULL && d->serial > after && (best == NULL || d->serial < best->serial))
            best = d;
    }
    return best;
}

void ops_list_devices(struct call *c)
{
    struct page page;
    struct json_object *list = json_object_new_array();
    json_object_object_add(c->out, "Devices", list);
    if (!paging_begin(c, "PaginationToken", c->user->sub, &page))
        return;
    const struct device *d = next_device(c->user, page.after);
    while (d != NULL && (int)json_object_array_length(list) < page.limit) {
        json_object_array_add(list, device_json(d));
        page.after = d->serial;
        d = next_device(c->user, d->serial);
    }
    if (d != NULL)
        paging_put_token(c, "PaginationToken", &page, page.after);
}
