#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Everything a change must pass, on a plain Debian 12 as root: installs what is missing, builds a
# copy of this tree with gcc and with clang (warnings are errors) and with the sanitizers, runs the
# unit tests as a user without rights, the test pool's contract, lint, and real logins in
# throw-away roots. Three lanes run side by side, the last with what the others leave of the
# processor: fuzzing, torture, faults. Nothing is started on the machine itself. A part that could
# not be tried has failed. Ends with one line, `N passed, N failed`.
#
# usage: check.sh [PART...]    parts as in its output, with what they need; without one, all
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")"
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
unset MAKEFLAGS MAKELEVEL CC CFLAGS CPPFLAGS LDFLAGS
[ "$(id -u)" = 0 ] || { echo 'check.sh must run as root' >&2 && exit 2; }

packages=(build-essential autoconf automake libtool pkg-config git ca-certificates curl openssl
    libcurl4-openssl-dev libssl-dev libjson-c-dev libevent-dev libqrencode-dev libsqlite3-dev libcrypt-dev
    libsystemd-dev libpam0g-dev libinih-dev check libmicrohttpd-dev clang clang-format libclang-rt-14-dev
    shellcheck codespell mandoc awscli nftables python3 python3-pexpect systemd valgrind xz-utils)
# Who has node and npm from elsewhere keeps them: Debian's would not install beside them.
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then packages+=(nodejs npm); fi
nobody=65534

