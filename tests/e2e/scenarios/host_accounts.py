# SPDX-License-Identifier: Apache-2.0
#
# Local accounts that come and go beside the pool's: the daemon watches the files, the snapshot
# follows within seconds, without a sweep (R-ID-05, R-ID-08, R-ID-13).
import contextlib
import grp
import os
import pwd

from scenario import (PASSWORD_PROMPT, PASSWORDS, contains, equal, finish, lacks, run, ssh_login,
                      ssh_refused, step, until)

dave = pwd.getpwnam("dave")


@contextlib.contextmanager
def line_in(path, line):
    """A line more, for a while; the file is replaced as useradd and vipw replace it."""
    with open(path, encoding="ascii") as f:
        before = f.read()
    for text in (before + line, before):
        with open(path + ".new", "w", encoding="ascii") as f:
            f.write(text)
        os.rename(path + ".new", path)
        if text != before:
            yield


def known(name):
    return run("getent", "-s", "cognito", "passwd", name, status=None) != ""


with step("a local user takes the name at once: the pool's user is gone, and cannot log in"):
    with line_in("/etc/passwd", "dave:x:4300:4300::/home/dave:/bin/sh\n"):
        until("the pool's dave to stand back", lambda: not known("dave"))
        contains(run("id", "dave"), "uid=4300(dave)")
        contains(run("cognitoctl", "user", "dave"), "a local account has this name")
        ssh_refused("dave", (PASSWORD_PROMPT, PASSWORDS["dave"]))

with step("the local user goes: the pool's is back with the same uid"):
    until("the pool's dave", lambda: known("dave"))
    equal(pwd.getpwnam("dave").pw_uid, dave.pw_uid)
    equal(ssh_login("dave", (PASSWORD_PROMPT, PASSWORDS["dave"])), "dave")

with step("a local user with a pool user's number: the pool user stands back"):
    with line_in("/etc/passwd", "intruder:x:%d:4300::/:/bin/sh\n" % dave.pw_uid):
        until("dave to stand back", lambda: not known("dave"))
        contains(run("cognitoctl", "user", "dave"), "the uid is in use on this host")
    until("dave", lambda: known("dave"))

with step("numbers given to containers take a pool user's number, too"):
    with line_in("/etc/subuid", "locke:%d:10\n" % (dave.pw_uid - 5)):
        until("dave to stand back", lambda: not known("dave"))
    until("dave", lambda: known("dave"))

with step("a local group of a pool group's name hides it"):
    gid = grp.getgrnam("linux-users").gr_gid
    with line_in("/etc/group", "linux-users:x:4301:\n"):
        until("the pool's group to stand back",
              lambda: run("getent", "-s", "cognito", "group", "linux-users", status=None) == "")
        lacks(run("id", "-G", "alice"), str(gid))
    until("the pool's group",
          lambda: run("getent", "-s", "cognito", "group", "linux-users", status=None) != "")

finish()
