# SPDX-License-Identifier: Apache-2.0
# stage: --set directory.log_level=debug
#
# A user with a temporary password is led to a new one during the login, and the account phase
# does not ask again.
from scenario import (NEW_PASSWORD_AGAIN, NEW_PASSWORD_PROMPT, PASSWORD_PROMPT, PASSWORDS, contains,
                      equal, finish, logged, secret, ssh, ssh_login, ssh_prompt, ssh_refused, step)

FRESH = secret("Sturdy-Bridge-63")

with step("a new password that the pool's policy refuses is asked again, with the reason"):
    with ssh("carol", "id -un") as t:
        t.asks(ssh_prompt("carol", PASSWORD_PROMPT), PASSWORDS["carol"])
        t.says(NEW_PASSWORD_PROMPT)
        t.child.sendline(secret("shorty-7"))
        t.says(NEW_PASSWORD_AGAIN)
        t.child.sendline("shorty-7")
        contains(t.says(NEW_PASSWORD_PROMPT).lower(), "password")

with step("temporary password, new password twice, logged in, not asked again"):
    with logged("carol", service="sshd", outcome="accepted", challenges="NEW_PASSWORD_REQUIRED"):
        with ssh("carol", "id -un") as t:
            t.asks(ssh_prompt("carol", PASSWORD_PROMPT), PASSWORDS["carol"])
            t.says(NEW_PASSWORD_PROMPT)
            t.child.sendline(FRESH)
            t.asks(ssh_prompt("carol", NEW_PASSWORD_AGAIN), FRESH)
            equal(t.ends(), "carol")

with step("the new password works, the temporary one does not"):
    equal(ssh_login("carol", (PASSWORD_PROMPT, FRESH)), "carol")
    ssh_refused("carol", (PASSWORD_PROMPT, PASSWORDS["carol"]))

finish()
