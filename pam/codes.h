/* SPDX-License-Identifier: Apache-2.0
 *
 * What an enum err means to PAM, phase by phase: the one place that knows PAM's return codes
 * (R-PAM-01). Decisions are made elsewhere, in terms of enum err.
 */
#ifndef PAM_CODES_H
#define PAM_CODES_H

enum phase { PHASE_AUTH, PHASE_CRED, PHASE_ACCOUNT, PHASE_SESSION, PHASE_PASSWORD, PHASE_COUNT };

/* PAM_SUCCESS for 0 alone. An err or phase that the table does not know is PAM_SYSTEM_ERR. */
int codes_pam(enum phase phase, int err);

#endif
