#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Each header compiles alone. usage: headers.sh TOP BUILD
set -eu
cd "$1"
flags=$(pkg-config --cflags libcurl libcrypto json-c libevent_core libsystemd check libmicrohttpd 2>/dev/null || :)
status=0
for header in $({ git ls-files -- 'src/*.h' 'pam/*.h' 'nss/*.h' 'tests/*.h' 2>/dev/null || :; } | grep . ||
    find src pam nss tests -name '*.h'); do
    [ -f "$header" ] || continue
    # shellcheck disable=SC2086 # flags are words
    ${CC:-cc} -std=gnu11 -D_GNU_SOURCE -Wall -Werror -Isrc -I. -Ipam -Inss -Itests -Itests/unit -Itests/pool \
        $flags -fsyntax-only -x c "$header" 2>/tmp/lint-header.$$ || {
        head -n 5 /tmp/lint-header.$$
        status=1
    }
done
rm -f /tmp/lint-header.$$
exit $status
