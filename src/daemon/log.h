/* SPDX-License-Identifier: Apache-2.0
 *
 * Log lines: to stderr, where the service manager collects them, each with its <N> priority and
 * through the sanitiser (R-SEC-03). Two forms: a sentence for people, and key=value lines for
 * machines (R-LOG-01). Secrets never come here: no caller formats a request, a body or a header.
 */
#ifndef DAEMON_LOG_H
#define DAEMON_LOG_H

#include "config/config.h"

/* Lines less urgent than level are dropped. Until then: info. */
void log_level(enum config_level level);

void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A key=value line being built: "login user=alice outcome=accepted". What does not fit is left
 * out. */
struct log_line {
    char text[1024];
    size_t len;
};
void log_line_begin(struct log_line *line, const char *event);
/* NULL and "" are written as "-". */
void log_line_add(struct log_line *line, const char *key, const char *value);
void log_line_write(const struct log_line *line, enum config_level level);

#endif
