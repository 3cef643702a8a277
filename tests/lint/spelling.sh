#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Spelling of everything but test data and the licence. usage: spelling.sh TOP
set -eu
cd "$1"
git ls-files | grep -vE '^(LICENSE$|tests/vectors/|tests/fuzz/corpus/)' |
    while read -r f; do [ ! -f "$f" ] || echo "$f"; done |
    xargs -r codespell --quiet-level 3 --ignore-words-list nd,te,ons,fo
