# SPDX-License-Identifier: Apache-2.0
"""USER_SRP_AUTH: proofs, what they are bound to, time, users who do not exist."""
import re
import time

import srp_client
from pool_client import check, claims, equal, fails
from sign_in import Form

SRP = ["ALLOW_USER_SRP_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH"]
SECRET = "1l9q4v7m2c8x5t0k3n6z1b4w7e0r5y8u2i9o6p3a1s4d7f0g8h5"
WRONG = "Incorrect username or password."
START = {"pools": [
    {"id": "eu-central-1_Proof1Srp", "mfa": "OPTIONAL", "clients": [
        {"id": "srpclient", "flows": SRP, "srp_seconds": 5},
        {"id": "hidingclient", "secret": SECRET, "flows": SRP,
         "prevent_user_existence_errors": "ENABLED"},
        {"id": "oldclient", "flows": SRP, "srp_session": False}],
     "alias_attributes": ["email"],
     "users": [
         {"username": "alice", "password": "Corr3ct-Horse!", "attributes": {
             "email": "alice@example.com", "email_verified": "true"}},
         {"username": "bob", "password": " p:ä \U0001f511:x ", "mfa": ["SMS_MFA"],
          "attributes": {"phone_number": "+15555550142"}},
         {"username": "carol", "password": "Temp0rary!", "status": "FORCE_CHANGE_PASSWORD"},
         {"username": "dave", "password": "quiet-River-77", "enabled": False},
         {"username": "erin"}]},
    {"id": "eu-central-1_Mail2Srp", "username_attributes": ["email"],
     "clients": [{"id": "mailclient", "flows": SRP,
                  "prevent_user_existence_errors": "ENABLED"}]}]}


def proofs(p):
    for form in ("public", "admin"):
        f = Form(p, form)
        a = f.srp_start("alice@example.com")
        params = a.json["ChallengeParameters"]
        equal(form + ": challenge", (a.json["ChallengeName"], sorted(params)),
              ("PASSWORD_VERIFIER", ["SALT", "SECRET_BLOCK", "SRP_B", "USERNAME",
                                     "USER_ID_FOR_SRP"]))
        equal(form + ": the real name", params["USER_ID_FOR_SRP"], "alice")
        a = f.respond(a, **f.claim(a, "Corr3ct-Horse!"))
        token = a.json.get("AuthenticationResult", {}).get("AccessToken")
        equal(form + ": tokens", token and claims(token)["username"], "alice")
        fails(form + ": wrong password", f.srp("alice", "corr3ct-Horse!"), "NotAuthorizedException",
              WRONG)
    f = Form(p, "public")
    for _ in range(12):  # odd and even, high bit and low: each time other numbers
        if f.srp("alice", "Corr3ct-Horse!").status != 200:
            break
    else:
        check("a dozen times", True)
    salts = {f.srp_start(n).json["ChallengeParameters"]["SALT"] for n in ("alice",) * 3}
    equal("one salt a password", len(salts), 1)
    p.call("AdminSetUserPassword", Username="alice", Password="An0ther-Horse!", Permanent=True)
    a = f.srp_start("alice")
    check("another password, another salt",
          a.json["ChallengeParameters"]["SALT"] not in salts, salts)
    equal("and it works", f.respond(a, **f.claim(a, "An0ther-Horse!")).status, 200)
    fails("the old one does not", f.srp("alice", "Corr3ct-Horse!"), "NotAuthorizedException", WRONG)
    p.call("AdminSetUserPassword", Username="alice", Password="Corr3ct-Horse!", Permanent=True)


def bindings(p):
    f = Form(p, "public")
    good = "Corr3ct-Horse!"
    asked = f.srp_start("alice")
    r = f.claim(asked, good)
    for key in ("PASSWORD_CLAIM_SECRET_BLOCK", "TIMESTAMP"):
        fails("without " + key, f.respond(asked, **{k: v for k, v in r.items() if k != key}),
              "InvalidParameterException", "Missing required parameter " + key)
    equal("a missing one costs nothing", f.respond(asked, **r).status, 200)
    fails("once", f.respond(asked, **r), "NotAuthorizedException", "can only be used once")
    asked, other = f.srp_start("alice"), f.srp_start("alice")
    r = f.claim(asked, good)
    r["PASSWORD_CLAIM_SECRET_BLOCK"] = other.json["ChallengeParameters"]["SECRET_BLOCK"]
    fails("secret block of another try", f.respond(asked, **r), "NotAuthorizedException", WRONG)
    r = f.claim(asked, good)
    fails("after a wrong proof the try is over", f.respond(asked, **r), "NotAuthorizedException",
          "Invalid session for the user.")
    fails("session of another try", f.respond(other, **r), "NotAuthorizedException", WRONG)
    asked = f.srp_start("alice")
    fails("admin answer to a public question",
          Form(p, "admin").respond(asked, **f.claim(asked, good)), "NotAuthorizedException",
          "Invalid session")
    fails("another app client", Form(p, "public", "oldclient").respond(
        asked, **f.claim(asked, good)), "NotAuthorizedException", "Invalid session")
    fails("another user", f.respond(asked, **dict(f.claim(asked, good), USERNAME="bob")),
          "NotAuthorizedException", "Invalid session")
    for a in ("0", "00", "xyz", "", "%x" % srp_client.N, "%x" % (2 * srp_client.N)):
        fails("SRP_A " + a[:8], f.start("USER_SRP_AUTH", USERNAME="alice", SRP_A=a),
              "InvalidParameterException")
    fails("no SRP_A", f.start("USER_SRP_AUTH", USERNAME="alice"), "InvalidParameterException",
          "Missing required parameter SRP_A")
    p.control("unlock", user="alice")


