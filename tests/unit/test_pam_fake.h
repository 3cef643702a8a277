/* SPDX-License-Identifier: Apache-2.0
 *
 * As much of libpam as the module calls, in the test's own hands: items, a scripted conversation
 * and the log. The real libpam is in tests/contract.
 */
#ifndef UNIT_TEST_PAM_FAKE_H
#define UNIT_TEST_PAM_FAKE_H

#include <security/pam_modules.h>
#include <stdbool.h>
#include <stddef.h>

struct pam_handle {
    const char *user, *service;
    const struct pam_conv *conv;
    char authtok[2048];
    bool has_authtok;
    unsigned delay_us;
    char log[8192];
};

/* A conversation that gives answers in turn and keeps what it was shown. */
struct fake_person {
    const char *answers[8]; /* NULL: no text */
    size_t next;
    int code; /* what the function returns */
    bool gives_no_response;
    char shown[8192]; /* style number, ' ', text, '\n', for each message */
    struct pam_conv conv;
};

void fake_person_init(struct fake_person *p, pam_handle_t *handle);

#endif
