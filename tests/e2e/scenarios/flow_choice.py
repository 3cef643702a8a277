# SPDX-License-Identifier: Apache-2.0
# stage: --pool tests/e2e/flows.json
#
# USER_AUTH: each preferred first factor and the menu, signed and public; what counts as a second
# factor (R-PAM-09).
from scenario import (PASSWORDS, PASSWORD_PROMPT, Terminal, as_user, equal, finish, logged, secret,
                      settings, sms, ssh_login, ssh_refused, step, sudo_prompt)

MENU = "1: Password\n2: Code by e-mail\n3: Code by SMS\nWhich one? "
MAIL_TO_OTTO = "Code sent by e-mail to o***@e***: "
SMS_TO_OTTO = "Code sent by SMS to +*******0147: "
SMS_TO_SARA = "Code sent by SMS to +*******0143: "


def use(preferred, api="admin", more=""):
    settings("[login]\nauth_flow = USER_AUTH\napi = %s\npreferred_challenge = %s\n%s" %
             (api, preferred, more))


def otto(*answers, **fields):
    with logged("otto", outcome="accepted", **fields):
        equal(ssh_login("otto", *answers), "otto")


def code():
    return sms("otto")


def password(user):
    return PASSWORD_PROMPT, PASSWORDS[user]


for api in ("admin", "public"):
    with step("PASSWORD, %s: alone and with a second factor" % api):
        use("PASSWORD", api)
        otto(password("otto"), challenges="-")
        with logged("sara", outcome="accepted", challenges="SMS_MFA"):
            equal(ssh_login("sara", password("sara"), (SMS_TO_SARA, lambda: sms("sara"))), "sara")

    with step("PASSWORD_SRP, %s" % api):
        use("PASSWORD_SRP", api)
        otto(password("otto"), challenges="PASSWORD_VERIFIER")

    with step("EMAIL_OTP and SMS_OTP, %s: eight digits and no password" % api):
        use("EMAIL_OTP", api)
        otto((MAIL_TO_OTTO, code), challenges="EMAIL_OTP")
        equal(len(code()), 8, "digits")
        use("SMS_OTP", api)
        otto((SMS_TO_OTTO, code), challenges="SMS_OTP")

    with step("the menu, %s: password, then each code" % api):
        use("", api)
        otto((MENU, "1", True), password("otto"), challenges="SELECT_CHALLENGE,PASSWORD_VERIFIER")
        otto((MENU, "2", True), (MAIL_TO_OTTO, code), challenges="SELECT_CHALLENGE,EMAIL_OTP")
        otto((MENU, "3", True), (SMS_TO_OTTO, code), challenges="SELECT_CHALLENGE,SMS_OTP")

with step("one choice is no menu: the password, then its second factor"):
    with logged("sara", challenges="SELECT_CHALLENGE,PASSWORD_VERIFIER,SMS_MFA"):
        equal(ssh_login("sara", password("sara"), (SMS_TO_SARA, lambda: sms("sara"))), "sara")

with step("the menu in login(1) and sudo"):
    settings("[login]\nauth_flow = USER_AUTH\n[local_groups]\nlinux-users = sudo\n")
    with logged("otto", service="login", challenges="SELECT_CHALLENGE,EMAIL_OTP"):
        with Terminal("/bin/login") as t:
            t.asks("demo login: ", "otto", echo=True)
            t.asks(MENU, "2", echo=True)
            t.asks(MAIL_TO_OTTO, code)
            t.says("otto@demo:~$ ")
            t.types("exit")
            t.ends(status=None)
    with logged("otto", service="sudo", challenges="SELECT_CHALLENGE,PASSWORD_VERIFIER"):
        with as_user("otto", "sudo", "id", "-un") as t:
            t.asks(MENU, "1", echo=True)
            t.asks(sudo_prompt("otto"), PASSWORDS["otto"])
            equal(t.ends(), "root")

with step("a wrong password"):
    use("PASSWORD")
    with logged("otto", outcome="refused", reason="bad_password"):
        ssh_refused("otto", (PASSWORD_PROMPT, secret("Once-And-Only-7?")))

with step("R-PAM-09 a code as the first factor is no second one"):
    use("EMAIL_OTP", more="require_mfa = yes\n")
    with logged("otto", outcome="refused", reason="mfa_required", challenges="EMAIL_OTP"):
        ssh_refused("otto", (MAIL_TO_OTTO, code))

finish()
