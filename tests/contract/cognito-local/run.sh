#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Does the product sign people in at a server that we did not write? In the stage, cognitod is
# pointed at npm's cognito-local, and sshd and sudo let its users in by password and authenticator
# code. As root. usage: run.sh --build DIR. NODE_MODULES: a folder with the packages of
# tests/contract/npm; without it they are got through npm.
here=$(cd "$(dirname "$0")" && pwd)
e2e=$here/../../e2e
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' INT TERM
if [ -z "${NODE_MODULES:-}" ]; then
    "$here/../npm/get.sh" "$dir" || exit 1
    NODE_MODULES=$dir/node_modules
fi
TERM=dumb timeout --kill-after=5 200 "$e2e/stage" "$@" --bind "$NODE_MODULES:/run/node_modules" -- \
    env PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$e2e" /usr/bin/python3 "$here/sign_in.py"
