#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Shows pam_cognito to a person: installs what building takes, builds, and opens a session in a
# throw-away copy of this machine where a test user pool, cognitod and sshd run. Nothing is
# configured or started on the machine itself, and leaving the session ends everything.
set -euo pipefail

usage() {
    cat <<'USAGE'
usage: demo.sh                 a session of your own, against the test pool
       demo.sh --scripted      the whole story without a person; status 0: all went as it should
       demo.sh --email         a session against the test pool whose usernames are e-mail addresses
       demo.sh --pool ID --client ID [OPTION]...     a session against your own user pool

For your own pool (credentials: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN in
the environment, or this instance's role; the machine's own network is used):
  --region R                   default: from the pool's id
  --client-secret-file FILE    when the app client has a secret
  --allow-group GROUP          who may log in; repeatable; default: *, everybody
  --set SECTION.KEY=VALUE      any other line for cognitod.conf; repeatable

Always:
  --build DIR                  use this finished build instead of making one in ./build-demo
USAGE
}

die() {
    echo "demo.sh: $*" >&2
    exit 2
}

top=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)
mode=session build='' pool='' client='' region='' secret=''
groups=() settings=()
while [ $# -gt 0 ]; do
    case $1 in
    --help | -h) usage && exit 0 ;;
    --scripted) mode=scripted && shift && continue ;;
    --email) mode=email && shift && continue ;;
    --pool | --client | --region | --client-secret-file | --allow-group | --set | --build)
        [ $# -ge 2 ] || die "$1 needs a value" ;;
    *) die "unknown option $1 (--help lists them)" ;;
    esac
    case $1 in
    --pool) pool=$2 ;;
    --client) client=$2 ;;
    --region) region=$2 ;;
    --client-secret-file) secret=$2 ;;
    --allow-group) groups+=("$2") ;;
    --set) settings+=(--set "$2") ;;
    --build) build=$2 ;;
    esac
    shift 2
done
[ "$(id -u)" = 0 ] || die "must run as root: it installs packages and makes namespaces (nothing else of this machine changes)"
if [ -n "$pool$client" ]; then
    [ "$mode" = session ] || die "--pool goes with a session only"
    if [ -z "$pool" ] || [ -z "$client" ]; then die "--pool and --client go together"; fi
    mode=own
fi
[ "$mode" = scripted ] || [ -t 0 ] || die "this is no terminal; --scripted needs none"

packages=(gcc make libc6-dev autoconf automake libtool pkg-config ca-certificates libcurl4-openssl-dev
    libssl-dev libjson-c-dev libevent-dev libqrencode-dev libsqlite3-dev libcrypt-dev libsystemd-dev
    libpam0g-dev libinih-dev check libmicrohttpd-dev curl python3)

# quietly WORDS COMMAND...: the words, then how long it took; its output only when it fails
quietly() {
    local words=$1 begin=$SECONDS log
    shift
    log=$(mktemp)
    printf '%-44s' "$words ..."
    if "$@" >"$log" 2>&1 </dev/null; then
        printf ' done (%d s)\n' $((SECONDS - begin))
        rm -f "$log"
    else
        printf ' failed\n'
        tail -n 30 "$log" >&2
        rm -f "$log"
        exit 1
    fi
}

install_missing() {
    local need=() p pause
    for p in "${packages[@]}"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null)" = installed ] || need+=("$p")
    done
    [ "${#need[@]}" -gt 0 ] || return 0
    export DEBIAN_FRONTEND=noninteractive
    for pause in 2 10 30 0; do
        if apt-get -qq -o DPkg::Lock::Timeout=120 update &&
            apt-get -qq -y -o DPkg::Lock::Timeout=120 --no-install-recommends install "${need[@]}"; then
            return 0
        fi
        sleep "$pause"
    done
    return 1
}

make_build() {
    if [ ! -x "$top/configure" ]; then (cd "$top" && autoreconf -fi); fi
    mkdir -p "$build"
    cd "$build"
    [ -x config.status ] || "$top/configure" --quiet
    make -j"$(nproc)"
}

PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH
if [ -z "$build" ]; then
    build=$top/build-demo
    [ ! -x "$top/config.status" ] || build=$top # configured in place already
    quietly 'Installing compiler and libraries' install_missing
    quietly 'Building' make_build
fi
stage=("$top/tests/e2e/stage" --build "$build")
quietly 'Preparing the throw-away root' "$top/tests/e2e/stage-layer"

story() { # PART STAGE_OPTION...
    local part=$1
    shift
    TERM=dumb "${stage[@]}" "$@" -- env PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$top/tests/e2e" \
        /usr/bin/python3 "$top/tests/e2e/demo-story.py" "$part"
}
email=(--pool-index 2 --set users.login_name=email --set users.email_domains=example.com)

case $mode in
scripted)
    status=0
    story fleet || status=1
    story mail "${email[@]}" || status=1
    if [ $status = 0 ]; then echo 'The whole story went as it should.'; fi
    exit $status
    ;;
session) exec "${stage[@]}" -- "$top/tests/e2e/demo-session" ;;
email) exec "${stage[@]}" "${email[@]}" -- "$top/tests/e2e/demo-session" ;;
own)
    [ "${#groups[@]}" -gt 0 ] || groups=('*')
    stage+=(--no-pool --set "pool.pool_id=$pool" --set "pool.client_id=$client")
    [ -z "$region" ] || stage+=(--set "pool.region=$region")
    [ -z "$secret" ] || stage+=(--client-secret "$secret")
    for g in "${groups[@]}"; do stage+=(--set "access.allow_groups=$g"); done
    [ "${groups[*]}" != '*' ] || stage+=(--set directory.scope=all)
    exec "${stage[@]}" "${settings[@]}" -- env "DEMO_GROUPS=${groups[*]}" "$top/tests/e2e/demo-session"
    ;;
esac
