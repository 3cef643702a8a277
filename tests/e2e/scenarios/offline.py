# SPDX-License-Identifier: Apache-2.0
# stage: --set directory.log_level=debug
#
# R-PAM-10: logins while the pool is out of reach. Off by default; by the password that the pool
# took last and nothing else; for a while, and not for long guessing; never against the pool's word.
import contextlib
import sqlite3
import statistics

import control
from scenario import (CODE_PROMPT, PASSWORD_PROMPT, PASSWORDS, as_user, aws, contains, equal, fail, finish,
                      lacks, logged, read_log, run, secret, service, settings, ssh, ssh_login, ssh_prompt,
                      ssh_refused, step, sudo_prompt, totp, until)

OFFLINE = "The user pool cannot be reached: this is an offline login."
ON = "[login]\noffline_login = yes\n"
WRONG = secret("not-Right-7")
DAVE = (PASSWORD_PROMPT, PASSWORDS["dave"])


def answers():
    """Has the daemon found the pool again, if it lost it since it started?"""
    log = read_log("cognitod")
    return log.rfind("the pool does not answer") <= max(log.rfind("the pool answers again"),
                                                        log.rfind(" serves pool "))


@contextlib.contextmanager
def away(**spec):
    """Meanwhile the pool breaks every connection, or answers as said."""
    control.demand("fault", op="*", n=-1, **(spec or {"kind": "close"}))
    try:
        yield
    finally:
        control.demand("clear")
        until("the pool to be back", answers, 30)


def online():
    """The pool lets dave in and a verifier is written."""
    before = read_log("cognitod").count("a verifier of dave was written")
    with logged("dave", outcome="accepted", reason="ok"):
        equal(ssh_login("dave", DAVE), "dave")
    until("the verifier", lambda: read_log("cognitod").count("a verifier of dave was written") > before)


def refused(reason, user="dave", password=None):
    with logged(user, outcome="refused", reason=reason):
        ssh_refused(user, (PASSWORD_PROMPT, password or PASSWORDS[user]))


def with_state(statement):
    """Changes state.db while nobody has it open."""
    service("stop", "cognitod")
    db = sqlite3.connect("/var/lib/cognitod/state.db")
    changed = db.execute(statement).rowcount
    db.commit()
    db.close()
    run("sh", "-c", "chown cognitod:cognitod /var/lib/cognitod/*")
    service("start", "cognitod")
    equal(changed, 1, "rows changed")


with step("R-PAM-10 off by default: a good login online is no login offline"):
    equal(ssh_login("dave", DAVE), "dave")
    with away():
        refused("lost_reply")

with step("R-PAM-10 on: the same person gets in, is told so, and the log says it"):
    settings(ON)
    online()
    with away():
        with logged("dave", service="sshd", outcome="accepted", reason="offline"):
            with ssh("dave") as t:
                t.asks(ssh_prompt("dave", PASSWORD_PROMPT), PASSWORDS["dave"])
                contains(t.says("dave@demo:~$ "), OFFLINE)
                t.types("exit")
                t.ends()

with step("R-PAM-10 a pool that is out of breath is out of reach"):
    with away(kind="reply", status=400, type="TooManyRequestsException"):
        with logged("dave", outcome="accepted", reason="offline"):
            equal(ssh_login("dave", DAVE), "dave")
    with away(kind="reply", status=503):
        with logged("dave", outcome="accepted", reason="offline"):
            equal(ssh_login("dave", DAVE), "dave")

with step("R-PAM-10 a wrong password does not get in, and the right one does afterwards"):
    with away():
        refused("offline_bad_password", password=WRONG)
        equal(ssh_login("dave", DAVE), "dave")

with step("R-PAM-10 a wrong password online is not tried offline"):
    refused("bad_password", password=WRONG)

with step("R-PAM-10 who gives a code online has no offline login"):
    equal(ssh_login("alice", (PASSWORD_PROMPT, PASSWORDS["alice"]), (CODE_PROMPT, totp("alice"))),
          "alice")
    with away():
        refused("offline_no_verifier", "alice")

