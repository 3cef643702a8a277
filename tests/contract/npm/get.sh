#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Gets the JavaScript programs of others that the tests use, exactly as locked, from whatever
# registry this machine's npm is configured for, into DIR/node_modules. No script of theirs runs.
# usage: get.sh DIR
here=$(cd "$(dirname "$0")" && pwd)
cp "$here/package.json" "$here/package-lock.json" "$1" || exit 1
cd "$1" || exit 1
for pause in 3 10 0; do
    npm ci --silent --no-audit --no-fund --ignore-scripts --omit=optional --cache "$1/npm-cache" && {
        rm -rf "$1/npm-cache"
        exit 0
    }
    sleep "$pause"
done
echo "not ok - the packages cannot be had" >&2
exit 1
