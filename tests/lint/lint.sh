#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Runs the rules of this folder, one after another; each is a program of its own that prints what
# it found and fails. Ends with `N passed, N failed`. usage: lint.sh TOP BUILD [RULE...]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$1" && pwd) build=$(cd "$2" && pwd)
shift 2
[ $# -gt 0 ] || set -- objects includes banned sizes headers spdx format scripts spelling manual options policy words dist
# git must read a tree of another owner too, or the rules would see no files.
GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*'
export GIT_CONFIG_COUNT GIT_CONFIG_KEY_0 GIT_CONFIG_VALUE_0
passed=0 failed=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for rule; do
    if [ -e "$here/$rule.py" ]; then run="/usr/bin/python3 -B $here/$rule.py"; else run="sh $here/$rule.sh"; fi
    if $run "$top" "$build" >"$log" 2>&1; then
        echo "ok $rule"
        passed=$((passed + 1))
    else
        echo "not ok $rule"
        sed 's/^/    /' "$log" | head -n 40
        failed=$((failed + 1))
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
