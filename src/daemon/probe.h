/* SPDX-License-Identifier: Apache-2.0
 *
 * A sign-in after each start, of a user who cannot exist: whether logins can work at all is said
 * in words for the administrator before the first person finds out. It goes the way of a login
 * (flow, app client, secret, AWS keys), but after all logins: it waits for its place in this host's
 * share of the quota of sign-ins (quota.h), so that the hosts of a fleet that start at the same
 * moment do not ask at the same moment; ten minutes at most. No login waits for it. What may pass
 * by itself is looked for again, every few minutes. Its result is in the log and in `cognitoctl
 * status`.
 */
#ifndef DAEMON_PROBE_H
#define DAEMON_PROBE_H

#include "cognito/api.h"
#include "daemon/daemon.h"

struct probe;

/* What a reply shows: one row of the table. */
struct probe_finding {
    const char *word; /* errors_rule.word, or a word of the table's own */
    const char *part; /* in the pool's message, any case; NULL: any message */
    /* info: as it should be; warning: logins may work all the same; error: they cannot. */
    enum config_level level;
    bool may_pass;    /* without a change and a restart on this host: checked again until it has,
                         or the status would say for months what was so at the start */
    const char *text; /* which key, what to do */
};

/* Judges a reply without I/O; never NULL. keys_failed: there were no AWS credentials to sign with.
 */
const struct probe_finding *probe_judge(const struct api_result *result, bool keys_failed);

/* Begins from the loop, within the time the fleet needs. ERR_NOMEM. */
int probe_open(struct daemon *d, struct probe **ret_probe) MUST_CHECK;
void probe_close(struct probe **pp);

/* NULL until there is one. */
const struct probe_finding *probe_found(const struct probe *probe);

#endif
