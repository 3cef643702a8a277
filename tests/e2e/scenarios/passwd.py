# SPDX-License-Identifier: Apache-2.0
#
# Passwords changed with the real passwd(1), set anew by a code, and demanded of users who came in
# by key (R-PAM-05, R-PAM-17, R-LOG-01).
import contextlib
import re
import time

import control
from scenario import (CODE_PROMPT, NEW_PASSWORD_AGAIN, NEW_PASSWORD_PROMPT, PASSWORD_PROMPT,
                      PASSWORDS, Terminal, as_user, aws, contains, equal, fail, finish, give_key,
                      lacks, logged, read_log, run, secret, service, settings, sms, ssh, ssh_by_key,
                      ssh_login, ssh_prompt, ssh_refused, step, totp, until)

HINT = "Forgotten? Press Enter alone, and a code is sent to you.\n"
CURRENT = "Current password: "
UPDATED = "passwd: password updated successfully"
UNCHANGED = "password unchanged"


def first_prompt(user, more=""):
    return "Changing password for %s.%s\n%s%s" % (user, more, HINT, CURRENT)


def mail_prompt(user):
    return "Code sent by e-mail to %s***@e***: " % user[0]


def twice(t, password, lead=""):
    """Both questions for a new password; lead is what stands above the first."""
    t.asks(lead + NEW_PASSWORD_PROMPT, secret(password))
    t.asks(NEW_PASSWORD_AGAIN, password)


def lines(user):
    """cognitod's lines about this user's passwords."""
    return re.findall(r"^<\d>password user=%s (.*)$" % user, read_log("cognitod"), re.MULTILINE)


@contextlib.contextmanager
def noted(user, words):
    """What happens inside leaves exactly one such line, with these words (R-LOG-01)."""
    before = len(lines(user))
    yield
    until("a line about " + user, lambda: len(lines(user)) > before, 5)
    time.sleep(0.1)
    new = lines(user)[before:]
    equal(len(new), 1, "number of lines")
    for word in words.split():
        contains(" %s " % new[0], " %s " % word)


def changed(user, old, new, *codes):
    with as_user(user, "passwd") as t:
        t.asks(first_prompt(user), old)
        for prompt, code in codes:
            t.asks(prompt, code)
        twice(t, new)
        equal(t.ends(), UPDATED)
    PASSWORDS[user] = new


def by_key(user):
    """A login by key with a terminal, at which sshd may run passwd."""
    return Terminal("ssh", "-tt", "-i", "/root/key", "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes",
                    "%s@demo" % user)


def must_change(user):
    """sshd says so to one without a terminal, and ends."""
    try:
        return "Password change required" in ssh_by_key(user, status=1)
    except AssertionError:
        return False


for name in ("carol", "dave"):
    give_key(name)

with step("R-PAM-05 a local user's passwd knows nothing of us"):
    with as_user("locke", "passwd") as t:
        t.asks("Changing password for locke.\n" + CURRENT, PASSWORDS["locke"])
        t.asks(NEW_PASSWORD_PROMPT, secret("local-Pw-2x"))
        t.asks("Retype new password: ", "local-Pw-2x")
        equal(t.ends(), UPDATED)
    run("chpasswd", text="locke:%s\n" % PASSWORDS["locke"])

with step("a wrong old password changes nothing"):
    with noted("dave", "service=passwd outcome=refused reason=bad_password"):
        with as_user("dave", "passwd") as t:
            t.asks(first_prompt("dave"), secret("not-the-One-1"))
            text = t.ends(status=None)
            contains(text, UNCHANGED)
            lacks(text, UPDATED)
            if t.child.exitstatus == 0:
                fail("passwd ended with 0")
    equal(ssh_login("dave", (PASSWORD_PROMPT, PASSWORDS["dave"])), "dave")

