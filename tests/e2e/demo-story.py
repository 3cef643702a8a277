# SPDX-License-Identifier: Apache-2.0
#
# The demonstration without a person: plays it on terminals inside a stage, prints what a person
# would see, and fails when anything goes otherwise. usage: demo-story.py fleet|mail
import sys

import scenario
from scenario import (CODE_PROMPT, PASSWORD_PROMPT, PASSWORDS, Terminal, aws, contains, equal,
                      finish, service, ssh, ssh_by_key, ssh_prompt, step, sudo_prompt, totp,
                      until)


class Margin:
    """Indents what a terminal shows."""

    def __init__(self):
        self.at_start = True

    def write(self, text):
        for char in text.replace("\r", ""):
            if self.at_start:
                sys.stdout.write("    | ")
            sys.stdout.write(char)
            self.at_start = char == "\n"

    def flush(self):
        sys.stdout.flush()


def shown(terminal, title):
    print("\n$ " + title)
    terminal.child.logfile_read = Margin()
    return terminal


def log_in(user, *, pool_user=None, command=()):
    """ssh with password and, for those who have one, a code; at the shell prompt."""
    t = shown(ssh(user, *command), "ssh %s@demo %s" % (user, " ".join(command)))
    t.asks(ssh_prompt(user, PASSWORD_PROMPT), PASSWORDS[user])
    code = None
    if user in ("alice", "frank"):
        code = totp(pool_user or user)
        t.asks(ssh_prompt(user, CODE_PROMPT), code)
    return t, code


def at_once(t, prompt, line):
    t.says(prompt)
    t.types(line)


def refused(t):
    contains(t.ends(status=255), "Permission denied")


def fleet():
    with step("alice logs in over ssh with password and code, sees who she is, and uses sudo"):
        t, code = log_in("alice")
        with t:
            at_once(t, "alice@demo:~$ ", "id")
            text = t.says("alice@demo:~$ ")
            contains(text, "(linux-admins)")
            contains(text, "27(sudo)")
            t.types("sudo id -u")
            t.says(sudo_prompt("alice"))
            t.child.sendline(PASSWORDS["alice"])
            t.says(CODE_PROMPT)
            t.child.sendline(code)  # the one she logged in with
            contains(t.says(CODE_PROMPT), "That code was used already.")
            t.child.sendline(totp("alice"))
            t.says("\n0\r\n")
            at_once(t, "alice@demo:~$ ", "exit")
            t.ends()

    with step("login(1) on the console"):
        with shown(Terminal("/bin/login"), "login") as t:
            t.asks("demo login: ", "alice", echo=True)
            t.asks(PASSWORD_PROMPT, PASSWORDS["alice"])
            t.asks(CODE_PROMPT, totp("alice"))
            at_once(t, "alice@demo:~$ ", "tty; exit")
            contains(t.ends(status=None), "/dev/pts/")

    with step("refused: a wrong code"):
        t = shown(ssh("alice"), "ssh alice@demo")
        with t:
            t.asks(ssh_prompt("alice", PASSWORD_PROMPT), PASSWORDS["alice"])
            t.asks(ssh_prompt("alice", CODE_PROMPT), "000000")
            contains(t.says(CODE_PROMPT), "That code was not right.")
            t.child.sendline("000001")
            contains(t.says(CODE_PROMPT), "That code was not right.")
            t.child.sendline("000002")
            refused(t)

    with step("refused: a reused code"):
        t = shown(ssh("alice"), "ssh alice@demo")
        with t:
            t.asks(ssh_prompt("alice", PASSWORD_PROMPT), PASSWORDS["alice"])
            t.asks(ssh_prompt("alice", CODE_PROMPT), code)
            for _ in range(2):
                contains(t.says(CODE_PROMPT), "That code was")
                t.child.sendline(code)
            refused(t)

    with step("refused: an unknown user"):
        t = shown(ssh("zelda"), "ssh zelda@demo")
        with t:
            t.asks(ssh_prompt("zelda", PASSWORD_PROMPT), "anything-1")
            refused(t)

    scenario.give_key("dave")
    with step("dave logs in; he is disabled in the pool, and is out, with his key too"):
        t, _ = log_in("dave", command=("id",))
        with t:
            contains(t.ends(), "(linux-users)")
        equal(ssh_by_key("dave"), "dave\n")
        print("    (an administrator disables dave in the pool)")
        aws("AdminDisableUser", Username="dave")

        def out():
            try:
                ssh_by_key("dave", status=255)
                return True
            except AssertionError:
                return False
        until("dave's key to be refused", out, 15)
        t, _ = log_in("dave")
        with t:
            refused(t)

    with step("cognitod is killed: root and local users notice nothing"):
        print("    (kill -9 of cognitod)")
        service("kill", "cognitod")
        for user in ("root", "locke"):
            t, _ = log_in(user, command=("id -un",))
            with t:
                equal(t.ends(), user)
        with shown(Terminal("/bin/login"), "login") as t:
            t.asks("demo login: ", "locke", echo=True)
            t.asks(PASSWORD_PROMPT, PASSWORDS["locke"])
            at_once(t, "locke@demo:~$ ", "sudo -k id -un")
            t.says(sudo_prompt("locke"))
            t.child.sendline(PASSWORDS["locke"])
            t.says("root")
            at_once(t, "locke@demo:~$ ", "exit")
            t.ends(status=None)


def mail():
    with step("frank, known to his pool by his e-mail address, logs in"):
        t, _ = log_in("frank", pool_user="frank@example.com", command=("id",))
        with t:
            contains(t.ends(), "(linux-users)")


{"fleet": fleet, "mail": mail}[sys.argv[1]]()
finish()
