# SPDX-License-Identifier: Apache-2.0
"""USER_AUTH: what a user may choose from, the preferred first factor, codes as first factors."""
import srp_client
from pool_client import check, equal, fails
from sign_in import Form

WRONG = "Incorrect username or password."
FLOWS = ["ALLOW_USER_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH"]
MAIL = {"email": "tess@example.com", "email_verified": "true"}
PHONE = {"phone_number": "+15555550142", "phone_number_verified": "true"}
START = {"pools": [
    {"id": "eu-central-1_Choice1", "mfa": "OPTIONAL",
     "first_factors": ["PASSWORD", "EMAIL_OTP", "SMS_OTP"],
     "clients": [{"id": "one", "flows": FLOWS},
                 {"id": "hiding", "flows": FLOWS, "prevent_user_existence_errors": "ENABLED"},
                 {"id": "closed", "flows": ["ALLOW_USER_SRP_AUTH"]}],
     "users": [
         {"username": "alice", "password": "Corr3ct-Horse!", "attributes": dict(MAIL, **PHONE)},
         {"username": "bob", "password": "Copper_Kettle9", "attributes": PHONE,
          "mfa": ["SMS_MFA"]},
         {"username": "carol", "password": "Temp0rary!", "status": "FORCE_CHANGE_PASSWORD",
          "attributes": MAIL},
         {"username": "erin", "attributes": MAIL},
         {"username": "frank", "password": "quiet-River-77",
          "attributes": {"email": "frank@example.com"}}]},
    {"id": "eu-central-1_Choice2", "clients": [{"id": "two", "flows": FLOWS}],
     "users": [{"username": "alice", "password": "Corr3ct-Horse!", "attributes": MAIL}]}]}


def what_there_is(p):
    f = Form(p, "public")
    available = lambda name: f.start("USER_AUTH", USERNAME=name).json.get("AvailableChallenges")
    a = f.start("USER_AUTH", USERNAME="alice")
    equal("choice", (a.json["ChallengeName"], a.json["ChallengeParameters"]),
          ("SELECT_CHALLENGE", {}))
    equal("all", a.json["AvailableChallenges"], ["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP",
                                                 "SMS_OTP"])
    equal("with a second factor: no codes", available("bob"), ["PASSWORD_SRP", "PASSWORD"])
    equal("with a temporary password: no codes", available("carol"), ["PASSWORD_SRP", "PASSWORD"])
    equal("without a password", available("erin"), ["EMAIL_OTP"])
    equal("address not verified", available("frank"), ["PASSWORD_SRP", "PASSWORD"])
    a = f.start("USER_AUTH", USERNAME="carol", PREFERRED_CHALLENGE="EMAIL_OTP")
    equal("preferred, but not there", (a.json["ChallengeName"], a.json["AvailableChallenges"]),
          ("SELECT_CHALLENGE", ["PASSWORD_SRP", "PASSWORD"]))
    a = f.start("USER_AUTH", USERNAME="alice", PREFERRED_CHALLENGE="WEB_AUTHN")
    equal("no keys", a.json["ChallengeName"], "SELECT_CHALLENGE")
    fails("unknown preference", f.start("USER_AUTH", USERNAME="alice", PREFERRED_CHALLENGE="DNA"),
          "InvalidParameterException")
    fails("flow not enabled", Form(p, "public", "closed").start("USER_AUTH", USERNAME="alice"),
          "InvalidParameterException", "Auth flow not enabled for this client")
    p.select(2)
    f = Form(p, "public")
    equal("a pool with passwords only", available("alice"), ["PASSWORD_SRP", "PASSWORD"])
    p.select(1)


