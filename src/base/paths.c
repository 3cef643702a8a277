/* SPDX-License-Identifier: Apache-2.0 */
#include "base/paths.h"

#ifndef PATH_ROOT
#define PATH_ROOT ""
#endif

const char path_passwd[] = PATH_ROOT "/etc/passwd";
const char path_group[] = PATH_ROOT "/etc/group";
const char path_subuid[] = PATH_ROOT "/etc/subuid";
const char path_subgid[] = PATH_ROOT "/etc/subgid";
const char path_shells[] = PATH_ROOT "/etc/shells";
const char path_machine_id[] = PATH_ROOT "/etc/machine-id";
const char path_config[] = PATH_ROOT "/etc/cognito/cognitod.conf";
const char path_config_dir[] = PATH_ROOT "/etc/cognito/cognitod.conf.d";
const char path_run_dir[] = PATH_ROOT "/run/cognitod";
const char path_pam_socket[] = PATH_ROOT "/run/cognitod/pam.sock";
const char path_ctl_socket[] = PATH_ROOT "/run/cognitod/ctl.sock";
const char path_snap_dir[] = PATH_ROOT "/run/cognitod/snap";
const char path_nss_socket[] = PATH_ROOT "/run/cognitod/snap/nss.sock";
const char path_state_dir[] = PATH_ROOT "/var/lib/cognitod";
