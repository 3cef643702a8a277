#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Every source and script says its licence in one of its first three lines.
# usage: spdx.sh TOP
set -eu
cd "$1"
status=0
for f in $(git ls-files -- '*.c' '*.h' '*.sh' '*.py' '*.am' '*.ac' '*.map' 'tests/e2e/stage*' \
    'tests/e2e/services' 'tests/e2e/run' '.ci/run' 2>/dev/null | grep -v '^tests/vectors/'); do
    [ -s "$f" ] || continue
    head -n 3 "$f" | grep -q 'SPDX-License-Identifier: Apache-2.0' || {
        echo "$f: no SPDX line"
        status=1
    }
done
exit $status
