# SPDX-License-Identifier: Apache-2.0
# stage: --set directory.log_level=debug
#
# sudo by a pool group that [local_groups] maps to the local group sudo, refused without; su to and
# from pool users; the code works once, so sudo wants the next one.
from scenario import (CODE_PROMPT, PASSWORD_PROMPT, PASSWORDS, Terminal, as_user, contains, equal,
                      finish, logged, secret, settings, ssh, ssh_prompt, step, sudo_prompt, totp)

with step("in one ssh session: log in, then sudo with the next code"):
    with ssh("alice") as t:
        t.asks(ssh_prompt("alice", PASSWORD_PROMPT), PASSWORDS["alice"])
        code = totp("alice")
        t.asks(ssh_prompt("alice", CODE_PROMPT), code)
        t.says("alice@demo:~$ ")
        with logged("alice", service="sudo", outcome="accepted", challenges="SOFTWARE_TOKEN_MFA"):
            t.types("sudo id -u")
            t.says(sudo_prompt("alice"))
            t.child.sendline(PASSWORDS["alice"])
            t.says(CODE_PROMPT)
            t.child.sendline(code)
            contains(t.says(CODE_PROMPT), "That code was used already. Wait for the next one.")
            t.child.sendline(totp("alice"))
            t.says("\n0\r\n")
        t.types("exit")
        t.ends()

with step("sudo refused to a pool user outside the group, after a right password"):
    with as_user("dave", "sudo", "id", "-u") as t:
        t.asks(sudo_prompt("dave"), PASSWORDS["dave"])
        contains(t.ends(status=1), "dave is not in the sudoers file")

with step("sudo with a wrong password asks again and does nothing"):
    with as_user("dave", "sudo", "id", "-u") as t:
        with logged("dave", service="sudo", outcome="refused", reason="bad_password"):
            t.asks(sudo_prompt("dave"), secret("not-Right-6"))
            contains(t.says(sudo_prompt("dave")), "Sorry, try again.")
        with logged("dave", service="sudo", outcome="refused", reason="abandoned"):
            t.child.sendcontrol("c")
            contains(t.ends(status=1), "1 incorrect password attempt")

with step("sudo -n asks nothing and is refused"):
    with as_user("alice", "sudo", "-n", "-k", "id", "-u") as t:
        contains(t.ends(status=1), "password is required")

with step("su from a local user to a pool user, with password"):
    with logged("dave", service="su", outcome="accepted"):
        with as_user("locke", "su", "dave", "-c", "id -un") as t:
            t.asks(PASSWORD_PROMPT, PASSWORDS["dave"])
            equal(t.ends(), "dave")

with step("su from root to a pool user asks nothing"):
    with Terminal("su", "-", "dave", "-c", "id -un; pwd") as t:
        equal(t.ends(), "dave\n/home/dave")

with step("su from root to a disabled pool user is refused by the account phase"):
    with Terminal("su", "mallory", "-c", "id -un") as t:
        contains(t.ends(status=1), "su: ")

with step("su from a pool user to a local one: only the local password, once"):
    with as_user("dave", "su", "locke", "-c", "id -un") as t:
        t.asks(PASSWORD_PROMPT, PASSWORDS["locke"])
        equal(t.ends(), "locke")

with step("without the mapping in [local_groups] the same person is no sudoer"):
    settings("[local_groups]\nlinux-admins =\n")
    with as_user("alice", "sudo", "id", "-u") as t:
        t.says(sudo_prompt("alice"))
        t.child.sendline(PASSWORDS["alice"])
        t.says(CODE_PROMPT)
        t.child.sendline(totp("alice"))
        contains(t.ends(status=1), "alice is not in the sudoers file")

finish()
