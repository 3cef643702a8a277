/* SPDX-License-Identifier: Apache-2.0
 *
 * What the daemon says: standard error into a file of the scratch root, and how often something
 * stands in it.
 */
#ifndef UNIT_LOG_FIXTURE_H
#define UNIT_LOG_FIXTURE_H

/* After fixture_open(): an empty file, and the log as of CONFIG_LOG_INFO. */
void log_to_file(void);
/* How often these words stand side by side in it. */
unsigned logged(const char *words);

#endif
