# SPDX-License-Identifier: Apache-2.0
# stage: --pool tests/e2e/probe.json
#
# The sign-in check after each start: what is wrong is said in the log and by cognitoctl before
# anybody logs in, once, and logins never wait for it.
import os
import re
import time

import control
from scenario import (PASSWORDS, PASSWORD_PROMPT, contains, equal, fail, finish, lacks, read_log, run,
                      secret, settings, ssh_login, step, until)

GOOD, LEGACY, PUBLIC = (c + "example" for c in (
    "1clientasitshouldbe0000", "2clientoftheolddays0000", "3clientwithoutsecret000"))
ENV = "/run/stage/cognitod.env"


def found():
    """What cognitoctl says, once there is something."""
    def look():
        return re.search(r"^sign_in_check: (.*)$", run("cognitoctl", "status"), re.M).group(1)
    until("the check", lambda: look() != "not yet", 30)
    return look()


def check(text, words, level):
    """With these settings the check says these words, in the log with this level."""
    log = len(read_log("cognitod"))
    settings(text)
    contains(found(), words)
    lines = [line for line in read_log("cognitod")[log:].splitlines() if "sign-in check: " in line]
    equal(len(lines), 1, "lines about the check")
    contains(lines[0], words)
    equal(lines[0][:3], "<%d>" % level, "level of the line")


def keys(key_id, key):
    """Other AWS keys for the daemon's next start."""
    with open(ENV, "w", encoding="ascii") as f:
        f.write("AWS_ACCESS_KEY_ID=%s\nAWS_SECRET_ACCESS_KEY=%s\n" % (key_id, secret(key)))


CASES = (
    # what, settings, words, level of the line
    ("everything as it should be", "", "good", 6),
    ("a client that tells who exists", "[pool]\nclient_id = %s\n" % LEGACY,
     "PreventUserExistenceErrors", 4),
    ("no such client", "[pool]\nclient_id = 9nosuchclient0000000000example\n", "[pool] client_id: ", 3),
    ("no such pool", "[pool]\npool_id = eu-central-1_Nowhere11\n", "[pool] pool_id: ", 3),
    ("no secret", "[pool]\nclient_secret_file =\n", "none is configured", 3),
    ("a secret too many", "[pool]\nclient_id = %s\n[login]\napi = public\n"
     "auth_flow = USER_PASSWORD_AUTH\n" % PUBLIC, "has no secret", 3),
    ("a wrong secret", "[pool]\nclient_secret_file = /etc/cognito/other.secret\n",
     "not the secret of this app client", 3),
    ("a flow that is off", "[login]\nauth_flow = USER_SRP_AUTH\n", "[login] auth_flow: ", 3),
    ("SRP, where the pool plays a challenge", "[pool]\nclient_id = %s\nclient_secret_file =\n"
     "[login]\nauth_flow = USER_SRP_AUTH\n" % PUBLIC, "good", 6),
    ("the public form", "[pool]\nclient_id = %s\nclient_secret_file =\n[login]\napi = public\n"
     "auth_flow = USER_PASSWORD_AUTH\n" % PUBLIC, "good", 6),
    ("nobody there", "[pool]\nendpoint_url = https://127.0.0.1:9/\n", "cannot be reached", 3),
    ("a certificate that nobody trusts", "[pool]\nca_bundle = /etc/ssl/certs/ca-certificates.crt\n",
     "cannot be reached", 3),
)

with open("/etc/cognito/other.secret", "w", encoding="ascii") as secret_file:
    secret_file.write(secret("0therSecret0therSecret0therSecret0therSecret0therSe") + "\n")
run("chown", "root:cognitod", "/etc/cognito/other.secret")
os.chmod("/etc/cognito/other.secret", 0o640)

for what, text, words, level in CASES:
    with step(what):
        check(text, words, level)

with step("a role that may not sign users in"):
    with open(ENV, encoding="ascii") as f:
        good_keys = f.read()
    keys("AKIDREADER0000000001", "reader/secret/key/that/signs/no/sign/ins")
    check("", "lacks AdminInitiateAuth", 3)

with step("keys that are not known, and a wrong secret key"):
    keys("AKIDNOBODY0000000001", "nobodys/secret/key")
    check("", "the access key is not known", 3)
    keys("AKIDREADER0000000001", "wrong/secret/key")
    check("", "the secret key is wrong", 3)

with open(ENV, "w", encoding="ascii") as f:
    f.write(good_keys)

with step("a pool that is busy, and a Lambda trigger that refuses"):
    for kind, words in (("TooManyRequestsException", "quota of sign-ins"),
                        ("UserLambdaValidationException", "a Lambda trigger")):
        control.demand("fault", op="AdminInitiateAuth", n=-1, kind="reply", type=kind)
        check("", words, 4)
        control.demand("clear")

with step("once after each start"):
    before = control.count("AdminInitiateAuth")
    check("", "good", 6)
    time.sleep(4)  # some rounds of the sync
    equal(control.count("AdminInitiateAuth"), before + 1, "AdminInitiateAuth calls")

with step("logins do not wait for it"):
    control.demand("fault", op="AdminInitiateAuth", n=1, kind="hang")
    settings("")
    time.sleep(0.5)  # it has begun before the first sync ended, and hangs
    equal(ssh_login("dave", (PASSWORD_PROMPT, PASSWORDS["dave"])), "dave")
    contains(run("cognitoctl", "status"), "not yet")

with step("the name and password it used are in no log"):
    lacks(read_log("cognitod"), "USERNAME")
    if re.search(r"user=[0-9a-f]{8}-", read_log("cognitod")):
        fail("a name of the check was logged")

finish()
