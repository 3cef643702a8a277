# SPDX-License-Identifier: Apache-2.0
# stage: --set directory.log_level=debug
#
# Logins over ssh that must be refused: with the same prompts as a good one up to the point where
# it parts, and with the reason in the log only.
import control
from scenario import (CODE_PROMPT, PASSWORDS, PASSWORD_PROMPT, WRONG_CODE, contains, equal, finish,
                      logged, secret, ssh, ssh_login, ssh_prompt, ssh_refused, step, totp)

with step("wrong password"):
    with logged("dave", service="sshd", rhost="127.0.0.1", outcome="refused", reason="bad_password"):
        ssh_refused("dave", (PASSWORD_PROMPT, secret("not-Right-3")))

with step("wrong password of a user with an authenticator: no second prompt"):
    with logged("alice", outcome="refused", reason="bad_password"):
        ssh_refused("alice", (PASSWORD_PROMPT, secret("not-Right-4")))

with step("unknown user: the same prompt"):
    ssh_refused("zelda", (PASSWORD_PROMPT, secret("not-Right-5")))

with step("disabled user"):
    with logged("mallory", outcome="refused", reason="disabled"):
        ssh_refused("mallory", (PASSWORD_PROMPT, PASSWORDS["mallory"]))

with step("user outside allow_groups"):
    ssh_refused("erin", (PASSWORD_PROMPT, PASSWORDS["erin"]))

with step("R-PAM-02 an empty password is never sent"):
    before = control.count("AdminInitiateAuth")
    ssh_refused("dave", (PASSWORD_PROMPT, ""))
    equal(control.count("AdminInitiateAuth"), before, "AdminInitiateAuth calls")

with step("wrong code: said so, and asked again"):
    with ssh("alice", "id -un") as t:
        t.asks(ssh_prompt("alice", PASSWORD_PROMPT), PASSWORDS["alice"])
        t.asks(ssh_prompt("alice", CODE_PROMPT), secret("000000"))
        contains(t.says(CODE_PROMPT), WRONG_CODE)
        t.child.sendline(totp("alice"))
        equal(t.ends(), "alice")

with step("R-PAM-08 a code equal to the password, and an empty one, are never sent"):
    for answer in (PASSWORDS["alice"], ""):
        before = control.count("AdminRespondToAuthChallenge")
        with ssh("alice", "id -un") as t:
            t.asks(ssh_prompt("alice", PASSWORD_PROMPT), PASSWORDS["alice"])
            t.asks(ssh_prompt("alice", CODE_PROMPT), answer)
            t.child.expect_exact(["denied", CODE_PROMPT])
        equal(control.count("AdminRespondToAuthChallenge"), before, "answers sent")

with step("a reused code is refused"):
    code = totp("alice")
    equal(ssh_login("alice", (PASSWORD_PROMPT, PASSWORDS["alice"]), (CODE_PROMPT, code)), "alice")
    with ssh("alice", "id -un") as t:
        t.asks(ssh_prompt("alice", PASSWORD_PROMPT), PASSWORDS["alice"])
        t.asks(ssh_prompt("alice", CODE_PROMPT), code)
        t.says(CODE_PROMPT)
        t.child.sendline(code)

with step("after all that the right password and code still work"):
    control.unlock("alice")
    equal(ssh_login("alice", (PASSWORD_PROMPT, PASSWORDS["alice"]), (CODE_PROMPT, totp("alice"))),
          "alice")

finish()
