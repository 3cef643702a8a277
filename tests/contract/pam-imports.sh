#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# R-PAM-06, R-PAM-15: a function that the module does not import it cannot call. Whatever makes
# threads, processes, signal handlers, timers or exit hooks, reads the environment, or ends the
# program, is missing from what it asks of libc and libpam.
set -efu
module=${top_builddir:-.}/.libs/pam_cognito.so
if grep -q '^SAN_CFLAGS = -' "${top_builddir:-.}/Makefile"; then
    echo 'the sanitizers bring imports of their own: skipped'
    exit 77
fi
if [ ! -f "$module" ]; then
    echo "$module: not built"
    exit 1
fi
imports=$(nm -D --undefined-only "$module" | awk '{ sub(/@.*/, "", $2); print $2 }')
forbidden='pthread_.*|thrd_.*|clone|v?fork|posix_spawn.*|exec.*|system|popen|wait.*
signal|sigaction|sigprocmask|sigset|bsd_signal|sysv_signal|raise|kill|alarm|ualarm|setitimer|timer_.*
atexit|on_exit|__cxa_atexit|exit|_exit|_Exit|abort|__assert_fail
getenv|secure_getenv|setenv|putenv|unsetenv|environ|__environ
pam_putenv|pam_misc_setenv|pam_getenv.*|pam_set_data|setlocale|chdir|umask|set.*uid|set.*gid
getpw.*|getgr.*|getaddrinfo|gethostby.*|printf|puts|fprintf|fwrite|syslog|openlog|closelog|dl.*'
status=0
for pattern in $forbidden; do
    if echo "$imports" | grep -xE "$pattern"; then
        status=1
    fi
done
[ "$status" = 0 ] || echo 'the module imports what it may not use'
exit $status
