#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Is the test pool a pool for clients that we did not write? amazon-cognito-identity-js signs in by
# SRP and by a remembered device, the AWS SDK for JavaScript goes through flows, challenges and STS.
# Needs node and npm, and the network for the packages. POOL_BIN: the program (default
# tests/pool/cognito-pool under the present directory); NODE_MODULES: a folder with the packages,
# instead of getting them.

POOL_BIN=${POOL_BIN:-$PWD/tests/pool/cognito-pool}
here=$(cd "$(dirname "$0")" && pwd)
for tool in node npm; do
    command -v $tool >/dev/null || { echo "$tool is missing"; exit 77; }
done

dir=$(mktemp -d) || exit 1
pid=
trap '[ -z "$pid" ] || { kill "$pid" && wait "$pid"; }; rm -rf "$dir"' EXIT
trap 'exit 1' INT TERM
mkdir "$dir/js"
cp "$here"/*.mjs "$dir/js"
if [ -n "${NODE_MODULES:-}" ]; then
    ln -s "$NODE_MODULES" "$dir/js/node_modules"
else
    echo '{"private":true}' >"$dir/js/package.json"
    (cd "$dir/js" && HOME=$dir npm install --silent --no-audit --no-fund --no-package-lock --ignore-scripts \
        amazon-cognito-identity-js@6.3.16 @aws-sdk/client-cognito-identity-provider@3.726.1 \
        @aws-sdk/client-sts@3.726.1) || { echo "the packages cannot be had"; exit 77; }
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
NODE_EXTRA_CA_CERTS=$POOL_CA node "$dir/js/clients.mjs"
