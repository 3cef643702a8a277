# SPDX-License-Identifier: Apache-2.0
#
# Process 1 of the stage: runs its arguments as a command, buries orphans, and ends with the
# command's status, or at SIGTERM and SIGINT; the kernel then ends everything else in here.
import os
import signal
import sys


def leave(signum, _frame):
    os._exit(128 + signum)


def main(argv):
    child = os.fork()
    if child == 0:
        # Begun in the background, we have these ignored; the command must not.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGQUIT, signal.SIG_DFL)
        os.execv(argv[0], argv)
    signal.signal(signal.SIGTERM, leave)
    # The terminal's ^C is for the command; without a terminal it is for us.
    signal.signal(signal.SIGINT, signal.SIG_IGN if os.isatty(0) else leave)
    while True:
        pid, status = os.wait()
        if pid == child:
            code = os.waitstatus_to_exitcode(status)
            os._exit(code if code >= 0 else 128 - code)


main(sys.argv[1:])
