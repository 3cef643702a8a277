#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# R-NSS-09: what a hit costs, in instructions, which no busy machine makes more. The most a look-up
# may take is a tenth above what it took when its line was written, with gcc 12 -O2 on x86-64; other
# compilers and builds, and machines without valgrind, are passed over.
set -eu
calls=4000
builddir=${top_builddir:-.}
skip() {
    echo "skipped: $1"
    exit 77
}
command -v valgrind >/dev/null || skip 'no valgrind'
[ "$(uname -m)" = x86_64 ] || skip 'not x86-64'
if ! grep -q '^CFLAGS = .*-O2' "$builddir/Makefile" || grep -q '^SAN_CFLAGS = -' "$builddir/Makefile"; then
    skip 'not the build that is installed'
fi
compiler=$(sed -n 's/^CC = //p' "$builddir/Makefile")
# shellcheck disable=SC2086 # the compiler may be words
[ "$($compiler -dumpversion)" = 12 ] || skip 'not gcc 12'

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0

hit() { # KIND ENTRY_POINT MOST
    valgrind --tool=callgrind --callgrind-out-file="$work/out" --collect-atstart=no \
        --toggle-collect="$2" "$builddir/tests/unit/hot_calls" "$1" $calls 2>"$work/log" ||
        { cat "$work/log" && exit 1; }
    each=$(awk -v n=$calls '/Collected :/ { printf "%d", $4 / n }' "$work/log")
    result=ok
    if [ "$each" -lt 100 ] || [ "$each" -gt "$3" ]; then result=FAILED status=1; fi
    echo "hit=$1 instructions=$each must=$3 $result"
}

hit getpwnam _nss_cognito_getpwnam_r 700
hit getpwuid _nss_cognito_getpwuid_r 605
hit getgrnam _nss_cognito_getgrnam_r 840
hit initgroups _nss_cognito_initgroups_dyn 915
exit $status
