# SPDX-License-Identifier: Apache-2.0
#
# Functions that are not used, and arguments that must not be forgotten, in everything that is
# installed (not in tests). usage: banned.py TOP
import os
import sys

import csource

BANNED = {
    "strcpy": "no bounds", "strcat": "no bounds", "sprintf": "no bounds", "vsprintf": "no bounds",
    "gets": "no bounds", "strncpy": "no end", "strtok": "hidden state", "atoi": "no errors",
    "atol": "no errors", "system": "R-IPC-08", "popen": "R-IPC-08", "getenv": "R-PAM-06",
    "getpwnam": "hidden state", "getpwuid": "hidden state", "getgrnam": "hidden state",
    "localtime": "hidden state", "gmtime": "hidden state", "signal": "sigaction says what it does",
    "alloca": "R-SEC-05", "creat": "no O_CLOEXEC", "accept": "accept4 with SOCK_CLOEXEC",
    "dup": "F_DUPFD_CLOEXEC", "assert": "library code does not end its process",
}
ENDING = ["exit", "_exit", "_Exit", "abort", "quick_exit"]  # in main.c only
# function -> what its arguments must contain
WANTED = {
    "open": "O_CLOEXEC", "openat": "O_CLOEXEC", "socket": "SOCK_CLOEXEC",
    "socketpair": "SOCK_CLOEXEC", "accept4": "SOCK_CLOEXEC", "pipe2": "O_CLOEXEC",
    "send": "MSG_NOSIGNAL", "sendto": "MSG_NOSIGNAL", "sendmsg": "MSG_NOSIGNAL",
}


def main(top):
    found = []
    for path in csource.files(top, ["src", "pam", "nss"], (".c", ".h")):
        code = csource.code_of(csource.text_of(top, path))
        for line, name, _ in csource.calls(code, BANNED):
            found.append((path, line, "%s: %s" % (name, BANNED[name])))
        if os.path.basename(path) != "main.c":
            for line, name, _ in csource.calls(code, ENDING):
                found.append((path, line, "%s outside main.c" % name))
        for line, name, arguments in csource.calls(code, WANTED):
            if WANTED[name] not in arguments:
                found.append((path, line, "%s without %s" % (name, WANTED[name])))
    csource.report(found)


main(sys.argv[1])
