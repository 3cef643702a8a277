/* SPDX-License-Identifier: Apache-2.0
 *
 * The challenge table (reference section 8).
 */
#include "cognito/challenge.h"

#include "net/json_in.h"

#include <string.h>

static const struct challenge rows[] = {
    { .name = "SOFTWARE_TOKEN_MFA",
      .response = "SOFTWARE_TOKEN_MFA_CODE",
      .factor = FACTOR_SECOND,
      .takes_kept = true,
      .prompt = "Authenticator code: ",
      .menu = "Code from the authenticator",
      .enter = challenge_code_enter,
      .answer = challenge_code_answer,
      .write = challenge_code_write },
    { .name = "SMS_MFA",
      .response = "SMS_MFA_CODE",
      .factor = FACTOR_SECOND,
      .is_delivered = true,
      .prompt = "Code sent by SMS: ",
      .prompt_to = "Code sent by SMS to %s: ",
      .menu = "Code by SMS",
      .enter = challenge_code_enter,
      .answer = challenge_code_answer,
      .write = challenge_code_write },
    { .name = "EMAIL_OTP", /* a second factor, or in USER_AUTH the first */
      .response = "EMAIL_OTP_CODE",
      .factor = FACTOR_SECOND,
      .is_delivered = true,
      .prompt = "Code sent by e-mail: ",
      .prompt_to = "Code sent by e-mail to %s: ",
      .menu = "Code by e-mail",
      .first_menu = "Code by e-mail",
      .enter = challenge_code_enter,
      .answer = challenge_code_answer,
      .write = challenge_code_write },
    { .name = "SMS_OTP",
      .response = "SMS_OTP_CODE",
      .factor = FACTOR_FIRST,
      .asks_first = true,
      .is_delivered = true,
      .prompt = "Code sent by SMS: ",
      .prompt_to = "Code sent by SMS to %s: ",
      .first_menu = "Code by SMS",
      .enter = challenge_code_enter,
      .answer = challenge_code_answer,
      .write = challenge_code_write },
    { .name = "SELECT_MFA_TYPE",
      .response = "ANSWER",
      .enter = challenge_select_enter,
      .answer = challenge_select_answer,
      .write = challenge_select_write },
    { .name = "MFA_SETUP", /* its first code was verified by the pool */
      .factor = FACTOR_SECOND,
      .prompt = "First code from the app: ",
      .enter = challenge_setup_enter,
      .answer = challenge_setup_answer,
      .write = challenge_setup_write,
      .side = challenge_setup_side },
    { .name = "NEW_PASSWORD_REQUIRED",
      .is_password = true,
      .response = "NEW_PASSWORD",
      .enter = challenge_password_enter,
      .answer = challenge_password_answer,
      .write = challenge_password_write,
      .send = auth_respond },
    { .name = "PASSWORD_VERIFIER",
      .is_password = true,
      .factor = FACTOR_FIRST,
      .may_lack_session = true,
      .enter = challenge_srp_enter,
      .write = challenge_srp_write },
    /* Nobody here knows what a Lambda asks: it may stand for a password, never for MFA. */
    { .name = "CUSTOM_CHALLENGE",
      .response = "ANSWER",
      .factor = FACTOR_FIRST,
      .prompt = "Answer: ",
      .enter = challenge_custom_enter,
      .answer = challenge_custom_answer,
      .write = challenge_code_write },
    { .name = "SELECT_CHALLENGE",
      .is_password = true,
      .response = "ANSWER",
      .asks_first = true,
      .enter = challenge_select_first,
      .answer = challenge_select_answer,
      .write = challenge_select_write },
    { .name = "PASSWORD",
      .is_password = true,
      .asks_first = true,
      .first_menu = "Password",
      .enter = challenge_first_enter,
      .answer = challenge_first_answer,
      .write = challenge_first_write },
    { .name = "PASSWORD_SRP",
      .is_password = true,
      .asks_first = true,
      .uses_srp = true,
      .first_menu = "Password",
      .enter = challenge_first_enter,
      .answer = challenge_first_answer,
      .write = challenge_first_write },
    { .name = "DEVICE_SRP_AUTH", .enter = challenge_device_enter, .write = challenge_device_write },
    { .name = "DEVICE_PASSWORD_VERIFIER",
      .factor = FACTOR_DEVICE,
      .enter = challenge_device_prove,
      .write = challenge_srp_write },
    /* Known, but not to be answered at a prompt: the log names it. */
    { .name = "WEB_AUTHN" },
};

const struct challenge *challenge_find(const char *name)
{
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    }
    return NULL;
}

const struct challenge *challenge_table(size_t *ret_count)
{
    *ret_count = COUNT(rows);
    return rows;
}

int challenge_each(const struct json *params, const char *key,
                   void (*add)(struct auth *auth, const char *text), struct auth *auth)
{
    const char *text;
    const struct json *list = NULL;
    struct json *doc = NULL;
    if (params == NULL)
        return ERR_ABSENT;
    int err = json_in_string(params, key, &text);
    if (err == 0) {
        err = json_in_parse(text, strlen(text), JSON_STRICT, &doc);
        list = doc;
    } else if (err == ERR_FORMAT) {
        err = json_in_array(params, key, &list);
    }
    if (err == 0 && json_in_is_object(list))
        err = ERR_FORMAT;
    for (size_t i = 0; err == 0 && i < json_in_count(list); i++) {
        const char *item;
        err = json_in_as_string(json_in_at(list, i), &item) == 0 ? 0 : ERR_FORMAT;
        if (err == 0)
            add(auth, item);
    }
    json_in_free(&doc);
    return err;
}
