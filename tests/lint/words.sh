#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What does not belong in the repository: unfinished marks, paths of somebody's machine, keys that
# look real, people's addresses. usage: words.sh TOP
set -eu
cd "$1"
status=0
forbid() { # WHAT PATTERN [BUT]: lines with PATTERN, except those with BUT
    found=$(git grep -nIE -e "$2" -- . ':!LICENSE' ':!tests/vectors' ':!tests/fuzz/corpus' |
        grep -vE "${3:-^$}" | cut -c 1-150) || :
    [ -n "$found" ] || return 0
    printf '%s\n^ %s\n' "$found" "$1"
    status=1
}
forbid 'unfinished' '\b(TO''DO|FIX''ME|XX''X|HA''CK)\b'
forbid 'a path of one machine' '(^|[^A-Za-z0-9_./$}-])(\.\./shared|/(w''ork|farm)/)|/home/(user|ubuntu|admin)/'
forbid 'an access key that may be real' '\bA(KI|SI)A[A-Z2-7]{16}\b' 'EXAMPLE'
forbid 'an address that is not example.*' '[A-Za-z0-9._-]+@[A-Za-z0-9-]+\.(com|net|org|de|io)\b' \
    '@(([a-z0-9-]+\.)?[Ee](xample|XAMPLE)\.(com|net|org)|[a-z.]*openssh\.com|([a-z.]*\.)?freedesktop\.org)'
exit $status