with step("R-PAM-11 unknown users, users without a verifier and wrong passwords take the same time"):
    medians = []
    with away():
        for who in ("zelda", "bob", "dave"):
            times = [ssh_refused(who, (PASSWORD_PROMPT, WRONG)) for _ in range(3)]
            medians.append(statistics.median(times))
    if max(medians) > 1.15 * min(medians) + 0.3:
        fail("medians %r" % medians)

with step("R-PAM-10 the expiry is the wall clock's, in both directions"):
    settings(ON)
    online()
    with_state("UPDATE verifier SET written_s = written_s + 3600")
    with away():
        refused("offline_clock")
    with_state("UPDATE verifier SET written_s = written_s - 3600 - 4 * 86400")
    with away():
        refused("offline_expired")
        refused("offline_no_verifier")

with step("R-PAM-10 wrong passwords end it, over a restart, until the pool has said yes again"):
    settings(ON + "offline_attempts = 2\n")
    online()
    with away():
        refused("offline_bad_password", password=WRONG)
    service("restart", "cognitod")
    with away():
        refused("offline_bad_password", password=WRONG)
        refused("offline_no_verifier")
    online()
    with away():
        equal(ssh_login("dave", DAVE), "dave")

with step("R-PAM-09 a second factor that is required cannot be given offline"):
    settings(ON + "[service sshd]\nrequire_mfa = yes\n")
    with away():
        refused("offline_mfa_required")

with step("R-PAM-10 a service may have it alone: sudo, and not sshd"):
    settings("[service sudo]\noffline_login = yes\n[local_groups]\nlinux-users = sudo\n")
    with as_user("dave", "sudo", "id", "-u") as t:
        t.asks(sudo_prompt("dave"), PASSWORDS["dave"])
        equal(t.ends(), "0")
    with away():
        refused("lost_reply")
        with logged("dave", service="sudo", outcome="accepted", reason="offline"):
            with as_user("dave", "sudo", "-k", "id", "-u") as t:
                t.asks(sudo_prompt("dave"), PASSWORDS["dave"])
                equal(t.ends(), "0")  # sudo wants modules to be silent

with step("R-PAM-10 a password changed at the pool: the old one's next refusal ends it"):
    settings(ON)
    online()
    fresh = secret("Brisk-Harbour-31")
    aws("AdminSetUserPassword", Username="dave", Password=fresh, Permanent=True)
    refused("bad_password")
    until("the end of the verifier", lambda: "the verifier of dave is gone: the pool has another password"
          in read_log("cognitod"))
    with away():
        refused("offline_no_verifier")
    aws("AdminSetUserPassword", Username="dave", Password=PASSWORDS["dave"], Permanent=True)

with step("R-PAM-10 a user whom a sweep finds disabled"):
    online()
    aws("AdminDisableUser", Username="dave")
    until("the end of the verifier", lambda: "the verifier of dave is gone: the user is disabled"
          in read_log("cognitod"), 30)
    with away():
        ssh_refused("dave", DAVE)
    aws("AdminEnableUser", Username="dave")
    until("dave to be back", lambda: "enabled: yes" in " ".join(
        run("cognitoctl", "user", "dave").replace("\t", " ").split()), 30)
    with away():
        refused("offline_no_verifier")

with step("R-PAM-10 switched off again: nothing is left of it"):
    online()
    settings("")
    service("stop", "cognitod")
    db = sqlite3.connect("/var/lib/cognitod/state.db")
    equal(db.execute("SELECT count(*) FROM verifier").fetchone(), (0,))
    db.close()
    run("sh", "-c", "chown cognitod:cognitod /var/lib/cognitod/*")
    with open("/var/lib/cognitod/state.db", "rb") as f:
        lacks(f.read().decode("latin-1"), "$y$")

with step("R-PAM-10 with a pool that says nothing at all"):
    settings(ON + "login_timeout = 5s\n")
    online()
    service("freeze", "pool")
    try:
        with logged("dave", outcome="accepted", reason="offline"):
            equal(ssh_login("dave", DAVE), "dave")
        refused("offline_bad_password", password=WRONG)
    finally:
        service("thaw", "pool")

finish()
