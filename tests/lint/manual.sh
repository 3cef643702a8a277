#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Manual pages are good mdoc. usage: manual.sh TOP
set -eu
cd "$1"
pages=$(find doc -name '*.[1-8]' 2>/dev/null)
[ -n "$pages" ] || exit 0
# shellcheck disable=SC2086 # names without blanks
mandoc -T lint -W warning $pages
