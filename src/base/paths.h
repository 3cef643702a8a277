/* SPDX-License-Identifier: Apache-2.0
 *
 * Every absolute path the project opens. They are compiled in: no environment variable and no
 * option moves them, because the code runs inside sudo and sshd. paths.c is compiled once into
 * each program and module, and the tests compile it again with another PATH_ROOT; it is therefore
 * in none of the libraries.
 */
#ifndef BASE_PATHS_H
#define BASE_PATHS_H

extern const char path_passwd[];     /* /etc/passwd */
extern const char path_group[];      /* /etc/group */
extern const char path_subuid[];     /* /etc/subuid */
extern const char path_subgid[];     /* /etc/subgid */
extern const char path_shells[];     /* /etc/shells */
extern const char path_machine_id[]; /* /etc/machine-id */
extern const char path_config[];     /* /etc/cognito/cognitod.conf */
extern const char path_config_dir[]; /* /etc/cognito/cognitod.conf.d */
extern const char path_run_dir[];    /* /run/cognitod, root's: the sockets */
extern const char path_pam_socket[]; /* /run/cognitod/pam.sock */
extern const char path_ctl_socket[]; /* /run/cognitod/ctl.sock */
extern const char path_snap_dir[];   /* /run/cognitod/snap, the daemon's */
extern const char path_nss_socket[]; /* /run/cognitod/snap/nss.sock */
extern const char path_state_dir[];  /* /var/lib/cognitod, the daemon's, 0700 */

#endif
