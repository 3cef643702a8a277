# SPDX-License-Identifier: Apache-2.0
"""Devices: offered, confirmed, remembered, in place of the second factor, forgotten."""
import base64

import srp_client
from pool_client import check, claims, equal, fails
from sign_in import Form

WRONG = "Incorrect username or password."
GOOD = "Corr3ct-Horse!"
FLOWS = ["ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH",
         "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_CUSTOM_AUTH"]
USERS = [{"username": "bob", "password": GOOD, "mfa": ["SMS_MFA"],
          "attributes": {"phone_number": "+15555550142"}},
         {"username": "dave", "password": GOOD}]


def pool(number, **more):
    return dict({"id": "eu-central-1_Device%d" % number, "mfa": "OPTIONAL", "users": USERS,
                 "clients": [{"id": "client%d" % number, "flows": FLOWS}]}, **more)


START = {"pools": [pool(1, devices="ALWAYS"), pool(2, devices="OPT_IN"), pool(3),
                   pool(4, devices="ALWAYS", device_asks_mfa=True,
                        custom_auth=[{"answer": "yes"}])]}


def full(f, name="bob", **more):
    """A sign-in by SRP, with the code where it is asked for."""
    a = f.srp(name, GOOD, **more)
    if a.json.get("ChallengeName") == "SMS_MFA":
        a = f.respond(a, USERNAME=name, SMS_MFA_CODE=f.pool.control(
            "code", user=name, pool=f.pool.id), **more)
    return a


class Device:
    def __init__(self, f, name="bob"):
        self.result = full(f, name).json["AuthenticationResult"]
        self.token = self.result["AccessToken"]
        meta = self.result["NewDeviceMetadata"]
        self.key, self.group, self.password = meta["DeviceKey"], meta["DeviceGroupKey"], "pw+/=="
        self.f, self.name = f, name

    def confirm(self, **config):
        given = dict(srp_client.device_verifier(self.group, self.key, self.password), **config)
        return self.f.pool.public("ConfirmDevice", AccessToken=self.token, DeviceKey=self.key,
                                  DeviceName="web1", DeviceSecretVerifierConfig=given)

    def ask(self, before):
        client = srp_client.Client()
        a = self.f.respond(before, USERNAME=self.name, DEVICE_KEY=self.key, SRP_A=client.hex)
        a.srp = client
        return a

    def claim(self, asked, password=None):
        r = asked.srp.claim(self.group, self.key, password or self.password,
                            asked.json["ChallengeParameters"])
        return dict(r, USERNAME=self.name, DEVICE_KEY=self.key)


def confirming(p):
    f = Form(p, "public")
    d = Device(f)
    check("a new device", d.key.startswith("eu-central-1_") and len(d.key) == 13 + 36 and
          len(d.group) == 9 and d.group[0] == "-", d.result)
    equal("it is in the token", claims(d.token)["device_key"], d.key)
    fails("not known yet", f.srp("bob", GOOD, DEVICE_KEY=d.key), "ResourceNotFoundException",
          "Device")
    good = srp_client.device_verifier(d.group, d.key, d.password)
    raw = base64.b64decode(good["PasswordVerifier"])
    for what, value in (("negative", base64.b64encode(b"\x80" + raw[1:]).decode()),
                        ("not base64", "*"), ("none", ""),
                        ("too large", base64.b64encode(srp_client.pad(srp_client.N)).decode())):
        fails("verifier " + what, d.confirm(PasswordVerifier=value), "InvalidParameterException")
        if what != "too large":
            fails("salt " + what, d.confirm(Salt=value), "InvalidParameterException")
    other = Device(f)
    fails("of another sign-in", p.public("ConfirmDevice", AccessToken=other.token,
                                         DeviceKey=d.key, DeviceSecretVerifierConfig=good),
          "ResourceNotFoundException")
    fails("key pattern", p.public("ConfirmDevice", AccessToken=d.token, DeviceKey="x y"),
          "InvalidParameterException", "[\\w-]+_[0-9a-f-]+")
    equal("confirmed", d.confirm().json, {"UserConfirmationNecessary": False})
    fails("once", d.confirm(), "InvalidParameterException")
    return d