work=$(mktemp -d "${TMPDIR:-/tmp}/check.XXXXXX")
chmod 755 "$work"
lanes=()
leave() {
    local pid
    for pid in "${lanes[@]}" $(cat "$work"/pid/* 2>/dev/null); do kill "$pid" 2>/dev/null || :; done
    rm -rf "$work"
}
trap leave EXIT
trap 'exit 130' INT TERM
mkdir "$work/log" "$work/count" "$work/pid"

# used_s: seconds of the processor that this shell's children have had. Not for a subshell, which has
# children of its own.
count_used() {
    local file=$work/times.$BASHPID
    times >"$file"
    used_s=$(awk 'NR == 2 { split($1 "m" $2, t, /[ms]+/); print int(60 * (t[1] + t[3]) + t[2] + t[4]) }' "$file")
}

# part NAME LIMIT_S COMMAND...: runs it, prints one line (seconds, of them those of the processor),
# keeps its totals; a failure shows its end
part() {
    local name=$1 limit=$2 begin=$SECONDS status=0 passed failed used
    count_used
    used=$used_s
    shift 2
    timeout --kill-after=10 "$limit" bash -euo pipefail -c "$(declare -f; declare -p packages); $*" \
        >"$work/log/$name" 2>&1 </dev/null &
    echo $! >"$work/pid/$name"
    wait $! || status=$?
    rm "$work/pid/$name"
    count_used
    used=$((used_s - used))
    read -r passed failed < <(count "$name")
    # A part that broke off fails even when all it could count was good.
    if [ "$status" != 0 ] && [ "$failed" = 0 ]; then failed=1; fi
    if [ "$status" = 0 ] && [ $((passed + failed)) = 0 ]; then passed=1; fi
    echo "$passed $failed" >"$work/count/$name"
    if [ "$failed" = 0 ]; then
        printf 'ok     %-14s %5d passed  %4d s, cpu %4d s\n' "$name" "$passed" $((SECONDS - begin)) "$used"
    else
        {
            printf 'FAILED %-14s %5d passed, %d failed  %4d s, cpu %d s (status %d)\n' "$name" "$passed" \
                "$failed" $((SECONDS - begin)) "$used" "$status"
            why "$work/log/$name"
        }
    fi
}

# What a log says of its failures, each with the indented lines that explain it; and its end.
why() { # LOG
    awk '
        /^not ok|[.]c:[0-9]+:[FE]:|^FAIL:|error:|ERROR:|runtime error|^make.*Error/ { left = 30; found++ }
        !/^ / && left < 30 { left = 0 }
        left > 0 && found <= 15 { print "    " substr($0, 1, 300); left-- }' "$1"
    # What breaks a fuzz target, whole: the file itself goes with this folder.
    sed -n '/^base64 -d <<END/,/^END$/p' "$1"
    tail -n 5 "$1" | cut -c 1-180 | sed 's/^/    | /'
}

not_run() { # NAME WHY
    printf 'FAILED %-14s not run: %s\n' "$1" "$2"
    echo 0 1 >"$work/count/$1"
}

# Sums what the part's log says: libcheck's totals (in the logs of `make check`), and the closing
# `N passed, N failed` of scenarios, contract, lint and judge.
count() {
    local logs=("$work/log/$1")
    case $1 in unit-*) mapfile -t logs < <(find "$work/build-${1#unit-}/tests" -name '*.log' 2>/dev/null) ;; esac
    [ "${#logs[@]}" -gt 0 ] || { echo 0 0 && return; }
    cat "${logs[@]}" | awk '
        /^[0-9]+%: Checks: [0-9]+, Failures: [0-9]+, Errors: [0-9]+/ {
            gsub(/[,:%]/, " ")
            for (i = 1; i < NF; i++) v[$i] = $(i + 1)
            p += v["Checks"] - v["Failures"] - v["Errors"]; f += v["Failures"] + v["Errors"]
        }
        /^[0-9]+ passed, [0-9]+ failed$/ { p += $1; f += $3 }
        END { print p + 0, f + 0 }'
}

# --- what is needed

missing() {
    local p
    for p in "${packages[@]}"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null)" = installed ] || echo "$p"
    done
}

install_packages() {
    local need pause
    mapfile -t need < <(missing)
    [ "${#need[@]}" -gt 0 ] || return 0
    # Nothing that is installed may start on this machine.
    [ -e /usr/sbin/policy-rc.d ] || {
        printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
        chmod 755 /usr/sbin/policy-rc.d
        trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    }
    for pause in 2 10 30 0; do
        if apt-get -qq -o DPkg::Lock::Timeout=120 update &&
            apt-get -qq -y -o DPkg::Lock::Timeout=120 --no-install-recommends install "${need[@]}"; then
            return 0
        fi
        sleep "$pause"
    done
    return 1
}

copy_tree() {
    mkdir "$work/src"
    if git rev-parse --git-dir >/dev/null 2>&1; then
        # What is tracked or new, as it lies here; not what is ignored.
        git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' f; do
            if [ -e "$f" ]; then printf '%s\0' "$f"; fi
        done | tar -c --null -T - | tar -x -C "$work/src"
        cp -a "$(git rev-parse --absolute-git-dir)" "$work/src/.git"
    else
        tar -c --exclude='./build*' . | tar -x -C "$work/src"
    fi
    chown -R 0:0 "$work/src"
    cd "$work/src"
    autoreconf -fi
}

configure_in() { # NAME CONFIGURE_ARGUMENT...
    mkdir -p "$work/build-$1"
    cd "$work/build-$1"
    shift
    "$work/src/configure" --quiet --enable-werror --prefix=/usr --sysconfdir=/etc --localstatedir=/var \
        "--libdir=/usr/lib/$(gcc -print-multiarch)" "$@"
}

# With its tests, so that nothing is built beside what runs there. The tests are optimised less than
# what is installed: that halves the time; but not what stands in them for the installed modules.
build() { # NAME CONFIGURE_ARGUMENT...
    configure_in "$@"
    make -j2
    make -j2 tests/unit/hot_calls tests/unit/nss_module.la tests/contract/pam_under_test.la \
        tests/dialogue/pam_under_test.la
    make -j2 check TESTS= CFLAGS='-g -O1'
}

# As a user without rights, who owns nothing but the build folder. The tests mostly wait.
unit() { # NAME
    chown -R $nobody:$nobody "$work/build-$1"
    cd "$work/build-$1"
    local status=0
    setpriv --reuid=$nobody --regid=$nobody --clear-groups --inh-caps=-all --no-new-privs \
        env HOME=/nonexistent make -k -j6 check || status=$?
    chown -R 0:0 "$work/build-$1"
    if [ $status != 0 ]; then find tests -name '*.log' -exec grep -aE '[.]c:[0-9]+:[FE]:|ERROR:|runtime error' {} + || :; fi
    return $status
}

contract() {
    cd "$work/build-gcc"
    for script in "$work"/src/tests/contract/*.sh "$work/src/tests/contract/pool-rules.py"; do
        setpriv --reuid=$nobody --regid=$nobody --clear-groups "$script"
    done
}

# Programs of others against ours. Got by root, for whom npm is configured, unless NODE_MODULES names
# a folder that has them; nothing of them is run but as a user without rights or inside a throw-away root.
clients() {
    if [ -z "${NODE_MODULES-}" ]; then
        mkdir "$work/npm"
        "$work/src/tests/contract/npm/get.sh" "$work/npm"
        export NODE_MODULES=$work/npm/node_modules
    fi
    cd "$work/build-gcc"
    setpriv --reuid=$nobody --regid=$nobody --clear-groups "$work/src/tests/contract/pool-js/run.sh"
    "$work/src/tests/contract/cognito-local/run.sh" --build "$work/build-gcc"
}

judge() {
    cd "$work/build-gcc"
    tests/judge "$work/src/tests/vectors"
}

layer() {
    "$work/src/tests/e2e/stage-layer" >/dev/null
}

e2e() {
    "$work/src/tests/e2e/run" --build "$work/build-gcc" --jobs 5
}

# Real logins again, with the sanitizers in every program. Not those scenarios that measure, nor
# that with static programs and little memory.
e2e_asan() {
    local scenarios=()
    mapfile -t scenarios < <(find "$work/src/tests/e2e/scenarios" -name '*.py' \
        ! -name bystanders.py ! -name flow_crowd.py ! -name footprint.py ! -name refused_alike.py ! -name processes.py | sort)
    "$work/src/tests/e2e/run" --build "$work/build-asan" --jobs 5 "${scenarios[@]}"
}

demo() {
    "$work/src/demo.sh" --build "$work/build-gcc" --scripted
}

# What is for real user pools, with the test pool in the place of one.
live() {
    "$work/src/tests/live/proof" --build "$work/build-gcc"
}

# Publishing, committing and the boot copy: killed at every system call, every call failing, disks
# that are too small, 500 kills at random: all of `make fault`.
fault() {
    cd "$work/build-clang"
    make -s fault
}

# 32 processes and 32 threads while 10,000 revisions are published, then the same with
# ThreadSanitizer: all of `make torture torture-tsan`.
torture() {
    cd "$work/build-clang"
    make -s "$1"
}

# The snapshot's reader, the way from a page to a record and the loader of state a minute each, the
# other targets some seconds, each on its kept corpus.
fuzz() {
    cd "$work/build-clang"
    make -s -k -O -j3 fuzz FUZZ_SECONDS="${FUZZ_S:-60}" FUZZ_OTHER_SECONDS=10
}

lint() {
    "$work/src/tests/lint/lint.sh" "$work/src" "$work/build-gcc"
}

# --- what runs when

# LANE PART NEEDS LIMIT_S COMMAND. A lane runs its parts one after the other; a part waits until those
# that it needs are over, and is not run when one of them failed. The limits are for what hangs: on a
# busy machine a part takes several times as long.
plan=(
    'one   build-gcc    tree                   900 build gcc'
    'one   unit-gcc     build-gcc              600 unit gcc'
    'one   e2e          build-gcc,stage-layer  900 e2e'
    'one   demo         build-gcc,stage-layer  240 demo'
    'one   live         build-gcc,stage-layer  240 live'
    'one   clients      build-gcc,stage-layer  450 clients'
    'one   contract     build-gcc              600 contract'
    'two   build-asan   tree                   900 build asan --enable-sanitizers CFLAGS="-g -O1"'
    'two   unit-asan    build-asan             900 unit asan'
    'two   e2e-asan     build-asan,stage-layer 900 e2e_asan'
    'three stage-layer  tree                   600 layer'
    'three build-clang  tree                   900 build clang CC=clang CFLAGS="-g -O1"'
    'three fuzz         build-clang            600 fuzz'
    'three fault        build-clang            600 fault'
    'three torture      build-clang            300 torture torture'
    'three torture-tsan build-clang            400 torture torture-tsan'
    'three judge        build-gcc              60  judge'
    'three lint         build-gcc              300 lint'
)

# All parts of the plan, or these and what they need.
choose() { # [PART...]
    local row part needs word known='' before=
    for row in "${plan[@]}"; do
        read -r _ part _ <<<"$row"
        known+=" $part"
    done
    wanted=" ${*:-packages tree$known} "
    for part; do
        [[ " packages tree$known " == *" $part "* ]] ||
            { echo "check.sh: no part $part, but: packages tree$known" >&2 && exit 2; }
    done
    until [ "$wanted" = "$before" ]; do
        before=$wanted
        for row in "${plan[@]}"; do
            read -r _ part needs _ <<<"$row"
            if is_wanted "$part"; then
                for word in ${needs//,/ }; do is_wanted "$word" || wanted+="$word "; done
            fi
        done
    done
}

is_wanted() { # PART
    [[ $wanted == *" $1 "* ]]
}

# Waits until these are over; says which of them failed.
failed_of() { # NEEDS
    local need
    for need in ${1//,/ }; do
        until [ -e "$work/count/$need" ]; do sleep 0.5; done
        grep -q ' 0$' "$work/count/$need" || echo "$need"
    done
}

lane() { # NAME
    local row lane name needs limit command broken
    set +e # the other lanes wait for each part's end
    for row in "${plan[@]}"; do
        read -r lane name needs limit command <<<"$row"
        if [ "$lane" != "$1" ] || ! is_wanted "$name"; then continue; fi
        broken=$(failed_of "$needs")
        if [ -n "$broken" ]; then not_run "$name" "${broken//$'\n'/ } failed"; else part "$name" "$limit" "$command"; fi
    done
}

total() {
    local name
    for name in $wanted; do
        [ -e "$work/count/$name" ] || not_run "$name" 'it was not reached'
    done
    awk '{ p += $1; f += $2 } END { print p + 0 " passed, " f + 0 " failed"; exit f > 0 || p == 0 }' "$work"/count/*
}

choose "$@"
export work nobody
echo "# packages"
part packages 900 install_packages
part tree 120 copy_tree
echo "# lanes"
for name in one two three; do
    lane $name &
    lanes+=($!)
done
# What computes and never waits goes behind.
renice -n 5 -p "${lanes[2]}" >/dev/null
wait "${lanes[@]}" || :
lanes=()
total