with step("the pool's policy in words, then success"):
    with noted("dave", "service=passwd outcome=accepted reason=changed challenges=CHANGE_PASSWORD"):
        with as_user("dave", "passwd") as t:
            t.asks(first_prompt("dave"), PASSWORDS["dave"])
            twice(t, "short-7")
            t.asks("Password did not conform with policy: Password not long enough\n" +
                   NEW_PASSWORD_PROMPT, secret("Quick-River-78"))
            t.asks(NEW_PASSWORD_AGAIN, "Quick-River-79")
            twice(t, "Quick-River-78", "The passwords do not match.\n")
            equal(t.ends(), UPDATED)
    equal(ssh_login("dave", (PASSWORD_PROMPT, "Quick-River-78")), "dave")
    ssh_refused("dave", (PASSWORD_PROMPT, PASSWORDS["dave"]))
    PASSWORDS["dave"] = "Quick-River-78"

with step("three refused passwords are enough"):
    with noted("dave", "outcome=refused reason=password_policy"):
        with as_user("dave", "passwd") as t:
            t.asks(first_prompt("dave"), PASSWORDS["dave"])
            twice(t, "with Blanks-1")
            twice(t, "short-2", "Blanks are not accepted.\n")
            twice(t, "short-3", "Password did not conform with policy: Password not long enough\n")
            text = t.ends(status=None)
            contains(text, "Password not long enough")
            contains(text, UNCHANGED)
    equal(ssh_login("dave", (PASSWORD_PROMPT, PASSWORDS["dave"])), "dave")

with step("with an authenticator, its code is asked as in a login"):
    with noted("alice", "outcome=accepted challenges=SOFTWARE_TOKEN_MFA,CHANGE_PASSWORD"):
        changed("alice", PASSWORDS["alice"], "Lighthouse-43!", (CODE_PROMPT, lambda: totp("alice")))
    equal(ssh_login("alice", (PASSWORD_PROMPT, PASSWORDS["alice"]),
                    (CODE_PROMPT, lambda: totp("alice"))), "alice")

with step("root needs the old password too, and is told so"):
    control.unlock("dave")  # five changes an hour, refused ones included
    with Terminal("passwd", "dave") as t:
        t.asks(first_prompt("dave", " The pool wants the current one, from root too."),
               PASSWORDS["dave"])
        twice(t, "Quick-River-80")
        equal(t.ends(), UPDATED)
    PASSWORDS["dave"] = "Quick-River-80"

with step("the pool's limit means later"):
    control.demand("fault", op="ChangePassword", n=1, kind="reply", type="LimitExceededException",
                   message="Attempt limit exceeded, please try after some time.")
    with as_user("dave", "passwd") as t:
        t.asks(first_prompt("dave"), PASSWORDS["dave"])
        twice(t, "Quick-River-81")
        text = t.ends(status=None)
        contains(text, "Too many attempts. Please try again later.")
        contains(text, UNCHANGED)

with step("who may not come in changes nothing here, and is not asked"):
    before = control.count("AdminInitiateAuth")
    with as_user("mallory", "passwd") as t:
        contains(t.ends(status=None), UNCHANGED)
    equal(control.count("AdminInitiateAuth"), before)

with step("R-PAM-17 who came in by key with a temporary password has to replace it"):
    if not must_change("carol"):
        fail("carol's key is good without a new password")
    with noted("carol", "service=passwd outcome=accepted reason=required"):
        with by_key("carol") as t:
            t.says("You must change your password now and login again!")
            t.asks(first_prompt("carol"), PASSWORDS["carol"])
            twice(t, "Sturdy-Bridge-63")
            contains(t.ends(status=None), UPDATED)
    equal(ssh_by_key("carol"), "carol\n")
    equal(ssh_login("carol", (PASSWORD_PROMPT, "Sturdy-Bridge-63")), "carol")
    PASSWORDS["carol"] = "Sturdy-Bridge-63"

with step("forgotten: nothing typed, a code, a new password; a wrong code is asked again"):
    with noted("dave", "outcome=accepted reason=reset challenges=RESET_PASSWORD"):
        with as_user("dave", "passwd") as t:
            t.asks(first_prompt("dave"), "")
            t.asks(mail_prompt("dave"), "0")
            twice(t, "Quick-River-82")
            t.asks("That code was not right. Type r for a new one.\n" + mail_prompt("dave"),
                   lambda: sms("dave"))
            equal(t.ends(), UPDATED)
    PASSWORDS["dave"] = "Quick-River-82"
    equal(ssh_login("dave", (PASSWORD_PROMPT, PASSWORDS["dave"])), "dave")

