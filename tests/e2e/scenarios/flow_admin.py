# SPDX-License-Identifier: Apache-2.0
# stage: --pool tests/e2e/flows.json --set directory.log_level=debug
#
# ADMIN_USER_PASSWORD_AUTH with every second factor and every way in which a challenge goes wrong:
# new codes, wrong codes, sessions that expired, challenges that nobody can answer at a prompt.
import json

import control
from scenario import (NEW_PASSWORD_AGAIN, NEW_PASSWORD_PROMPT, PASSWORDS, PASSWORD_PROMPT,
                      WRONG_CODE, Terminal, as_user, contains, equal, finish, give_key, logged, read_log,
                      secret, settings, sms, ssh, ssh_by_key, ssh_login, ssh_prompt, ssh_refused, step,
                      sudo_prompt, totp)

SMS_TO_SARA = "Code sent by SMS to +*******0143: "
MAIL_TO_EMIL = "Code sent by e-mail to e***@e***: "
MENU = "1: Code by SMS\n2: Code from the authenticator\n3: Code by e-mail\nWhich one? "
OLD_SESSION = {"status": 400, "type": "NotAuthorizedException",
               "message": "Invalid session for the user, session is expired."}


def forget_codes():
    """A fresh daemon: the three codes in ten minutes (R-PAM-14) are counted in its memory."""
    settings("")


def password(t, user):
    t.asks(ssh_prompt(user, PASSWORD_PROMPT), PASSWORDS[user])


def challenge(name, **parameters):
    """The next sign-in is answered with this challenge, whatever the pool would have asked."""
    control.fault("AdminInitiateAuth", 1, "reply", status=200, body=json.dumps(
        {"ChallengeName": name, "Session": "S" * 40, "ChallengeParameters": parameters}))


with step("SMS_MFA over ssh"):
    with logged("sara", outcome="accepted", challenges="SMS_MFA"):
        equal(ssh_login("sara", (PASSWORD_PROMPT, PASSWORDS["sara"]),
                        (SMS_TO_SARA, lambda: sms("sara"))), "sara")

with step("EMAIL_OTP as second factor over ssh, then in sudo"):
    with logged("emil", service="sshd", outcome="accepted", challenges="EMAIL_OTP"):
        equal(ssh_login("emil", (PASSWORD_PROMPT, PASSWORDS["emil"]),
                        (MAIL_TO_EMIL, lambda: sms("emil"))), "emil")
    with logged("emil", service="sudo", outcome="accepted", challenges="EMAIL_OTP"):
        with as_user("emil", "sudo", "id", "-un") as t:
            t.asks(sudo_prompt("emil"), PASSWORDS["emil"])
            t.asks(MAIL_TO_EMIL, lambda: sms("emil"))
            equal(t.ends(), "root")

with step("SELECT_MFA_TYPE over ssh: no number of the menu, then the code by e-mail"):
    with logged("mara", outcome="accepted", challenges="SELECT_MFA_TYPE,EMAIL_OTP"):
        equal(ssh_login("mara", (PASSWORD_PROMPT, PASSWORDS["mara"]), (MENU, "4", True),
                        ("Please type one of the numbers.\n" + MENU, "3", True),
                        ("Code sent by e-mail to m***@e***: ", lambda: sms("mara"))), "mara")

with step("SELECT_MFA_TYPE in login(1): the authenticator"):
    with logged("mara", service="login", challenges="SELECT_MFA_TYPE,SOFTWARE_TOKEN_MFA"):
        with Terminal("/bin/login") as t:
            t.asks("demo login: ", "mara", echo=True)
            t.asks(PASSWORD_PROMPT, PASSWORDS["mara"])
            t.asks(MENU, "2", echo=True)
            t.asks("Authenticator code: ", lambda: totp("mara"))
            t.says("mara@demo:~$ ")
            t.types("exit")
            t.ends(status=None)

with step("SELECT_MFA_TYPE in sudo: the code by SMS"):
    with logged("mara", service="sudo", challenges="SELECT_MFA_TYPE,SMS_MFA"):
        with as_user("mara", "sudo", "id", "-un") as t:
            t.asks(sudo_prompt("mara"), PASSWORDS["mara"])
            t.asks(MENU, "1", echo=True)
            t.asks("Code sent by SMS to +*******0145: ", lambda: sms("mara"))
            equal(t.ends(), "root")

with step("NEW_PASSWORD_REQUIRED: the pool's policy, two that differ, a required attribute"):
    weak, fresh = secret("weakweakweak"), secret("Not-For-Ever-6!")
    with logged("nina", outcome="accepted", challenges="NEW_PASSWORD_REQUIRED"):
        with ssh("nina", "id -un") as t:
            password(t, "nina")
            for first, again in ((weak, weak), (fresh, weak), (fresh, fresh)):
                t.says(NEW_PASSWORD_PROMPT)
                t.child.sendline(first)
                t.asks(ssh_prompt("nina", NEW_PASSWORD_AGAIN), again)
                if first == weak:  # asked once, whatever becomes of the password
                    t.asks(ssh_prompt("nina", "Family name: "), "Nordmann", echo=True)
            equal(t.ends(), "nina")
    equal(json.loads(control.demand("admin", op="AdminGetUser", body=json.dumps(
        {"UserPoolId": "eu-central-1_Flows1All", "Username": "nina"})))["UserStatus"], "CONFIRMED")
    equal(ssh_login("nina", (PASSWORD_PROMPT, fresh)), "nina")

