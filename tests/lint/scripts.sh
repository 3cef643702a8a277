#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Shell scripts pass shellcheck, python scripts compile. usage: scripts.sh TOP
set -eu
cd "$1"
status=0
git ls-files | while read -r f; do
    [ -f "$f" ] || continue
    case $(head -c 40 "$f" | head -n 1 | tr -d '\0') in
    '#!/bin/sh'* | '#!/bin/bash'*) echo "$f" ;;
    esac
done | xargs -r shellcheck -x || status=1
git ls-files -- '*.py' tests/e2e/services | while read -r f; do [ ! -f "$f" ] || echo "$f"; done |
    xargs -r /usr/bin/python3 -c '
import ast, sys
for path in sys.argv[1:]:
    ast.parse(open(path, encoding="utf-8").read(), path)' || status=1
exit $status
