# SPDX-License-Identifier: Apache-2.0
#
# single_prompt: password and authenticator code in one answer, by sshd's password method, which has
# no second prompt to show, and by keyboard-interactive; for one service only; a person who does not
# answer in time.
import control
from scenario import (CODE_PROMPT, PASSWORDS, PASSWORD_PROMPT, WRONG_CODE, Terminal, as_user,
                      contains, equal, finish, logged, read_log, run, secret, service, settings,
                      ssh, ssh_login, ssh_prompt, step, sudo_prompt, totp, until)


def by_password(user, answer, status=0):
    with Terminal("ssh", "-o", "PreferredAuthentications=password", "-o", "PubkeyAuthentication=no",
                  "-o", "NumberOfPasswordPrompts=1", user + "@demo", "id -un") as t:
        t.asks("%s@demo's password: " % user, answer)
        return t.ends(status=status)


def both(user, code=None):
    return secret(PASSWORDS[user] + (code or totp(user)))


run("sed", "-i", "s/^PasswordAuthentication no/PasswordAuthentication yes/", "/etc/ssh/sshd_config")
service("restart", "sshd")
settings("[service sshd]\nsingle_prompt = yes\n")

with step("sshd's password method: password and code in one field"):
    with logged("alice", service="sshd", outcome="accepted", challenges="SOFTWARE_TOKEN_MFA"):
        equal(by_password("alice", both("alice")), "alice")

with step("sshd's password method: the password of a user without a second factor"):
    with logged("dave", service="sshd", outcome="accepted", challenges="-"):
        equal(by_password("dave", PASSWORDS["dave"]), "dave")

with step("R-PAM-08 a wrong code is a refusal, and nothing more is sent"):
    before, said = control.count("AdminRespondToAuthChallenge"), len(read_log("syslog"))
    with logged("alice", service="sshd", outcome="refused", reason="abandoned"):
        contains(by_password("alice", both("alice", secret("000007")), 255), "Permission denied")
    equal(control.count("AdminRespondToAuthChallenge"), before + 1, "answers sent, the code itself")
    contains(read_log("syslog")[said:], "held back: the password came again")

with step("R-PAM-08 nor is the password alone sent as the code that is missing"):
    before = control.count("AdminRespondToAuthChallenge")
    with logged("alice", service="sshd", outcome="refused", reason="abandoned"):
        by_password("alice", PASSWORDS["alice"], 255)
    equal(control.count("AdminRespondToAuthChallenge"), before, "answers sent")

with step("keyboard-interactive: the same prompt, with or without the code"):
    equal(ssh_login("alice", (PASSWORD_PROMPT, both("alice"))), "alice")
    equal(ssh_login("alice", (PASSWORD_PROMPT, PASSWORDS["alice"]), (CODE_PROMPT, totp("alice"))),
          "alice")
    equal(ssh_login("dave", (PASSWORD_PROMPT, PASSWORDS["dave"])), "dave")

with step("keyboard-interactive: a wrong code is asked for once more"):
    with ssh("alice", "id -un") as t:
        t.asks(ssh_prompt("alice", PASSWORD_PROMPT), both("alice", secret("000006")))
        contains(t.says(CODE_PROMPT), WRONG_CODE)
        t.child.sendline(totp("alice"))
        equal(t.ends(), "alice")

with step("other services ask one by one, as ever"):
    with as_user("alice", "sudo", "id", "-un") as t:
        t.asks(sudo_prompt("alice"), PASSWORDS["alice"])
        t.asks(CODE_PROMPT, totp("alice"))
        equal(t.ends(), "root")

with step("sudo, when it is for every service: one answer under sudo's own prompt"):
    settings("[login]\nsingle_prompt = yes\n")
    with as_user("alice", "sudo", "id", "-un") as t:
        t.asks(sudo_prompt("alice"), both("alice"))
        equal(t.ends(), "root")

with step("who does not answer in time is refused, not told that the cloud is away"):
    settings("[login]\nprompt_timeout = 5s\n")
    said = len(read_log("syslog"))
    interactive = ("-o", "PreferredAuthentications=keyboard-interactive")
    with ssh("dave", "id -un", options=interactive) as t:
        t.says(PASSWORD_PROMPT)
        with logged("dave", outcome="refused", reason="prompt_timeout"):
            until("the time-out", lambda: "reason=prompt_timeout" in read_log("cognitod"), 30)
        t.child.sendline(PASSWORDS["dave"])
        contains(t.ends(status=255), "Permission denied")
    contains(read_log("syslog")[said:], "user=dave refused reason=auth")

finish()
