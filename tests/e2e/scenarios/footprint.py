# SPDX-License-Identifier: Apache-2.0
#
# What our modules leave in the programs that load them: no thread, no descriptor, no library of the
# daemon's, no connection (R-PAM-15, R-NSS-01, R-NSS-04, R-PAM-16), while the session lasts.
import os
import re

from scenario import (CODE_PROMPT, PASSWORD_PROMPT, PASSWORDS, Terminal, as_user, contains, equal,
                      fail, finish, processes, run, ssh, ssh_prompt, step, sudo_prompt, totp, until)

FOREIGN = ("libcurl", "libjson-c", "libevent", "libinih", "libsqlite3", "libssl")


def footprint(pattern, least=1):
    """Judges every process of this command line."""
    pids = processes(pattern)
    if len(pids) < least:
        fail("no process %r" % pattern)
    for pid in pids:
        with open("/proc/%s/status" % pid, encoding="ascii") as f:
            contains(f.read(), "Threads:\t1\n")
        for fd in os.listdir("/proc/%s/fd" % pid):
            target = os.readlink("/proc/%s/fd/%s" % (pid, fd))
            if "cognito" in target:
                fail("process %s: descriptor %s is %s" % (pid, fd, target))
        with open("/proc/%s/maps" % pid, encoding="utf-8") as f:
            maps = f.read()
        for library in FOREIGN:
            if library in maps:
                fail("process %s has %s" % (pid, library))
    text = run("cognitoctl", "status")
    equal(re.search(r"open_connections: (\d+)", text).group(1), "1", "connections, this one included")
    return maps


def log_in(user):
    t = ssh(user)
    t.asks(ssh_prompt(user, PASSWORD_PROMPT), PASSWORDS[user])
    if user == "alice":
        t.asks(ssh_prompt(user, CODE_PROMPT), totp(user))
    t.says("%s@demo:~$ " % user)
    return t


with step("R-PAM-15 sshd's processes during a session"):
    with log_in("dave") as t:
        footprint(r"sshd: dave", 2)
        t.types("exit")
        t.ends()

with step("R-PAM-15 sudo while its command runs"):
    with log_in("alice") as t:
        t.types("sudo sleep 1000")
        t.says(sudo_prompt("alice"))
        t.child.sendline(PASSWORDS["alice"])
        t.says(CODE_PROMPT)
        t.child.sendline(totp("alice"))
        until("sleep", lambda: processes("sleep 1000"))
        footprint(r"sudo sleep 1000")
        t.child.sendcontrol("c")
        t.says("alice@demo:~$ ")
        t.types("exit")
        t.ends(status=None)

with step("R-PAM-15 su and login(1) during a session"):
    with as_user("locke", "su", "dave", "-c", "sleep 1001") as t:
        t.asks(PASSWORD_PROMPT, PASSWORDS["dave"])
        until("sleep", lambda: processes("sleep 1001"))
        footprint(r"su dave -c")
    with Terminal("/bin/login") as t:
        t.asks("demo login: ", "dave", echo=True)
        t.asks(PASSWORD_PROMPT, PASSWORDS["dave"])
        t.says("dave@demo:~$ ")
        footprint(r"/bin/login")

with step("R-NSS-01 a program that looked names up has the module and nothing it brought"):
    run("/usr/bin/python3", "-c", """
import pwd, sys
pwd.getpwnam('alice')
maps = open('/proc/self/maps').read()
assert 'libnss_cognito' in maps
for library in %r:
    assert library not in maps, library
assert open('/proc/self/status').read().count('Threads:\\t1\\n') == 1
""" % (FOREIGN,))

finish()
