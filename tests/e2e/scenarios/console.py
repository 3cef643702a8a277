# SPDX-License-Identifier: Apache-2.0
#
# login(1) and agetty on a terminal, as at the machine.
from scenario import (CODE_PROMPT, PASSWORD_PROMPT, PASSWORDS, Terminal, contains, finish, logged,
                      secret, step, totp)

with step("login(1) with password and code"):
    with logged("alice", service="login", outcome="accepted", challenges="SOFTWARE_TOKEN_MFA"):
        with Terminal("/bin/login") as t:
            t.asks("demo login: ", "alice", echo=True)
            t.asks(PASSWORD_PROMPT, PASSWORDS["alice"])
            t.asks(CODE_PROMPT, totp("alice"), echo=True)
            t.says("alice@demo:~$ ")
            t.types("id -un; tty; exit")
            text = t.ends()
            contains(text, "alice")
            contains(text, "/dev/pts/")

with step("agetty, then login(1)"):
    with Terminal("/sbin/agetty", "--noclear", "--nohostname", "-", "linux") as t:
        t.says("login: ")
        t.types("dave")
        t.says(PASSWORD_PROMPT)
        t.child.sendline(PASSWORDS["dave"])
        t.says("dave@demo:~$ ")
        t.types("exit")
        t.ends(status=None)

with step("login(1) refuses a wrong password, then takes the right one"):
    with Terminal("/bin/login") as t:
        t.asks("demo login: ", "dave", echo=True)
        t.asks(PASSWORD_PROMPT, secret("not-Right-7"))
        t.says("Login incorrect")
        t.says("demo login: ")
        t.types("dave")
        t.asks(PASSWORD_PROMPT, PASSWORDS["dave"])
        t.says("dave@demo:~$ ")
        t.types("exit")
        t.ends(status=None)

with step("login(1) refuses an unknown user with the same prompt"):
    with Terminal("/bin/login") as t:
        t.asks("demo login: ", "zelda", echo=True)
        t.asks(PASSWORD_PROMPT, secret("not-Right-8"))
        t.says("Login incorrect")

with step("login(1) of a local user asks once"):
    with Terminal("/bin/login") as t:
        t.asks("demo login: ", "locke", echo=True)
        t.asks(PASSWORD_PROMPT, PASSWORDS["locke"])
        t.says("locke@demo:~$ ")
        t.types("exit")
        t.ends(status=None)

finish()
