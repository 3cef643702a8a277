# SPDX-License-Identifier: Apache-2.0
# stage: --pool tests/e2e/flows.json --credentials imds
#
# USER_SRP_AUTH and USER_PASSWORD_AUTH, signed and public, by an app client with a secret and by one
# without. The public ones need no AWS credentials: they run while the host's are dead.
import control
from scenario import (NEW_PASSWORD_AGAIN, NEW_PASSWORD_PROMPT, PASSWORDS, PASSWORD_PROMPT,
                      Terminal, as_user, equal, fail, finish, logged, read_log, secret, settings,
                      sms, ssh, ssh_login, ssh_prompt, ssh_refused, step, sudo_prompt, totp, until)

SIGNED = ("AdminInitiateAuth", "AdminRespondToAuthChallenge")
PUBLIC = ("InitiateAuth", "RespondToAuthChallenge")
SMS_TO_SARA = "Code sent by SMS to +*******0143: "
NO_SECRET = "[pool]\nclient_id = 5flowsclientwithout0secretexam\nclient_secret_file =\n"


def use(flow, api, more=""):
    settings("[login]\nauth_flow = %s\napi = %s\n%s" % (flow, api, more))


def use_without_keys(flow, more=""):
    """Public; once the directory is there the host's AWS keys are dead and no new ones come."""
    control.clear()
    use(flow, "public", more)
    control.fault("IMDS", -1, "reply", status=500)
    control.demand("rotate")


def plain(user="paul"):
    with logged(user, outcome="accepted"):
        equal(ssh_login(user, (PASSWORD_PROMPT, PASSWORDS[user])), user)


def with_sms():
    with logged("sara", outcome="accepted"):
        equal(ssh_login("sara", (PASSWORD_PROMPT, PASSWORDS["sara"]),
                        (SMS_TO_SARA, lambda: sms("sara"))), "sara")


def operations(action, wanted, others):
    """Only the wanted form of the operations is used."""
    before = [control.count(op) for op in wanted + others]
    action()
    after = [control.count(op) for op in wanted + others]
    if not all(a > b for a, b in zip(after[:2], before)):
        fail("not used: %r: %r, %r" % (wanted, before, after))
    equal(after[2:], before[2:], "requests %r" % (others,))


with step("USER_SRP_AUTH, signed: code by SMS; a wrong password; right after it"):
    use("USER_SRP_AUTH", "admin")
    operations(with_sms, SIGNED, PUBLIC)
    with logged("paul", outcome="refused", reason="bad_password", challenges="PASSWORD_VERIFIER"):
        ssh_refused("paul", (PASSWORD_PROMPT, secret("Plain-Sailing-1?")))
    plain()

with step("USER_SRP_AUTH, signed: a new password, then by it"):
    fresh = secret("Not-For-Ever-6!")
    with logged("nina", outcome="accepted", challenges="PASSWORD_VERIFIER,NEW_PASSWORD_REQUIRED"):
        equal(ssh_login("nina", (PASSWORD_PROMPT, PASSWORDS["nina"]), (NEW_PASSWORD_PROMPT, fresh),
                        (NEW_PASSWORD_AGAIN, fresh), ("Family name: ", "Nordmann", True)), "nina")
    equal(ssh_login("nina", (PASSWORD_PROMPT, fresh)), "nina")

with step("USER_SRP_AUTH, public: password, code by SMS"):
    use_without_keys("USER_SRP_AUTH")
    operations(with_sms, PUBLIC, SIGNED)
    plain()

with step("USER_PASSWORD_AUTH, public: password, code by SMS, a wrong password"):
    use_without_keys("USER_PASSWORD_AUTH")
    operations(with_sms, PUBLIC, SIGNED)
    plain()
    with logged("paul", outcome="refused", reason="bad_password", challenges="-"):
        ssh_refused("paul", (PASSWORD_PROMPT, secret("Plain-Sailing-1?")))

with step("both by an app client without a secret, whose PASSWORD_VERIFIER has no Session"):
    for flow in ("USER_PASSWORD_AUTH", "USER_SRP_AUTH"):
        use_without_keys(flow, NO_SECRET)
        operations(with_sms, PUBLIC, SIGNED)
        plain()

with step("USER_SRP_AUTH, public, in login(1) and sudo"):
    with Terminal("/bin/login") as t:
        t.asks("demo login: ", "tina", echo=True)
        t.asks(PASSWORD_PROMPT, PASSWORDS["tina"])
        t.asks("Authenticator code: ", lambda: totp("tina"))
        t.says("tina@demo:~$ ")
        t.types("exit")
        t.ends(status=None)
    with logged("tina", service="sudo", challenges="PASSWORD_VERIFIER,SOFTWARE_TOKEN_MFA"):
        with as_user("tina", "sudo", "id", "-un") as t:
            t.asks(sudo_prompt("tina"), PASSWORDS["tina"])
            t.asks("Authenticator code: ", lambda: totp("tina"))
            equal(t.ends(), "root")

with step("no operation of a login was signed; the host has no keys"):
    until("the failure", lambda: "<3>AWS credentials (imds): " in read_log("cognitod"), 30)
    lines = [line for line in control.demand("log").splitlines()
             if line.split()[1] in PUBLIC and "by=-" not in line.split()]
    equal(lines, [], "signed requests")

finish()
