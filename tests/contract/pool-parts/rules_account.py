# SPDX-License-Identifier: Apache-2.0
"""Passwords changed, forgotten and reset; limits; refresh and revocation; aliases; MFA choice."""
import json

from pool_client import check, claims, equal, fails
from sign_in import Form

WRONG = "Incorrect username or password."
SECRET = "1l9q4v7m2c8x5t0k3n6z1b4w7e0r5y8u2i9o6p3a1s4d7f0g8h5"
FLOWS = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
OLD, NEW = "Corr3ct-Horse!", "An0ther-Horse!"
STATE = "cannot be reset in the current state"


def mail(name):
    return {"email": name + "@example.com", "email_verified": "true"}


START = {"pools": [
    {"id": "eu-central-1_Account1", "mfa": "OPTIONAL", "password_policy": {"history": 1},
     "alias_attributes": ["preferred_username"], "case_sensitive": False,
     "clients": [{"id": "one", "flows": FLOWS},
                 {"id": "hiding", "flows": FLOWS, "secret": SECRET,
                  "prevent_user_existence_errors": "ENABLED"},
                 {"id": "rotating", "flows": FLOWS, "refresh_rotation": True},
                 {"id": "lasting", "flows": FLOWS, "token_revocation": False}],
     "users": [
         {"username": "alice", "password": OLD, "attributes": mail("alice")},
         {"username": "bob", "password": OLD, "attributes": {
             "phone_number": "+15555550142", "phone_number_verified": "true",
             "preferred_username": "carol2"}},
         {"username": "carol", "password": OLD, "status": "FORCE_CHANGE_PASSWORD",
          "attributes": mail("carol")},
         {"username": "dave", "password": OLD},
         {"username": "erin", "password": OLD, "mfa": ["SMS_MFA", "EMAIL_OTP"],
          "attributes": dict(mail("erin"), phone_number="+15555550199")}]}]}


def tokens(f, name="alice", password=OLD):
    return f.start("USER_PASSWORD_AUTH", USERNAME=name, PASSWORD=password).json[
        "AuthenticationResult"]


def changing(p):
    f = Form(p, "public")
    token = tokens(f)["AccessToken"]
    change = lambda old, new: p.public("ChangePassword", AccessToken=token, PreviousPassword=old,
                                       ProposedPassword=new)
    fails("wrong old one", change("x", NEW), "NotAuthorizedException", WRONG)
    fails("policy", change(OLD, "short"), "InvalidPasswordException", "not long enough")
    fails("history", change(OLD, OLD), "PasswordHistoryPolicyViolationException")
    fails("no blanks here", change(OLD, "An0ther Horse!"), "InvalidParameterException")
    a = change(OLD, NEW)
    equal("changed: no body", (a.status, a.body), (200, b""))
    equal("the token lives on", p.public("GetUser", AccessToken=token).status, 200)
    fails("the old one is gone", f.start("USER_PASSWORD_AUTH", USERNAME="alice", PASSWORD=OLD),
          "NotAuthorizedException", WRONG)
    equal("the fifth in an hour", change(NEW, OLD).status, 200)
    fails("the sixth", change(OLD, NEW), "LimitExceededException",
          "Attempt limit exceeded, please try after some time.")
    p.control("unlock", user="alice")
    equal("unlocked", change(OLD, NEW).status, 200)
    change(NEW, OLD)
    fails("not signed in", p.public("ChangePassword", AccessToken="a.b.c", PreviousPassword="x",
                                    ProposedPassword=NEW), "NotAuthorizedException")