def times(p):
    f = Form(p, "public")

    def at(text):
        asked = f.srp_start("alice")
        return f.respond(asked, **f.claim(asked, "Corr3ct-Horse!", text))
    now = time.time()
    good = srp_client.stamp(now)
    equal("two minutes off", at(srp_client.stamp(now - 120)).status, 200)
    day = time.gmtime(now).tm_mday
    bad = [srp_client.stamp(now - 400), srp_client.stamp(now + 400), good.replace("UTC", "GMT"),
           good + " ", re.sub(r" (\d+) ", r"  \1 ", good, count=1), good.lower(),
           ("Sun" if good[:3] != "Sun" else "Mon") + good[3:], str(int(now)),
           time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))]
    if day < 10:
        bad.append(good.replace(" %d " % day, " 0%d " % day, 1))
    for text in bad:
        fails("time written " + text, at(text), "NotAuthorizedException", WRONG)
        p.control("unlock", user="alice")
    p.control("clock", shift=7 * 86400 - (day - 3) * 86400)
    p.close()
    third = time.time() + 7 * 86400 - (day - 3) * 86400
    if time.gmtime(third).tm_mday < 10:
        text = srp_client.stamp(third)
        equal("a day of one digit", at(text).status, 200)
        single = " %d " % time.gmtime(third).tm_mday
        fails("and with a zero before it", at(text.replace(single, " 0" + single[1:], 1)),
              "NotAuthorizedException", WRONG)
    p.control("clock", shift=0)
    p.control("unlock", user="alice")
    asked = f.srp_start("alice")
    r = f.claim(asked, "Corr3ct-Horse!")
    time.sleep(5.1)
    fails("too late", f.respond(asked, **r), "NotAuthorizedException", WRONG)


def followers(p):
    f = Form(p, "public")
    a = f.srp("bob", " p:ä \U0001f511:x ")
    equal("then the code", a.json["ChallengeName"], "SMS_MFA")
    equal("then tokens", f.respond(a, USERNAME="bob", SMS_MFA_CODE=p.control(
        "code", user="bob")).status, 200)
    equal("temporary password", f.srp("carol", "Temp0rary!").json["ChallengeName"],
          "NEW_PASSWORD_REQUIRED")
    fails("disabled", f.srp_start("dave"), "NotAuthorizedException", "User is disabled.")
    fails("a user without a password", f.srp("erin", "x"), "NotAuthorizedException", WRONG)
    for _ in range(4):
        f.srp("alice", "wrong")
    asked = f.srp_start("alice")
    r = f.claim(asked, "Corr3ct-Horse!")
    f.start("USER_PASSWORD_AUTH", USERNAME="alice", PASSWORD="wrong")  # the lock lasts a second
    fails("locked out", f.respond(asked, **r), "NotAuthorizedException",
          "Password attempts exceeded")
    equal("which costs nothing", f.srp_start("alice").status, 200)
    p.control("unlock", user="alice")
    old = Form(p, "public", "oldclient")
    a = old.srp_start("alice")
    check("PASSWORD_VERIFIER without a session", "Session" not in a.json, a.json)
    equal("is answered without one", old.respond(a, **old.claim(a, "Corr3ct-Horse!")).status, 200)
    a = f.srp_start("alice")
    del a.json["Session"]
    fails("but only where none came", f.respond(a, **f.claim(a, "Corr3ct-Horse!")),
          "InvalidParameterException", "Session")


def nobody(p):
    fails("LEGACY", Form(p, "public").srp_start("nobody"), "UserNotFoundException")
    f = Form(p, "public", "hidingclient", SECRET)
    asked = f.srp_start("nobody")
    params = asked.json["ChallengeParameters"]
    real = f.srp_start("alice").json["ChallengeParameters"]
    equal("as for a real one", (sorted(params), len(params["SALT"]), len(params["SECRET_BLOCK"])),
          (sorted(real), len(real["SALT"]), len(real["SECRET_BLOCK"])))
    equal("the name", params["USER_ID_FOR_SRP"], "nobody")
    salt = params["SALT"]
    again = f.srp_start("Nobody").json["ChallengeParameters"]
    equal("the same salt each time", again["SALT"], salt)
    check("another number each time", again["SRP_B"] != params["SRP_B"])
    check("another name, another salt",
          f.srp_start("nobody2").json["ChallengeParameters"]["SALT"] != salt)
    fails("no password is right", f.respond(asked, **f.claim(asked, "x")),
          "NotAuthorizedException", WRONG)
    fails("only one try", f.respond(asked, **f.claim(asked, "x")), "NotAuthorizedException",
          "Invalid session")
    asked = f.srp_start("nobody")
    fails("somebody else", f.respond(asked, **dict(f.claim(asked, "x"), USERNAME="alice")),
          "NotAuthorizedException", "Invalid session")
    fails("the hash is checked", f.start("USER_SRP_AUTH", USERNAME="nobody", SRP_A="2",
                                         SECRET_HASH="x"), "NotAuthorizedException", "secret hash")
    p.select(2)
    f = Form(p, "public")
    ids = {f.srp_start("no@example.com").json["ChallengeParameters"]["USER_ID_FOR_SRP"]
           for _ in range(2)}
    check("a UUID where names are UUIDs", len(ids) == 1 and len(ids.pop()) == 36, ids)
    a = f.srp_start("no@example.com")
    fails("and no password either", f.respond(a, **f.claim(a, "x")), "NotAuthorizedException",
          WRONG)
    p.select(1)


def run(p):
    for part in (proofs, bindings, times, followers, nobody):
        part(p)
