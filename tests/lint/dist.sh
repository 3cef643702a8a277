#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What git has, the release has, and nothing lies about that no makefile knows. usage: dist.sh TOP BUILD
set -eu
top=$1 build=$2
work=$(mktemp -d)
trap 'chmod -R u+w "$work" && rm -rf "$work"' EXIT
git -C "$top" ls-files >/dev/null 2>&1 || exit 0 # a release has no git
make -s -C "$build" distdir distdir="$work/dist" >"$work/log" 2>&1 || { cat "$work/log" && exit 1; }
(cd "$work/dist" && find . -type f) | sed 's|^\./||' | sort >"$work/has"
git -C "$top" ls-files | grep -v -e '^\.ci/' -e '^\.gitignore$' | sort >"$work/wanted"
comm -13 "$work/has" "$work/wanted" >"$work/missing"
if [ -s "$work/missing" ]; then
    echo "not in EXTRA_DIST or any SOURCES, or not to be in git:"
    cat "$work/missing"
    exit 1
fi
