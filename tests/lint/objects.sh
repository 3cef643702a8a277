#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# R-NSS-01: what the two shared objects export and what they need. usage: objects.sh TOP BUILD
set -eu
build=$2
status=0

check() { # FILE EXPORT_PATTERN NEEDED_PATTERN
    found=$(find "$build" -path '*/.libs/*' -name "$1" ! -path '*/stage-tree/*' | head -n 1)
    if [ -z "$found" ]; then
        echo "$1: not built"
        status=1
        return
    fi
    if nm -D --defined-only "$found" | awk '{ print $3 }' | grep -vE "$2"; then
        echo "$1: exports more than its entry points"
        status=1
    fi
    if ! nm -D --defined-only "$found" | awk '{ print $3 }' | grep -qE "$2"; then
        echo "$1: exports nothing"
        status=1
    fi
    if readelf -d "$found" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | grep -vE "$3"; then
        echo "$1: needs more libraries than it may"
        status=1
    fi
}

# The sanitizers' runtimes are no part of a build that is installed.
case $(grep -c 'fsanitize' "$build/Makefile") in
0) more='' ;;
*) grep -q '^SAN_CFLAGS = -' "$build/Makefile" && more='|lib[a-z]*san\.so\..*|libm\.so\.6' || more='' ;;
esac
libc='libc\.so\.6|ld-linux[-a-z0-9_]*\.so\.[0-9]'
check libnss_cognito.so.2 '^_nss_cognito_[a-z_]+(@@.*)?$|^[A-Z0-9_]+$' "^($libc$more)\$"
check pam_cognito.so '^pam_sm_[a-z_]+(@@.*)?$' "^($libc|libpam\.so\.0$more)\$"
exit $status
