/* SPDX-License-Identifier: Apache-2.0
 *
 * The sanitizers' options for every program of a stage whose modules were built with them. A
 * function in a preloaded library, because sshd and sudo wipe the environment. Leaks are not
 * looked for here: sshd and perl leak by themselves; the unit tests do that.
 */
const char *__asan_default_options(void);

__attribute__((visibility("default"))) const char *__asan_default_options(void)
{
    return "detect_leaks=0:log_path=/run/asan/log:log_exe_name=1:verify_asan_link_order=0:"
           "exitcode=86";
}
