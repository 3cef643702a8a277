#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Gets the JavaScript programs of others that the tests use, exactly as locked, from whatever
# registry this machine's npm is configured for, into DIR/node_modules. No script of theirs runs.
# Gives up within five minutes and says why. usage: get.sh DIR
here=$(cd "$(dirname "$0")" && pwd)
cp "$here/package.json" "$here/package-lock.json" "$1" || exit 1
cd "$1" || exit 1
for limit in 180 90; do
    timeout --kill-after=5 $limit npm ci --loglevel=error --fetch-retries=1 --fetch-timeout=40000 \
        --no-audit --no-fund --no-update-notifier --ignore-scripts --omit=optional \
        --cache "$1/npm-cache" >npm-log 2>&1 && {
        rm -rf npm-cache npm-log
        exit 0
    }
    sleep 5
done
cat >&2 <<END
not ok - npm could not fetch the packages of tests/contract/npm
    $(grep -a '^npm err' npm-log | head -n 6)
    npm of this user ($(id -un), HOME=${HOME-}) asks $(npm config get registry) by the files
    $(npm config get userconfig) and $(npm config get globalconfig)
    What helps: registry=... there, cafile=... where the certificate is a private one; or
    NODE_MODULES=DIR in the environment, a folder node_modules made elsewhere by npm ci from
    package.json and package-lock.json of tests/contract/npm.
END
exit 1
