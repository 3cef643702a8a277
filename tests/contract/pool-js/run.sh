#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Is the test pool a pool for clients that we did not write? amazon-cognito-identity-js signs in by
# SRP and by a remembered device, the AWS SDK for JavaScript goes through every flow and challenge,
# account operations, the directory and STS. Needs node; and npm and its registry, unless
# NODE_MODULES names a folder with the packages of tests/contract/npm. POOL_BIN: the program
# (default tests/pool/cognito-pool under the present directory).

POOL_BIN=${POOL_BIN:-$PWD/tests/pool/cognito-pool}
here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d) || exit 1
pid=
trap '[ -z "$pid" ] || { kill "$pid" && wait "$pid"; }; rm -rf "$dir"' EXIT
trap 'exit 1' INT TERM
mkdir "$dir/js"
cp "$here"/*.mjs "$dir/js"
if [ -n "${NODE_MODULES:-}" ]; then
    ln -s "$NODE_MODULES" "$dir/js/node_modules"
else
    "$here/../npm/get.sh" "$dir/js" || exit 1
fi

"$POOL_BIN" --dir "$dir" --start "$here/start.json" &
pid=$!
tries=0
until [ -e "$dir/env" ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || { echo "not ok - the pool did not start"; exit 1; }
    sleep 0.1
done
set -a
# shellcheck source=/dev/null
. "$dir/env"
set +a
POOL_START=$here/start.json NODE_EXTRA_CA_CERTS=$POOL_CA node "$dir/js/clients.mjs"