def forgetting(p):
    forgot = lambda name, **more: p.public("ForgotPassword", ClientId="one", Username=name, **more)
    confirm = lambda name, code, password=NEW: p.public(
        "ConfirmForgotPassword", ClientId="one", Username=name, ConfirmationCode=code,
        Password=password)
    fails("no code was asked for", confirm("alice", "123456"), "ExpiredCodeException")
    equal("sent by mail", forgot("alice").json["CodeDeliveryDetails"],
          {"Destination": "a***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email"})
    equal("sent by SMS", forgot("bob").json["CodeDeliveryDetails"]["Destination"], "+*******0142")
    equal("the password still works", bool(tokens(Form(p, "public"))), True)
    forgot("alice")
    code = p.control("code", user="alice")
    wrong = "%06d" % ((int(code) + 1) % 1000000)
    fails("wrong code", confirm("alice", wrong), "CodeMismatchException")
    fails("policy", confirm("alice", code, "short"), "InvalidPasswordException")
    equal("right code", confirm("alice", code).status, 200)
    fails("once", confirm("alice", code, OLD), "ExpiredCodeException")
    equal("the new one works", bool(tokens(Form(p, "public"), password=NEW)), True)
    forgot("alice")
    for _ in range(4):
        a = confirm("alice", "x")
    fails("wrong ones", a, "CodeMismatchException")
    fails("are limited", confirm("alice", p.control("code", user="alice")),
          "LimitExceededException", "Attempt limit exceeded")
    for _ in range(3):
        a = forgot("alice")
    fails("so is asking", a, "LimitExceededException")
    p.control("unlock", user="alice")
    forgot("alice")
    code = p.control("code", user="alice")
    p.control("clock", shift=3700)
    fails("an hour later", confirm("alice", code), "ExpiredCodeException")
    p.control("clock", shift=0)
    fails("temporary password", forgot("carol"), "NotAuthorizedException", STATE)
    fails("no way to reach", forgot("dave"), "InvalidParameterException", "no registered/verified")
    fails("LEGACY", forgot("nobody"), "UserNotFoundException")
    f = Form(p, "public", "hiding", SECRET)
    h = f.hashed({"USERNAME": "nobody"})["SECRET_HASH"]
    ask = lambda **m: p.public("ForgotPassword", ClientId="hiding", Username="nobody", **m)
    fails("SecretHash is needed", ask(), "NotAuthorizedException", "SECRET_HASH")
    a = ask(SecretHash=h)
    equal("ENABLED pretends", (a.status, a.json["CodeDeliveryDetails"]["DeliveryMedium"]),
          (200, "EMAIL"))
    equal("always alike", ask(SecretHash=h).json, a.json)
    fails("and no code is right", p.public("ConfirmForgotPassword", ClientId="hiding",
                                           Username="nobody", ConfirmationCode="123456",
                                           Password=NEW, SecretHash=h), "CodeMismatchException")


def resetting(p):
    reset = lambda name: p.call("AdminResetUserPassword", Username=name)
    f = Form(p, "public")
    equal("reset", reset("alice").json, {})
    equal("state", p.call("AdminGetUser", Username="alice").json["UserStatus"], "RESET_REQUIRED")
    fails("no sign-in, whatever the password", f.start("USER_PASSWORD_AUTH", USERNAME="alice",
                                                       PASSWORD="x"),
          "PasswordResetRequiredException")
    fails("only once", reset("alice"), "NotAuthorizedException", STATE)
    fails("not a temporary one", reset("carol"), "NotAuthorizedException", STATE)
    fails("needs an address", reset("dave"), "InvalidParameterException")
    a = p.public("ConfirmForgotPassword", ClientId="one", Username="alice", Password=OLD,
                 ConfirmationCode=p.control("code", user="alice"))
    equal("the code it sent", a.status, 200)
    equal("confirmed", p.call("AdminGetUser", Username="alice").json["UserStatus"], "CONFIRMED")
    equal("and in", bool(tokens(f)), True)


