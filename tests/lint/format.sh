#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The layout is clang-format's (make format). usage: format.sh TOP
set -eu
cd "$1"
git ls-files -- '*.c' '*.h' | while read -r f; do [ ! -f "$f" ] || echo "$f"; done |
    xargs -r clang-format --dry-run -Werror 2>&1 | grep 'error:' | cut -d : -f 1 | sort | uniq -c |
    sed 's/$/: places that make format would change/' | grep . && exit 1
exit 0
