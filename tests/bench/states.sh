#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The look-up figures of `make bench` that need a daemon, inside the stage.
set -euo pipefail
bench=$STAGE_BUILD/tests/bench/bench_states
module=libnss_cognito.so.2
service="$STAGE_SERVICES"

as_user() { setpriv --reuid locke --regid locke --init-groups "$@"; }

as_user "$bench" new-misses $module
"$service" freeze cognitod
as_user "$bench" frozen-miss $module
"$service" thaw cognitod
"$bench" hits alice $module frozen "'$service' freeze cognitod" \
    pool-gone "'$service' thaw cognitod && '$service' stop pool" \
    dead "'$service' kill cognitod" stopped "'$service' stop cognitod"