def passwords(p):
    good = "Corr3ct-Horse!"
    for form in ("public", "admin"):
        f = Form(p, form)
        start = lambda **more: f.start("USER_AUTH", USERNAME="alice", **more)
        check(form + ": password at once", "AuthenticationResult" in start(
            PREFERRED_CHALLENGE="PASSWORD", PASSWORD=good).json)
        fails(form + ": wrong", start(PREFERRED_CHALLENGE="PASSWORD", PASSWORD="x"),
              "NotAuthorizedException", WRONG)
        a = start(PREFERRED_CHALLENGE="PASSWORD")
        equal(form + ": asked for", a.json["ChallengeName"], "PASSWORD")
        check(form + ": and given", "AuthenticationResult" in f.respond(
            a, USERNAME="alice", PASSWORD=good).json)
        a = start()
        fails(form + ": selected without it", f.respond(a, USERNAME="alice", ANSWER="PASSWORD"),
              "InvalidParameterException", "Missing required parameter PASSWORD")
        fails(form + ": not among them", f.respond(a, USERNAME="alice", ANSWER="WEB_AUTHN"),
              "InvalidParameterException")
        check(form + ": selected", "AuthenticationResult" in f.respond(
            a, USERNAME="alice", ANSWER="PASSWORD", PASSWORD=good).json)
        fails(form + ": once", f.respond(a, USERNAME="alice", ANSWER="PASSWORD", PASSWORD=good),
              "NotAuthorizedException", "can only be used once")
        a = start()
        fails(form + ": selected, wrong", f.respond(a, USERNAME="alice", ANSWER="PASSWORD",
                                                    PASSWORD="x"), "NotAuthorizedException", WRONG)
        fails(form + ": then it is over", f.respond(a, USERNAME="alice", ANSWER="PASSWORD",
                                                    PASSWORD=good),
              "NotAuthorizedException", "Invalid session")
        a = f.srp_start("alice", "USER_AUTH", PREFERRED_CHALLENGE="PASSWORD_SRP")
        equal(form + ": SRP at once", a.json["ChallengeName"], "PASSWORD_VERIFIER")
        check(form + ": proved", "AuthenticationResult" in f.respond(
            a, **f.claim(a, good)).json)
        for a, more in ((start(), {"ANSWER": "PASSWORD_SRP"}),
                        (start(PREFERRED_CHALLENGE="PASSWORD_SRP"), {})):
            equal(form + ": asked", a.json["ChallengeName"],
                  "SELECT_CHALLENGE" if more else "PASSWORD_SRP")
            client = srp_client.Client()
            b = f.respond(a, USERNAME="alice", SRP_A=client.hex, **more)
            b.srp = client
            check(form + ": SRP later", "AuthenticationResult" in f.respond(
                b, **f.claim(b, good)).json)
        a = f.start("USER_AUTH", USERNAME="bob", PREFERRED_CHALLENGE="PASSWORD",
                    PASSWORD="Copper_Kettle9")
        equal(form + ": then the second factor", a.json["ChallengeName"], "SMS_MFA")
        p.control("unlock", user="alice")


def codes(p):
    for form in ("public", "admin"):
        f = Form(p, form)
        for name, where in (("EMAIL_OTP", "t***@e***"), ("SMS_OTP", "+*******0142")):
            medium = name.split("_")[0]
            a = f.start("USER_AUTH", USERNAME="alice", PREFERRED_CHALLENGE=name)
            equal(form + ": " + name, (a.json["ChallengeName"], a.json["ChallengeParameters"]),
                  (name, {"CODE_DELIVERY_DELIVERY_MEDIUM": medium,
                          "CODE_DELIVERY_DESTINATION": where}))
            check(form + ": the others come too", name in a.json["AvailableChallenges"])
            code = p.control("code", user="alice")
            equal(form + ": eight digits", (len(code), code.isdigit()), (8, True))
            wrong = "%08d" % ((int(code) + 1) % 100000000)
            fails(form + ": wrong", f.respond(a, USERNAME="alice", **{name + "_CODE": wrong}),
                  "CodeMismatchException")
            check(form + ": tokens", "AuthenticationResult" in f.respond(
                a, USERNAME="alice", **{name + "_CODE": code}).json)
        a = f.respond(f.start("USER_AUTH", USERNAME="alice"), USERNAME="alice", ANSWER="SMS_OTP")
        equal(form + ": selected", a.json["ChallengeName"], "SMS_OTP")
        fails(form + ": code of the mail", f.respond(a, "EMAIL_OTP", USERNAME="alice",
                                                     EMAIL_OTP_CODE=p.control("code",
                                                                              user="alice")),
              "NotAuthorizedException", "Invalid session")


def nobody(p):
    fails("LEGACY", Form(p, "public").start("USER_AUTH", USERNAME="nobody"),
          "UserNotFoundException")
    f = Form(p, "public", "hiding")
    a = f.start("USER_AUTH", USERNAME="nobody")
    equal("as if", a.json["AvailableChallenges"], ["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP",
                                                   "SMS_OTP"])
    fails("no password", f.respond(a, USERNAME="nobody", ANSWER="PASSWORD", PASSWORD="x"),
          "NotAuthorizedException", WRONG)
    a, b = (f.start("USER_AUTH", USERNAME="nobody", PREFERRED_CHALLENGE="EMAIL_OTP")
            for _ in range(2))
    equal("a code seems to be sent, always there", a.json["ChallengeParameters"],
          b.json["ChallengeParameters"])
    respond = lambda: f.respond(a, USERNAME="nobody", EMAIL_OTP_CODE="12345678")
    for _ in range(5):
        c = respond()
    fails("no code is right", c, "CodeMismatchException")
    fails("five times", respond(), "NotAuthorizedException", "Invalid session")
    a = f.srp_start("nobody", "USER_AUTH", PREFERRED_CHALLENGE="PASSWORD_SRP")
    fails("no proof either", f.respond(a, **f.claim(a, "x")), "NotAuthorizedException", WRONG)
    fails("password at once", f.start("USER_AUTH", USERNAME="nobody", PASSWORD="x",
                                      PREFERRED_CHALLENGE="PASSWORD"),
          "NotAuthorizedException", WRONG)


def run(p):
    for part in (what_there_is, passwords, codes, nobody):
        part(p)
