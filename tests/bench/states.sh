#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The look-up figures of `make bench` that need a daemon, inside the stage.
set -euo pipefail
bench=$STAGE_BUILD/tests/bench/bench_states
module=libnss_cognito.so.2
service="$STAGE_SERVICES"

as_user() { setpriv --reuid locke --regid locke --init-groups "$@"; }

# What sshd asks for at each login by key.
keys=/usr/libexec/cognito-ssh-keys
ssh-keygen -q -t ed25519 -N '' -f /root/key
PYTHONPATH=$STAGE_SOURCE/tests/e2e python3 - <<'GIVE'
import os
import awscall
with open("/root/key.pub", encoding="ascii") as f:
    key = " ".join(f.read().split()[:2])
awscall.call("AdminUpdateUserAttributes", {
    "UserPoolId": os.environ["POOL_ID"], "Username": "dave",
    "UserAttributes": [{"Name": "custom:ssh_keys", "Value": key}]})
GIVE
"$service" restart cognitod
until as_user $keys dave | grep -q ssh-ed25519; do sleep 0.2; done
as_user "$bench" program ssh_keys $keys dave

as_user "$bench" new-misses $module
"$service" freeze cognitod
as_user "$bench" frozen-miss $module
"$service" thaw cognitod
"$bench" hits alice $module frozen "'$service' freeze cognitod" \
    pool-gone "'$service' thaw cognitod && '$service' stop pool" \
    dead "'$service' kill cognitod" stopped "'$service' stop cognitod"