with step("R-PAM-14 three codes in ten minutes, then later"):
    with as_user("dave", "passwd") as t:
        t.asks(first_prompt("dave"), "")
        t.asks(mail_prompt("dave"), "r")
        t.asks("A new code was sent.\n" + mail_prompt("dave"), "r")
        text = t.ends(status=None)
        contains(text, "Too many attempts. Please try again later.")
        contains(text, UNCHANGED)

with step("a reset user is refused like any in a login, and his key leads to passwd and a code"):
    service("restart", "cognitod")
    aws("AdminResetUserPassword", Username="dave")
    with logged("dave", outcome="refused", reason="reset_required"):
        ssh_refused("dave", (PASSWORD_PROMPT, PASSWORDS["dave"]))
    until("dave's key to ask for a new password", lambda: must_change("dave"), 15)
    with noted("dave", "service=passwd outcome=accepted reason=reset"):
        with by_key("dave") as t:
            t.says("You must change your password now and login again!")
            t.asks(first_prompt("dave"), PASSWORDS["dave"])
            t.asks("Your password was reset: a new one has to be set.\n" + mail_prompt("dave"),
                   lambda: sms("dave"))
            twice(t, "Quick-River-83")
            contains(t.ends(status=None), UPDATED)
    PASSWORDS["dave"] = "Quick-River-83"
    equal(ssh_by_key("dave"), "dave\n")

with step("password_reset: a reset one is set anew in the login"):
    settings("[login]\npassword_reset = yes\n")
    aws("AdminResetUserPassword", Username="dave")
    with noted("dave", "service=sshd outcome=accepted reason=reset"):
        with logged("dave", outcome="accepted", challenges="RESET_PASSWORD"):
            with ssh("dave", "id -un") as t:
                t.asks(ssh_prompt("dave", PASSWORD_PROMPT), secret("anything-At-all1"))
                t.says("Your password was reset: a new one has to be set.")
                t.asks(mail_prompt("dave"), lambda: sms("dave"))
                t.asks(ssh_prompt("dave", NEW_PASSWORD_PROMPT), secret("Quick-River-84"))
                t.asks(ssh_prompt("dave", NEW_PASSWORD_AGAIN), "Quick-River-84")
                equal(t.ends(), "dave")
    PASSWORDS["dave"] = "Quick-River-84"

with step("a reset proves nothing: the second factor is asked all the same"):
    aws("AdminResetUserPassword", Username="alice")
    with logged("alice", outcome="refused", challenges="RESET_PASSWORD,SOFTWARE_TOKEN_MFA"):
        with ssh("alice", "id -un") as t:
            t.asks(ssh_prompt("alice", PASSWORD_PROMPT), "anything-At-all1")
            t.says("Your password was reset: a new one has to be set.")
            t.asks(mail_prompt("alice"), lambda: sms("alice"))
            t.asks(ssh_prompt("alice", NEW_PASSWORD_PROMPT), secret("Lighthouse-44!"))
            t.asks(ssh_prompt("alice", NEW_PASSWORD_AGAIN), "Lighthouse-44!")
            t.says("The new password is set.")
            for lead in ("", "", ""):
                t.says(CODE_PROMPT)
                t.child.sendline("000000")
            contains(t.ends(status=255), "Permission denied")
    control.unlock("alice")
    equal(ssh_login("alice", (PASSWORD_PROMPT, "Lighthouse-44!"),
                    (CODE_PROMPT, lambda: totp("alice"))), "alice")

with step("without the daemon there is a word instead of a question; local users change theirs"):
    service("stop", "cognitod")
    with as_user("dave", "passwd") as t:
        text = t.ends(status=None)
        contains(text, "The password is kept in the user pool, which cannot be reached now.")
        contains(text, UNCHANGED)
    with as_user("locke", "passwd") as t:
        t.says(CURRENT)
        t.child.sendline(PASSWORDS["locke"])
        t.says(NEW_PASSWORD_PROMPT)
        t.child.sendline(secret("local-Pw-3x"))
        t.says(NEW_PASSWORD_AGAIN)
        t.child.sendline("local-Pw-3x")
        equal(t.ends(), UPDATED)

finish()