def refreshing(p):
    f = Form(p, "public")
    r = tokens(f)
    get = lambda client, token, **m: p.public("GetTokensFromRefreshToken", ClientId=client,
                                              RefreshToken=token, **m)
    a = get("one", r["RefreshToken"])
    check("without rotation: no new refresh token", a.status == 200 and
          "RefreshToken" not in a.json["AuthenticationResult"] and
          "ChallengeParameters" not in a.json, a.body)
    fails("another client", get("lasting", r["RefreshToken"]), "NotAuthorizedException",
          "Invalid Refresh Token")
    fails("a secret where there is none", get("one", r["RefreshToken"], ClientSecret="x" * 24),
          "NotAuthorizedException")
    g = Form(p, "public", "rotating")
    first = tokens(g)["RefreshToken"]
    fails("rotation: not by the flow", g.start("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=first),
          "InvalidParameterException")
    second = get("rotating", first).json["AuthenticationResult"]["RefreshToken"]
    check("rotation: another one", second != first)
    fails("rotation: the old one is spent", get("rotating", first), "RefreshTokenReuseException")
    equal("rotation: the new one works", get("rotating", second).status, 200)
    h = Form(p, "public", "hiding", SECRET)
    token = tokens(h)["RefreshToken"]
    fails("the secret itself", get("hiding", token), "NotAuthorizedException")
    equal("is what it wants", get("hiding", token, ClientSecret=SECRET).status, 200)


def revoking(p):
    f = Form(p, "public")
    r, other = tokens(f), tokens(f)
    revoke = lambda token, client="one", **m: p.public("RevokeToken", ClientId=client, Token=token,
                                                       **m)
    fails("access tokens are not revoked", revoke(r["AccessToken"]),
          "UnsupportedTokenTypeException")
    fails("of another client", revoke(r["RefreshToken"], "rotating"), "UnauthorizedException")
    a = revoke(r["RefreshToken"])
    equal("revoked: no body", (a.status, a.body), (200, b""))
    fails("its access tokens are dead", p.public("GetUser", AccessToken=r["AccessToken"]),
          "NotAuthorizedException", "Access Token has been revoked")
    fails("it cannot refresh", f.start("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=r["RefreshToken"]),
          "NotAuthorizedException", "Refresh Token has been revoked")
    equal("other sign-ins live", p.public("GetUser", AccessToken=other["AccessToken"]).status, 200)
    token = tokens(Form(p, "public", "lasting"))["RefreshToken"]
    fails("switched off", revoke(token, "lasting"), "UnsupportedOperationException")


def names(p):
    f = Form(p, "public")
    token = tokens(f, "CAROL2")["AccessToken"]
    equal("an alias signs in its owner", claims(token)["username"], "bob")
    a = p.call("AdminUpdateUserAttributes", Username="dave",
               UserAttributes=[{"Name": "preferred_username", "Value": "carol2"}])
    fails("one owner", a, "AliasExistsException")
    p.call("AdminUpdateUserAttributes", Username="bob",
           UserAttributes=[{"Name": "preferred_username", "Value": "someone"}])
    equal("free again", p.call("AdminUpdateUserAttributes", Username="dave", UserAttributes=[
        {"Name": "preferred_username", "Value": "carol2"}]).status, 200)
    equal("then another account", claims(tokens(f, "carol2")["AccessToken"])["username"], "dave")
    equal("the name itself wins", p.call("AdminGetUser", Username="alice").json["Username"],
          "alice")


def choosing(p):
    f = Form(p, "public")
    a = f.start("USER_PASSWORD_AUTH", USERNAME="erin", PASSWORD=OLD)
    equal("choice with e-mail", (a.json["ChallengeName"], json.loads(
        a.json["ChallengeParameters"]["MFAS_CAN_CHOOSE"])),
        ("SELECT_MFA_TYPE", ["SMS_MFA", "EMAIL_OTP"]))
    fails("only as written there", f.respond(a, USERNAME="erin", ANSWER="EMAIL_MFA"),
          "InvalidParameterException")
    a = f.respond(a, USERNAME="erin", ANSWER="EMAIL_OTP")
    equal("a code by mail", (a.json["ChallengeName"], a.json["ChallengeParameters"]),
          ("EMAIL_OTP", {"CODE_DELIVERY_DELIVERY_MEDIUM": "EMAIL", "USER_ID_FOR_SRP": "erin",
                         "CODE_DELIVERY_DESTINATION": "e***@e***"}))
    code = p.control("code", user="erin")
    equal("six digits as second factor", len(code), 6)
    equal("tokens", f.respond(a, USERNAME="erin", EMAIL_OTP_CODE=code).status, 200)


def run(p):
    for part in (changing, forgetting, resetting, refreshing, revoking, names, choosing):
        part(p)
        for user in ("alice", "bob"):
            p.control("unlock", user=user)
