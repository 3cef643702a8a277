# SPDX-License-Identifier: Apache-2.0
# stage: --set directory.log_level=debug
#
# Logins over ssh, keyboard-interactive, that must work: authenticator code, code by SMS, password
# only; what the session then is.
import os
import re

import control
from scenario import (CODE_PROMPT, PASSWORDS, PASSWORD_PROMPT, SMS_PROMPT, contains, equal, fail,
                      finish, lacks, logged, outcomes, run, secret, settings, sms, ssh, ssh_login,
                      ssh_prompt, step, totp)

with step("ssh with password and authenticator code"):
    with logged("alice", service="sshd", rhost="127.0.0.1", outcome="accepted", reason="ok",
                challenges="SOFTWARE_TOKEN_MFA"):
        equal(ssh_login("alice", (PASSWORD_PROMPT, PASSWORDS["alice"]), (CODE_PROMPT, totp("alice"))),
              "alice")

with step("the outcome line names the pool's request id (R-LOG-01)"):
    if not re.match(r"[0-9a-f-]{36}$", outcomes("alice")[-1]["request_id"]):
        fail("request_id=%s" % outcomes("alice")[-1]["request_id"])

with step("ssh with password and a code sent by SMS"):
    with logged("bob", service="sshd", outcome="accepted", challenges="SMS_MFA"):
        with ssh("bob", "id -un") as t:
            t.asks(ssh_prompt("bob", PASSWORD_PROMPT), PASSWORDS["bob"])
            t.asks(ssh_prompt("bob", SMS_PROMPT), lambda: sms("bob"))
            equal(t.ends(), "bob")

with step("ssh with the password of a user without a second factor"):
    with logged("dave", outcome="accepted", challenges="-"):
        equal(ssh_login("dave", (PASSWORD_PROMPT, PASSWORDS["dave"])), "dave")

with step("a shell of one's own: home made, groups, terminal, nothing secret in it (R-SEC-04)"):
    with ssh("dave") as t:
        t.asks(ssh_prompt("dave", PASSWORD_PROMPT), PASSWORDS["dave"])
        t.says("dave@demo:~$ ")
        t.types("pwd; id -Gn; stat -c '%U %a' .; env; echo 'th''e end'")
        text = t.says("the end")
        for part in ("/home/dave", "dave linux-users", "dave 7", "SSH_TTY=/dev/pts/"):
            contains(text, part)
        for part in ("eyJ", "COGNITO", "AWS", PASSWORDS["dave"]):
            lacks(text, part)
        t.types("exit")
        t.ends()

with step("a name in capitals is not the user (R-ID-10, R-ID-11)"):
    with ssh("Dave", "id -un") as t:
        t.asks(ssh_prompt("Dave", PASSWORD_PROMPT), PASSWORDS["dave"])
        contains(t.ends(status=255), "Permission denied")

with step("one sshd connection, three tries: the third is right"):
    with ssh("dave", "id -un", options=("-o", "NumberOfPasswordPrompts=3")) as t:
        for wrong in ("not-Right-1", "not-Right-2"):
            t.asks(ssh_prompt("dave", PASSWORD_PROMPT), secret(wrong))
        t.asks(ssh_prompt("dave", PASSWORD_PROMPT), PASSWORDS["dave"])
        equal(t.ends(), "dave")

with step("scp and sftp-free commands: exit status and output of a plain command"):
    with ssh("dave", "sh -c 'echo out; exit 3'") as t:
        t.asks(ssh_prompt("dave", PASSWORD_PROMPT), PASSWORDS["dave"])
        equal(t.ends(status=3), "out")

with step("cognitoctl shows daemon and user"):
    text = run("cognitoctl", "status")
    contains(text, os.environ["POOL_ID"])
    text = run("cognitoctl", "user", "alice")
    contains(text, "3f8a1c52-6d0b-4e77-9a41-5c2d8e9f0a16")
    contains(text, "linux-admins")



def stats():
    return {key: int(value) for key, value in re.findall(r"(\w+)=(\d+)", control.demand("stats"))}


def costs(user, *answers):
    """A login's requests and TLS handshakes at the pool; what it learned is known already."""
    before = stats()
    equal(ssh_login(user, (PASSWORD_PROMPT, PASSWORDS[user]), *answers), user)
    after = stats()
    return after["requests"] - before["requests"], after["handshakes"] - before["handshakes"]


with step("a password login is one request, with an authenticator two; TLS connections are kept"):
    settings("[directory]\nrefresh_interval = 1h\ndisabled_interval = 0\n")
    for user, answers in (("dave", ()), ("alice", ((CODE_PROMPT, totp("alice")),))):
        if user == "dave":
            costs(user)  # the connection, the pool's keys
        equal(costs(user, *answers), (1 + len(answers), 0), "requests and handshakes of " + user)

finish()
