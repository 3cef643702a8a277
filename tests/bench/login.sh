#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The login figures of `make bench`, inside the stage: password only (one request) and password with
# an authenticator's code (two requests). added_us is wall time less the pool's own answering time and libpam's.
set -euo pipefail

poolctl=$STAGE_SOURCE/tests/pool/poolctl
logins=${LOGINS:-200}
pid=$("$STAGE_SERVICES" pid cognitod)

# stat NAME: a number of the pool's
stat() { "$poolctl" stats | sed -n "s/^$1=//p"; }

# figures USER PASSWORD [CODE_PROGRAM...]
figures() {
    local user=$1 password=$2 line requests handshakes spent_us
    shift 2
    # The first login is the warm one: connection, keys of the pool, groups.
    "$STAGE_BUILD/tests/bench/bench_login" "$user" "$password" 2 "$pid" "$@" >/dev/null
    "$poolctl" reset
    line=$("$STAGE_BUILD/tests/bench/bench_login" "$user" "$password" "$logins" "$pid" "$@")
    requests=$(stat requests) handshakes=$(stat handshakes) spent_us=$(stat answer_us)
    awk -v line="$line" -v n="$logins" -v r="$requests" -v h="$handshakes" -v s="$spent_us" 'BEGIN {
        split(line, f, " ")
        for (i in f) { split(f[i], kv, "="); v[kv[1]] = kv[2] }
        printf "bench=login %s pool_us=%.0f added_us=%.0f requests_per_login=%.2f tls_handshakes_per_login=%.2f\n",
            line, s / n, v["wall_us"] - s / n - v["libpam_us"], r / n, h / n }'
}

# password_of USER: from the pool's start file
password_of() {
    python3 -c 'import json, sys
for pool in json.load(open(sys.argv[1]))["pools"]:
    for user in pool.get("users", []):
        if user.get("username") == sys.argv[2]:
            print(user["password"])' "$STAGE_POOL_FILE" "$1"
}

figures dave "$(password_of dave)"
figures alice "$(password_of alice)" "$STAGE_SOURCE/tests/bench/next-code" "$poolctl" alice
awk '/^RssAnon:/ { print "bench=daemon rss_anon_kib=" $2 }' "/proc/$pid/status"

# Open dialogues: at most 32 MiB for 2,000 of them, whatever prompt they wait at. Each in a daemon
# that has not grown yet.
dialogues() { # USER [PASSWORD]
    "$STAGE_SERVICES" restart cognitod
    "$STAGE_BUILD/tests/bench/bench_dialogues" 2000 "$("$STAGE_SERVICES" pid cognitod)" 32768 "$@"
}
status=0
dialogues dave || status=1
dialogues alice "$(password_of alice)" || status=1
exit $status
