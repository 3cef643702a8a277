#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Everything a change must pass, on a plain Debian 12 as root: installs what is missing, builds a
# copy of this tree with gcc and with clang (warnings are errors) and with the sanitizers, runs the
# unit tests as a user without rights, the test pool's contract, lint, and real logins in
# throw-away roots. Two lanes run side by side. Nothing is started on the machine itself. Ends with
# one line, `N passed, N failed`.
#
# usage: check.sh [PART...]    parts as in its output; without one, all
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

# part NAME LIMIT_S COMMAND...: runs it, prints one line, keeps its totals; a failure shows its end
part() {
    local name=$1 limit=$2 begin=$SECONDS status=0 passed failed
    shift 2
    if [ -n "$wanted" ] && [[ " packages tree $wanted " != *" $name "* ]]; then return 0; fi
    timeout --kill-after=10 "$limit" bash -euo pipefail -c "$(declare -f; declare -p packages); $*" \
        >"$work/log/$name" 2>&1 </dev/null &
    echo $! >"$work/pid/$name"
    wait $! || status=$?
    rm "$work/pid/$name"
    read -r passed failed < <(count "$name")
    # A part that broke off fails even when all it could count was good.
    if [ "$status" != 0 ] && [ "$failed" = 0 ]; then failed=1; fi
    if [ "$status" = 0 ] && [ $((passed + failed)) = 0 ]; then passed=1; fi
    echo "$passed $failed" >"$work/count/$name"
    if [ "$failed" = 0 ]; then
        printf 'ok     %-14s %5d passed  %4d s\n' "$name" "$passed" $((SECONDS - begin))
    else
        {
            printf 'FAILED %-14s %5d passed, %d failed  %4d s (status %d)\n' "$name" "$passed" "$failed" \
                $((SECONDS - begin)) "$status"
            grep -aE '^not ok|[.]c:[0-9]+:[FE]:|^FAIL:|error:|^make.*Error' "$work/log/$name" |
                cut -c 1-180 | head -n 15 | sed 's/^/    /' || :
            tail -n 15 "$work/log/$name" | cut -c 1-180 | sed 's/^/    | /'
        }
    fi
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

build() {
    configure_in "$@"
    make -j2
}

unit() { # NAME: as a user without rights, who owns nothing but the build folder
    chown -R $nobody:$nobody "$work/build-$1"
    cd "$work/build-$1"
    local status=0
    setpriv --reuid=$nobody --regid=$nobody --clear-groups --inh-caps=-all --no-new-privs \
        env HOME=/nonexistent make -k -j2 check || status=$?
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

# Programs of others against ours. Got by root, for whom npm is configured; nothing of them is run
# but as a user without rights or inside a throw-away root.
clients() {
    mkdir -p "$work/npm"
    "$work/src/tests/contract/npm/get.sh" "$work/npm"
    cd "$work/build-gcc"
    NODE_MODULES=$work/npm/node_modules setpriv --reuid=$nobody --regid=$nobody --clear-groups \
        "$work/src/tests/contract/pool-js/run.sh"
    NODE_MODULES=$work/npm/node_modules "$work/src/tests/contract/cognito-local/run.sh" \
        --build "$work/build-gcc"
}

judge() {
    cd "$work/build-gcc"
    [ -x tests/judge ] || make -s check TESTS=
    tests/judge "$work/src/tests/vectors"
}

layer() {
    "$work/src/tests/e2e/stage-layer" >/dev/null
    "$work/src/tests/e2e/stage-install" "$work/build-gcc" >/dev/null
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
# that are too small. The full count of random kills is `make fault`.
fault() {
    cd "$work/build-gcc"
    make -s fault FAULT_KILLS=30
}

torture() {
    cd "$work/build-gcc"
    make -s torture
}

torture_tsan() {
    cd "$work/build-gcc"
    make -s torture-tsan TORTURE='8 16 1000'
}

# Each target some seconds on its kept corpus; FUZZ_S=60 for a minute each.
fuzz() {
    cd "$work/build-gcc"
    make -s fuzz FUZZ_SECONDS="${FUZZ_S:-5}"
}

lint() {
    "$work/src/tests/lint/lint.sh" "$work/src" "$work/build-gcc"
}

built() { # NAME: waits until its unit tests are over too; false when it could not be built
    until [ -e "$work/count/unit-$1" ] || [ -n "$wanted" ]; do sleep 0.5; done
    grep -qs ' 0$' "$work/count/build-$1"
}

total() {
    awk '{ p += $1; f += $2 } END { print p + 0 " passed, " f + 0 " failed"; exit f > 0 || p == 0 }' "$work"/count/*
}

export work nobody wanted="$*"
echo "# packages"
part packages 900 install_packages
part tree 120 copy_tree

lane_one() {
    part build-gcc 400 build gcc
    part unit-gcc 400 unit gcc
    built gcc || return 0
    part stage-layer 600 layer
    part e2e 500 e2e
    part demo 240 demo
    part live 120 live
    part clients 300 clients
    part fault 500 fault
    part torture 200 torture
    part torture-tsan 200 torture_tsan
    part fuzz $((400 + 5 * ${FUZZ_S:-5})) fuzz
}
lane_two() {
    part build-asan 500 build asan --enable-sanitizers
    part unit-asan 600 unit asan
    # Its tests are compiled too, not run: gcc's are.
    part build-clang 400 'build clang CC=clang && make -j2 check TESTS='
    built gcc || return 0
    part lint 300 lint
    part contract 300 contract
    part judge 60 judge
    if built asan; then part e2e-asan 600 e2e_asan; fi
}
[ -e "$work/src/Makefile.in" ] || { total || exit 1; } # without it nothing else can be tried
echo "# lanes"
lane_one &
lanes+=($!)
lane_two &
lanes+=($!)
wait "${lanes[@]}" || :
lanes=()

total
