# SPDX-License-Identifier: Apache-2.0
# stage: --set login.revoke_at_logout=yes
#
# revoke_at_logout: each login's refresh token is revoked once, when its session has ended and not
# before, whatever process PAM's phases run in; a daemon that is away delays no logout.
import os
import re
import signal
import time

import control
from scenario import (CODE_PROMPT, PASSWORDS, PASSWORD_PROMPT, Terminal, as_user, equal, fail, finish,
                      give_key, lacks, processes, promptly, read_log, run, service, settings, ssh,
                      ssh_by_key, ssh_login, ssh_prompt, step, sudo_prompt, totp, until)

SWEEPS_S = 30  # the daemon looks for processes that are gone every 5 s, and waits 10 s for some


def revoked():
    return control.count("RevokeToken")


class Revokes:
    """What happens inside leads to so many revocations, the last one after it."""

    def __init__(self, times=1, patience_s=5):
        self.times, self.patience_s = times, patience_s

    def __enter__(self):
        self.before = revoked()
        return self

    def not_yet(self):
        equal(revoked(), self.before, "RevokeToken calls before the end")

    def __exit__(self, kind, *_):
        if kind is not None:
            return
        wanted = self.before + self.times
        until("%d RevokeToken" % self.times, lambda: revoked() >= wanted, self.patience_s)
        time.sleep(0.2)
        equal(revoked(), wanted, "RevokeToken calls")


def reasons():
    return re.findall(r"<6>logout user=(\w+) service=(\w+) outcome=revoked reason=(\w+)",
                      read_log("cognitod"))


def shell(user, *codes):
    """A terminal with a session over ssh."""
    t = ssh(user)
    t.asks(ssh_prompt(user, PASSWORD_PROMPT), PASSWORDS[user])
    for code in codes:
        t.asks(ssh_prompt(user, CODE_PROMPT), code)
    t.says("%s@demo:~$ " % user)
    return t


def leave(t):
    t.types("exit")
    t.ends(status=None)


with step("ssh: not before the end of the session, then once"):
    with Revokes() as r, shell("dave") as t:
        r.not_yet()
        leave(t)
    equal(reasons()[-1], ("dave", "sshd", "session_closed"), "the logout line")

with step("ssh with an authenticator code, a single command"):
    with Revokes():
        equal(ssh_login("alice", (PASSWORD_PROMPT, PASSWORDS["alice"]), (CODE_PROMPT, totp("alice"))),
              "alice")

with step("two sessions of one user end one by one"):
    with shell("dave") as one, shell("dave") as other:
        with Revokes():
            leave(one)
        with Revokes():
            leave(other)

with step("login(1)"):
    with Revokes() as r, Terminal("/bin/login") as t:
        t.asks("demo login: ", "dave", echo=True)
        t.asks(PASSWORD_PROMPT, PASSWORDS["dave"])
        t.says("dave@demo:~$ ")
        r.not_yet()
        leave(t)
    equal(reasons()[-1], ("dave", "login", "session_closed"), "the logout line")

with step("su"):
    with Revokes() as r, as_user("locke", "su", "dave", "-c", "sleep 1; id -un") as t:
        t.asks(PASSWORD_PROMPT, PASSWORDS["dave"])
        time.sleep(0.5)
        r.not_yet()
        equal(t.ends(), "dave")

with step("sudo, whose session is root's: when it is gone"):
    with Revokes(patience_s=SWEEPS_S) as r, as_user("alice", "sudo", "-k", "sh", "-c",
                                                    "sleep 8; id -u") as t:
        t.says(sudo_prompt("alice"))
        t.child.sendline(PASSWORDS["alice"])
        t.asks(CODE_PROMPT, totp("alice"))
        time.sleep(6)
        r.not_yet()
        equal(t.ends(), "0")
    equal(reasons()[-1], ("alice", "sudo", "process_gone"), "the logout line")

with step("a session that is killed"):
    with Revokes(patience_s=SWEEPS_S), shell("dave") as t:
        monitor = processes(r"sshd: dave \[priv\]")
        equal(len(monitor), 1, "number of dave's sessions")
        os.kill(int(monitor[0]), signal.SIGKILL)
    equal(reasons()[-1], ("dave", "sshd", "process_gone"), "the logout line")

with step("a refused login and a login by key revoke nothing, and nobody complains"):
    give_key("dave")
    with Revokes(times=0):
        with ssh("dave", "id -un") as t:
            t.asks(ssh_prompt("dave", PASSWORD_PROMPT), "not-Right-11")
            t.ends(status=255)
        equal(ssh_by_key("dave").strip(), "dave")
    lacks(read_log("syslog"), "cognitod was not told")

with step("a daemon that was killed or hangs delays no logout"):
    # A new daemon knows none of them; one that wakes up finds what it was told.
    for how, back, found in (("kill", "start", 0), ("freeze", "thaw", 3)):
        sessions = [shell("dave") for _ in range(3)]
        with Revokes(times=found):
            service(how, "cognitod")
            promptly(lambda: leave(sessions.pop()))
            for t in sessions:
                leave(t)
            service(back, "cognitod")
    if "cognitod was not told of the session's end: the time limit" not in read_log("syslog"):
        fail("it was not logged")

with step("a restart forgets the sessions before it"):
    with Revokes(times=0), shell("dave") as t:
        service("restart", "cognitod")
        leave(t)

with step("no permission to revoke at the app client: logged, and forgotten"):
    control.demand("fault", op="RevokeToken", n=1, kind="reply",
                   type="UnsupportedOperationException")
    with shell("dave") as t:
        leave(t)
    until("the error", lambda: "EnableTokenRevocation" in read_log("cognitod"))

with step("switched off: nothing is kept or revoked"):
    settings("[login]\nrevoke_at_logout = no\n")
    with Revokes(times=0), shell("dave") as t:
        leave(t)
    lacks(run("cognitoctl", "status"), "sessions_to_revoke")

finish()