with step("R-PAM-04 WEB_AUTHN and a challenge nobody knows: refused, and the log says which"):
    for name, reason in (("WEB_AUTHN", "unsupported_challenge:WEB_AUTHN"),
                         ("HOLOGRAM", "unknown_challenge:HOLOGRAM")):
        challenge(name)
        before = control.count("AdminRespondToAuthChallenge")
        with logged("paul", outcome="refused", reason=reason, challenges=name):
            ssh_refused("paul", (PASSWORD_PROMPT, PASSWORDS["paul"]))
        equal(control.count("AdminRespondToAuthChallenge"), before, "answers sent")

forget_codes()
with step("R-PAM-14 r sends a new code, the old one is worth nothing; three codes are all"):
    with logged("sara", outcome="accepted", challenges="SMS_MFA,SMS_MFA,SMS_MFA"):
        with ssh("sara", "id -un") as t:
            password(t, "sara")
            t.asks(ssh_prompt("sara", SMS_TO_SARA), "r")
            t.says("A new code was sent.\r\n" + SMS_TO_SARA)
            stale = sms("sara")
            t.child.sendline("R")
            t.says("A new code was sent.\r\n" + SMS_TO_SARA)
            t.child.sendline("r")
            t.says("No further code can be sent now.\r\n" + SMS_TO_SARA)
            t.child.sendline(stale)
            t.says(WRONG_CODE + "\r\n" + SMS_TO_SARA)
            t.child.sendline(sms("sara"))
            equal(t.ends().splitlines()[-1], "sara")
    before = control.count("AdminInitiateAuth")
    with logged("sara", outcome="refused", reason="limiter"):
        ssh_refused("sara", (PASSWORD_PROMPT, PASSWORDS["sara"]))
    equal(control.count("AdminInitiateAuth"), before, "sign-ins at the pool")

forget_codes()
with step("three wrong codes end the login; a wrong code says that r sends a new one"):
    with logged("emil", outcome="refused", reason="bad_code", challenges="EMAIL_OTP"):
        before = control.count("AdminRespondToAuthChallenge")
        again = WRONG_CODE + " Type r for a new one.\n"
        ssh_refused("emil", (PASSWORD_PROMPT, PASSWORDS["emil"]), (MAIL_TO_EMIL, secret("000001")),
                    (again + MAIL_TO_EMIL, secret("000002")),
                    (again + MAIL_TO_EMIL, secret("000003")))
        equal(control.count("AdminRespondToAuthChallenge"), before + 3, "answers sent")
    control.unlock("emil")

with step("a session that expired: once from the beginning, with the password that was typed"):
    with logged("emil", outcome="accepted", challenges="EMAIL_OTP,EMAIL_OTP"):
        with ssh("emil", "id -un") as t:
            password(t, "emil")
            t.says(MAIL_TO_EMIL)
            stale = sms("emil")
            control.clock(181)  # the app client's session_seconds are over
            t.child.sendline(stale)
            t.says("That took too long; once more, please.\r\n" + MAIL_TO_EMIL)
            control.clock(0)
            t.child.sendline(sms("emil"))
            equal(t.ends(), "emil")

forget_codes()
with step("sessions that expire again and again: not twice"):
    control.fault("AdminRespondToAuthChallenge", 2, "reply", **OLD_SESSION)
    with logged("emil", outcome="refused", reason="session_expired"):
        with ssh("emil", "id -un") as t:
            password(t, "emil")
            t.says(MAIL_TO_EMIL)
            t.child.sendline(sms("emil"))
            t.says("That took too long; once more, please.\r\n" + MAIL_TO_EMIL)
            t.child.sendline(sms("emil"))
            contains(t.ends(status=255), "Permission denied")
    control.clear()

with step("federated users: no password; by key only with [access] federated_users = keys"):
    give_key("fred")
    with logged("fred", outcome="refused", reason="bad_password"):
        ssh_refused("fred", (PASSWORD_PROMPT, secret("no-Password-0!")))
    ssh_by_key("fred", status=255)
    contains(read_log("syslog"), "pam_cognito(sshd:account): user=fred refused reason=denied")
    settings("[access]\nfederated_users = keys\n")
    equal(ssh_by_key("fred").strip(), "fred")
    with logged("fred", outcome="refused", reason="bad_password"):
        ssh_refused("fred", (PASSWORD_PROMPT, secret("no-Password-1!")))

finish()