def proving(p, d):
    f = Form(p, "public")
    a = f.srp("bob", GOOD, DEVICE_KEY=d.key)
    equal("in place of the code", (a.json["ChallengeName"],
                                   a.json["ChallengeParameters"]["DEVICE_KEY"]),
          ("DEVICE_SRP_AUTH", d.key))
    b = d.ask(a)
    equal("device question", (b.json["ChallengeName"], sorted(b.json["ChallengeParameters"])),
          ("DEVICE_PASSWORD_VERIFIER",
           ["DEVICE_KEY", "SALT", "SECRET_BLOCK", "SRP_B", "USERNAME"]))
    equal("the user's name", b.json["ChallengeParameters"]["USERNAME"], "bob")
    fails("the device is named", f.respond(b, **{k: v for k, v in d.claim(b).items()
                                                 if k != "DEVICE_KEY"}),
          "InvalidParameterException", "Missing required parameter DEVICE_KEY")
    r = f.respond(b, **d.claim(b)).json["AuthenticationResult"]
    check("tokens, no other device", "NewDeviceMetadata" not in r, r)
    equal("the device in the token", claims(r["AccessToken"])["device_key"], d.key)
    b = d.ask(f.srp("bob", GOOD, DEVICE_KEY=d.key))
    fails("wrong device password", f.respond(b, **d.claim(b, "x")), "NotAuthorizedException",
          WRONG)
    fails("is the end", f.respond(b, **d.claim(b)), "NotAuthorizedException", "Invalid session")
    a = f.srp("bob", GOOD, DEVICE_KEY=d.key)
    fails("another device's answer", f.respond(a, USERNAME="bob", SRP_A="2",
                                               DEVICE_KEY=d.key[:-1] + "x"),
          "NotAuthorizedException")
    fails("not with a wrong password", f.srp("bob", "x", DEVICE_KEY=d.key),
          "NotAuthorizedException", WRONG)
    fails("another user's device", f.srp("dave", GOOD, DEVICE_KEY=d.key),
          "ResourceNotFoundException", "Device")
    a = f.start("USER_PASSWORD_AUTH", USERNAME="bob", PASSWORD=GOOD, DEVICE_KEY=d.key)
    equal("after a plain password, too", a.json["ChallengeName"], "DEVICE_SRP_AUTH")
    a = Form(p, "admin").srp("bob", GOOD, DEVICE_KEY=d.key)
    equal("admin flow: none of it", a.json["ChallengeName"], "SMS_MFA")
    a = Form(p, "admin").start("ADMIN_USER_PASSWORD_AUTH", USERNAME="dave", PASSWORD=GOOD)
    check("admin flow: no new device", "NewDeviceMetadata" not in a.json["AuthenticationResult"])
    refresh = lambda token, **more: f.start("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=token, **more)
    fails("refresh: after the admin flow", refresh(a.json["AuthenticationResult"]["RefreshToken"]),
          "NotAuthorizedException", "Invalid Refresh Token")
    token = r["RefreshToken"]
    fails("refresh: without the device", refresh(token), "NotAuthorizedException",
          "Invalid Refresh Token")
    equal("refresh: with it", refresh(token, DEVICE_KEY=d.key).status, 200)
    p.control("unlock", user="bob")


def lists(p, d):
    f = Form(p, "public")
    a = p.public("ListDevices", AccessToken=d.token)
    equal("the confirmed one", [x["DeviceKey"] for x in a.json["Devices"]], [d.key])
    attrs = {x["Name"]: x.get("Value") for x in a.json["Devices"][0]["DeviceAttributes"]}
    equal("its name", (attrs["device_name"], attrs["device_status"]), ("web1", "valid"))
    others = [Device(f, "dave") for _ in range(3)]
    for o in others:
        o.confirm()
    a = p.call("AdminListDevices", Username="dave", Limit=2)
    b = p.call("AdminListDevices", Username="dave", Limit=2,
               PaginationToken=a.json["PaginationToken"])
    equal("two pages", ([x["DeviceKey"] for x in a.json["Devices"] + b.json["Devices"]],
                        "PaginationToken" in b.json), ([o.key for o in others], False))
    equal("AdminGetDevice", p.call("AdminGetDevice", Username="dave", DeviceKey=others[0].key)
          .json["Device"]["DeviceKey"], others[0].key)
    fails("GetDevice: not mine", p.public("GetDevice", AccessToken=d.token,
                                          DeviceKey=others[0].key), "ResourceNotFoundException")
    equal("AdminForgetDevice", p.call("AdminForgetDevice", Username="dave",
                                      DeviceKey=others[0].key).body, b"")
    fails("forgotten: refresh", f.start("REFRESH_TOKEN_AUTH", DEVICE_KEY=others[0].key,
                                        REFRESH_TOKEN=others[0].result["RefreshToken"]),
          "NotAuthorizedException")
    # As amazon-cognito-identity-js does it: the same answer again, without the device.
    asked = f.srp_start("bob", DEVICE_KEY=d.key)
    equal("ForgetDevice", p.public("ForgetDevice", AccessToken=d.token, DeviceKey=d.key).body, b"")
    r = f.claim(asked, GOOD)
    fails("forgotten", f.respond(asked, DEVICE_KEY=d.key, **r), "ResourceNotFoundException",
          "Device")
    equal("once more without it", f.respond(asked, **r).json.get("ChallengeName"), "SMS_MFA")
    b = others[1].ask(f.srp("dave", GOOD, DEVICE_KEY=others[1].key))
    p.call("AdminForgetDevice", Username="dave", DeviceKey=others[1].key)
    fails("forgotten meanwhile", f.respond(b, **others[1].claim(b)), "ResourceNotFoundException",
          "Device")


def opting_in(p):
    p.select(2)
    f = Form(p, "public")
    d = Device(f)
    equal("the user is asked", d.confirm().json, {"UserConfirmationNecessary": True})
    again = lambda: f.srp("bob", GOOD, DEVICE_KEY=d.key).json["ChallengeName"]
    equal("not remembered: the code", again(), "SMS_MFA")
    update = lambda status: p.public("UpdateDeviceStatus", AccessToken=d.token, DeviceKey=d.key,
                                     DeviceRememberedStatus=status)
    fails("no such status", update("maybe"), "InvalidParameterException")
    equal("remembered", update("remembered").json, {})
    equal("then the device", again(), "DEVICE_SRP_AUTH")
    update("not_remembered")
    equal("and the code again", again(), "SMS_MFA")
    p.select(3)
    f = Form(p, "public")
    a = f.srp("dave", GOOD, DEVICE_KEY="eu-central-1_0")
    check("not tracked: nothing of it",
          "NewDeviceMetadata" not in a.json["AuthenticationResult"], a.json)
    p.select(4)
    f = Form(p, "public")
    d = Device(f)
    d.confirm()
    a = f.srp("bob", GOOD, DEVICE_KEY=d.key)
    equal("both: first the code", a.json["ChallengeName"], "SMS_MFA")
    a = f.respond(a, USERNAME="bob", SMS_MFA_CODE=p.control("code", user="bob", pool=p.id))
    equal("both: then the device", a.json["ChallengeName"], "DEVICE_SRP_AUTH")
    b = d.ask(a)
    equal("both: tokens", f.respond(b, **d.claim(b)).status, 200)
    a = f.start("CUSTOM_AUTH", USERNAME="bob", DEVICE_KEY=d.key)
    a = f.respond(a, USERNAME="bob", ANSWER="yes")
    equal("after CUSTOM_AUTH, too", a.json["ChallengeName"], "DEVICE_SRP_AUTH")
    p.select(1)


def run(p):
    d = confirming(p)
    for part in (proving, lists):
        part(p, d)
    opting_in(p)
