# SPDX-License-Identifier: Apache-2.0
# stage: --pool tests/e2e/flows.json
#
# sshd's "password" method shows one prompt and gives its answer to whatever else is asked: a
# password alone gets in, every further question ends the login, and the pool hears no more of it
# (R-PAM-08).
import control
from scenario import (PASSWORDS, Terminal, contains, equal, finish, logged, read_log, run, secret,
                      service, settings, step)


def answers():
    return control.count("AdminRespondToAuthChallenge") + control.count("RespondToAuthChallenge")


def log_in(user, password, status):
    with Terminal("ssh", "-o", "PreferredAuthentications=password", "-o", "PubkeyAuthentication=no",
                  "-o", "NumberOfPasswordPrompts=1", user + "@demo", "id -un") as t:
        t.asks("%s@demo's password: " % user, password)
        return t.ends(status=status)


def held_back(user, why, proofs=0):
    """proofs: answers that need nobody, before the first further question."""
    before, said = answers(), len(read_log("syslog"))
    with logged(user, service="sshd", outcome="refused", reason="abandoned"):
        contains(log_in(user, PASSWORDS[user], 255), "Permission denied")
    contains(read_log("syslog")[said:], why)
    equal(answers(), before + proofs, "answers sent to the pool")


AGAIN = "held back: the password came again as the answer to another question"

run("sed", "-i", "-e", "s/^PasswordAuthentication no/PasswordAuthentication yes/",
    "-e", "s/^KbdInteractiveAuthentication yes/KbdInteractiveAuthentication no/", "/etc/ssh/sshd_config")
service("restart", "sshd")

with step("a password alone: right and wrong"):
    with logged("paul", service="sshd", outcome="accepted", challenges="-"):
        equal(log_in("paul", PASSWORDS["paul"], 0), "paul")
    with logged("paul", outcome="refused", reason="bad_password"):
        log_in("paul", secret("Plain-Sailing-1?"), 255)

for user, challenge in (("tina", "SOFTWARE_TOKEN_MFA"), ("sara", "SMS_MFA"), ("emil", "EMAIL_OTP"),
                        ("nina", "NEW_PASSWORD_REQUIRED")):
    with step("%s: the password is no answer" % challenge):
        held_back(user, "user=%s %s" % (user, AGAIN))

with step("SELECT_MFA_TYPE: a prompt with echo, which this method has not"):
    held_back("mara", "user=mara refused reason=")

with step("CUSTOM_CHALLENGE after SRP: nothing but the proof was sent"):
    settings("[login]\nauth_flow = CUSTOM_AUTH\npreferred_challenge = PASSWORD_SRP\n")
    held_back("paul", "user=paul " + AGAIN, proofs=1)

finish()
