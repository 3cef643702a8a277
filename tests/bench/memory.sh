#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The memory that a daemon keeps after a sweep, inside the stage: the second one, when the image of
# before has lain beside the new one, and both have been written.
# usage: memory.sh USERS MUST_KIB
set -euo pipefail

# fact NAME: of cognitoctl status
fact() { cognitoctl status | sed -n "s/^ *$1: *//p"; }

swept() {
    for _ in $(seq 1200); do
        if [ "$(fact syncs)" -ge 1 ]; then return 0; fi
        sleep 0.5
    done
    echo "memory.sh: no sweep came to its end" >&2
    return 1
}

swept
"$STAGE_SERVICES" restart cognitod
swept
sleep 5 # the image is on its way to the disk
users=$(fact users)
[ "$users" -ge "$1" ] || { echo "memory.sh: $users users" >&2 && exit 1; }
awk -v users="$users" -v must="$2" '/^RssAnon:/ {
    printf "figure=daemon_memory users=%d rss_anon_kib=%d must=%d %s\n", users, $2, must,
        $2 <= must ? "ok" : "FAILED" }' "/proc/$("$STAGE_SERVICES" pid cognitod)/status"
