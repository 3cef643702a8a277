# SPDX-License-Identifier: Apache-2.0
# stage: --pool tests/e2e/devices.json --set login.api=public --set login.auth_flow=USER_SRP_AUTH
#
# Remembered devices: after one login with a code this host stands for the code, for a while, for
# this user, and nowhere else. The pool leaves it to its users, so the daemon has to say yes twice.
import os
import sqlite3

import awscall
import control
from scenario import (PASSWORD_PROMPT, PASSWORDS, SMS_PROMPT, as_user, contains, equal, finish, lacks, logged,
                      read_log, run, service, settings, sms, ssh, ssh_login, ssh_prompt, step,
                      sudo_prompt, until)

CODE = "PASSWORD_VERIFIER,SMS_MFA"
DEVICE = "PASSWORD_VERIFIER,DEVICE_SRP_AUTH,DEVICE_PASSWORD_VERIFIER"
ON = "[login]\nremember_device = yes\n"
STATE = "/var/lib/cognitod/state.db"
BOB = (PASSWORD_PROMPT, PASSWORDS["bob"])


def gone(why):
    return "this host is no device of bob any more: " + why


def with_code(challenges=CODE):
    with logged("bob", outcome="accepted", challenges=challenges):
        with ssh("bob", "id -un") as t:
            t.asks(ssh_prompt("bob", PASSWORD_PROMPT), PASSWORDS["bob"])
            t.asks(ssh_prompt("bob", SMS_PROMPT), lambda: sms("bob"))
            equal(t.ends(), "bob")


def remembered(challenges=CODE):
    """A login with a code, and the host has become a device after it."""
    line = "this host is a device of bob for "
    before = read_log("cognitod").count(line)
    with_code(challenges)
    until("the device", lambda: read_log("cognitod").count(line) > before)


def without_code():
    with logged("bob", outcome="accepted", challenges=DEVICE):
        equal(ssh_login("bob", BOB), "bob")


def rows(statement):
    """Of state.db, while nobody else has it open."""
    db = sqlite3.connect(STATE)
    found = db.execute(statement).fetchall()
    db.commit()
    db.close()
    run("sh", "-c", "chown cognitod:cognitod /var/lib/cognitod/*")
    return found


def devices():
    return awscall.call("AdminListDevices", {"UserPoolId": os.environ["POOL_ID"], "Username": "bob"})[
        "Devices"]


with step("off by default: every login wants its code"):
    with_code()
    with_code()
    equal(control.count("ConfirmDevice"), 0, "ConfirmDevice calls")

with step("the first login wants a code, the second none; the pool knows the device"):
    settings(ON)
    remembered()
    without_code()
    equal(len(devices()), 1, "devices of the pool")
    names = {a["Name"]: a["Value"] for a in devices()[0]["DeviceAttributes"]}
    equal(names["dev:device_remembered_status"], "remembered")

with step("over a restart, too"):
    service("restart", "cognitod")
    without_code()

with step("who gives no code anyway makes no device"):
    equal(ssh_login("dave", (PASSWORD_PROMPT, PASSWORDS["dave"])), "dave")
    equal(control.count("ConfirmDevice"), 1, "ConfirmDevice calls")

with step("R-PAM-09 require_mfa = yes wants a code all the same, and keeps the device"):
    settings(ON + "[service sudo]\nrequire_mfa = yes\n[local_groups]\nlinux-users = sudo\n")
    with logged("bob", service="sudo", outcome="accepted", challenges=CODE):
        with as_user("bob", "sudo", "id", "-u") as t:
            t.asks(sudo_prompt("bob"), PASSWORDS["bob"])
            t.says(SMS_PROMPT)
            t.child.sendline(sms("bob"))
            equal(t.ends(), "0")
    without_code()
    equal(control.count("ConfirmDevice"), 1, "ConfirmDevice calls")

with step("R-PAM-09 require_mfa = device takes the device, and refuses without either"):
    settings(ON + "require_mfa = device\n")
    without_code()
    with logged("dave", outcome="refused", reason="mfa_required"):
        with ssh("dave", "id -un") as t:
            t.asks(ssh_prompt("dave", PASSWORD_PROMPT), PASSWORDS["dave"])
            contains(t.ends(status=255), "Permission denied")

with step("a device that the pool has forgotten: the code again, and a new device"):
    settings(ON)
    awscall.call("AdminForgetDevice", {"UserPoolId": os.environ["POOL_ID"], "Username": "bob",
                                       "DeviceKey": devices()[0]["DeviceKey"]})
    remembered("PASSWORD_VERIFIER," + CODE)  # the pool says so after the password: once more without
    contains(read_log("cognitod"), gone("the pool has forgotten it"))
    without_code()

with step("after remember_device_days: the code again"):
    service("stop", "cognitod")
    rows("UPDATE device SET written_s = written_s - 31 * 86400")
    service("start", "cognitod")
    remembered()
    contains(read_log("cognitod"), gone("remember_device_days are over"))
    without_code()

with step("state.db on another machine is no device"):
    service("stop", "cognitod")
    with open("/etc/machine-id", encoding="ascii") as f:
        mine = f.read()
    run("sh", "-c", "rm -f /etc/machine-id; echo 00112233445566778899aabbccddeeff >/etc/machine-id")
    service("start", "cognitod")
    remembered()
    contains(read_log("cognitod"), gone("it was sealed on another host, or is damaged"))
    without_code()
    with open("/etc/machine-id", "w", encoding="ascii") as f:
        f.write(mine)

with step("a user whom a sweep finds disabled keeps no device"):
    service("restart", "cognitod")
    remembered()
    awscall.call("AdminDisableUser", {"UserPoolId": os.environ["POOL_ID"], "Username": "bob"})
    until("the end of the device", lambda: gone("the user is disabled") in read_log("cognitod"), 30)
    awscall.call("AdminEnableUser", {"UserPoolId": os.environ["POOL_ID"], "Username": "bob"})
    until("bob to be back", lambda: "enabled: yes" in " ".join(
        run("cognitoctl", "user", "bob").replace("\t", " ").split()), 30)

with step("confirming never holds a login up, and a failure costs only the next code"):
    settings(ON)
    failed = "could not become a device of bob: ConfirmDevice"
    control.fault("ConfirmDevice", 1, "hang")
    with_code()
    lacks(read_log("cognitod"), failed)  # in, and it is still on its way
    control.fault("ConfirmDevice", 1, "close")
    with_code()
    until("a line in the log", lambda: failed in read_log("cognitod"))
    control.demand("clear")

with step("switched off again: every login wants its code, nothing is left"):
    settings(ON)
    remembered()
    settings("")
    with_code()
    service("stop", "cognitod")
    equal(rows("SELECT count(*) FROM device"), [(0,)])

finish()
