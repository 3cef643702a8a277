#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The rules of the test pool, asked by a client of their own: standard library only.

Signature and clock, shape of requests, sessions, codes, lock-out, tokens, pages, faults, IMDS.
The ways of signing in have files of their own in pool-parts. POOL_BIN: the program (default
tests/pool/cognito-pool under the present directory); DEMO: its start file (default
tests/pool/demo.json beside this script). Ends with "N passed, N failed".
"""
import base64
import hashlib
import hmac
import http.client
import json
import os
import socket
import struct
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "pool-parts"))

import rules_account
import rules_aws
import rules_choice
import rules_custom
import rules_device
import rules_srp
from pool_client import Pool, TARGET, check, claims, equal, fails, number, results, rs256_is_good

DEMO = os.environ.get("DEMO", os.path.join(HERE, "..", "pool", "demo.json"))
PARTS = (rules_srp, rules_custom, rules_choice, rules_device, rules_account, rules_aws)


def front(p):
    ok = p.call("ListGroups")
    equal("signed call", ok.status, 200)
    check("request id, date, type", ok.headers["x-amzn-RequestId"] and ok.headers["Date"] and
          ok.headers["Content-Type"] == "application/x-amz-json-1.1", ok.headers)
    body = {"UserPoolId": p.id}
    a = p.raw("NoSuchThing", body)
    fails("unknown operation", a, "UnknownOperationException")
    equal("unknown operation: only the type", a.json, {"__type": "UnknownOperationException"})
    fails("wrong content type", p.raw("ListGroups", body, {"Content-Type": "application/json"}),
          "UnknownOperationException")
    fails("not signed", p.public("ListGroups", **body), "MissingAuthenticationTokenException")
    h = p.sign({"Content-Type": "application/x-amz-json-1.1",
                "X-Amz-Target": TARGET + "ListGroups"}, b"{}")
    fails("body changed after signing", p.send("POST", "/", h, json.dumps(body).encode()),
          "InvalidSignatureException", "does not match")
    now = time.time()
    fails("clock behind", p.raw("ListGroups", body, when=now - 400), "InvalidSignatureException",
          "Signature expired: ")
    fails("clock ahead", p.raw("ListGroups", body, when=now + 400), "InvalidSignatureException",
          "Signature not yet current: ")
    equal("clock off by four minutes", p.raw("ListGroups", body, when=now - 240).status, 200)
    for what, how in (("service", {"service": "sts"}), ("region", {"region": "mars-north-1"}),
                      ("terminator", {"terminator": "aws5_request"}),
                      ("date of the scope", {"scope_date": "20200101"}),
                      ("host not signed", {"signed": ["x-amz-date", "x-amz-target"]}),
                      ("target not signed", {"signed": ["host", "x-amz-date"]})):
        fails("scope: " + what, p.raw("ListGroups", body, **how), "InvalidSignatureException")
    h["Authorization"] = "AWS4-HMAC-SHA256 Credential=x, Signature=y"
    fails("incomplete header", p.send("POST", "/", h, b"{}"), "IncompleteSignatureException",
          "requires 'SignedHeaders' parameter")
    fails("unknown key", p.raw("ListGroups", body, keys=("AKIAX", "x", None)),
          "UnrecognizedClientException")
    fails("token that the key has not", p.raw("ListGroups", body, keys=p.keys[:2] + ("tok",)),
          "UnrecognizedClientException")
    host = (p.env["POOL_HOST_ACCESS_KEY_ID"], p.env["POOL_HOST_SECRET_ACCESS_KEY"], None)
    equal("host: ListUsers", p.raw("ListUsers", body, keys=host).status, 200)
    fails("host: AdminGetUser", p.raw("AdminGetUser", dict(body, Username="alice"), keys=host),
          "AccessDeniedException", "no identity-based policy allows the cognito-idp:AdminGetUser")


def shapes(p):
    body = {"UserPoolId": p.id}
    fails("no JSON", p.raw("ListGroups", b"{"), "SerializationException")
    fails("JSON and more", p.raw("ListGroups", b"{} x"), "SerializationException")
    fails("unknown member", p.raw("ListGroups", dict(body, Limits=3)), "SerializationException")
    fails("number for text", p.raw("ListGroups", {"UserPoolId": 1}), "SerializationException",
          "NUMBER_VALUE can not be converted to a String")
    fails("missing member", p.raw("ListGroups", {}), "InvalidParameterException",
          "Value null at 'userPoolId' failed to satisfy constraint: Member must not be null")
    fails("limit too high", p.raw("ListUsers", dict(body, Limit=61)), "InvalidParameterException",
          "less than or equal to 60")
    fails("pool id pattern", p.raw("ListUsers", {"UserPoolId": "x y"}),
          "InvalidParameterException", "regular expression pattern: [\\w-]+_[0-9a-zA-Z]+")
    fails("blank in a name", p.call("AdminGetUser", Username="a b"), "InvalidParameterException")
    fails("name too long", p.call("AdminGetUser", Username="ä" * 129),
          "InvalidParameterException", "less than or equal to 128")
    fails("128 letters fit", p.call("AdminGetUser", Username="ä" * 128), "UserNotFoundException")
    fails("ContextData not whole",
          p.call("AdminInitiateAuth", ClientId=p.client, AuthFlow="ADMIN_USER_PASSWORD_AUTH",
                 ContextData={"IpAddress": "192.0.2.1"}), "InvalidParameterException", "serverName")
    fails("unknown client", p.call("AdminInitiateAuth", ClientId="nope",
                                   AuthFlow="ADMIN_USER_PASSWORD_AUTH"),
          "ResourceNotFoundException", "User pool client nope does not exist.")


def sign_in(p):
    fails("flow not enabled", p.login("dave", "x", flow="USER_SRP_AUTH"),
          "InvalidParameterException", "Auth flow not enabled for this client")
    fails("no password", p.login("dave", None), "InvalidParameterException",
          "Missing required parameter PASSWORD")
    fails("no hash", p.login("dave", "quiet-River-77", SECRET_HASH=None), "NotAuthorizedException",
          "Client %s is configured with secret but SECRET_HASH was not received" % p.client)
    fails("wrong hash", p.login("dave", "quiet-River-77", SECRET_HASH=p.hash("Dave")),
          "NotAuthorizedException", "Unable to verify secret hash for client " + p.client)
    fails("unknown user", p.login("nobody", "x"), "UserNotFoundException", "User does not exist.")
    fails("disabled user", p.login("mallory", "x"), "NotAuthorizedException", "User is disabled.")
    a = p.login("DAVE", "quiet-River-77")
    result = a.json.get("AuthenticationResult", {})
    equal("case does not matter: stored name", claims(result["AccessToken"])["username"], "dave")
    equal("no challenge parameters", a.json["ChallengeParameters"], {})
    jwks = p.send("GET", "/%s/.well-known/jwks.json" % p.id, {}, None).json["keys"]
    check("two RSA keys", len(jwks) == 2 and all(k["kid"].endswith("=") and k["alg"] == "RS256" and
                                                 number(k["n"]).bit_length() == 2048
                                                 for k in jwks), jwks)
    check("access token: signature", rs256_is_good(result["AccessToken"], jwks))
    check("ID token: signature", rs256_is_good(result["IdToken"], jwks))
    c, i = claims(result["AccessToken"]), claims(result["IdToken"])
    equal("access token", (c["iss"], c["client_id"], c["token_use"], c["cognito:groups"]),
          ("https://cognito-idp.%s.amazonaws.com/%s" % (p.region, p.id), p.client, "access",
           ["linux-users"]))
    equal("ID token", (i["aud"], i["token_use"], i["cognito:username"], i["email_verified"]),
          (p.client, "id", "dave", True))
    equal("refresh token has five parts", result["RefreshToken"].count("."), 4)

    def refresh(token, name):
        return p.call("AdminInitiateAuth", ClientId=p.client, AuthFlow="REFRESH_TOKEN_AUTH",
                      AuthParameters={"REFRESH_TOKEN": token, "SECRET_HASH": p.hash(name)})
    r = refresh(result["RefreshToken"], "dave")
    check("refresh", r.status == 200 and "RefreshToken" not in r.json["AuthenticationResult"],
          r.body)
    fails("refresh: hash over what was typed", refresh(result["RefreshToken"], "DAVE"),
          "NotAuthorizedException", "Unable to verify secret hash")
    fails("refresh: invented", refresh("a.b.c.d.e", "dave"), "NotAuthorizedException",
          "Invalid Refresh Token")
    token = result["AccessToken"]
    equal("GetUser", p.public("GetUser", AccessToken=token).json.get("Username"), "dave")
    fails("changed token", p.public("GetUser", AccessToken=token[:-6] + "AAAAAA"),
          "NotAuthorizedException", "Invalid Access Token")
    equal("AdminUserGlobalSignOut", p.call("AdminUserGlobalSignOut", Username="dave").body, b"{}")
    fails("refresh: revoked", refresh(result["RefreshToken"], "dave"), "NotAuthorizedException",
          "Refresh Token has been revoked")
    fails("access token: revoked", p.public("GetUser", AccessToken=token),
          "NotAuthorizedException", "Access Token has been revoked")


def codes(p):
    a = p.login("alice", "Lighthouse-42!")
    session = a.json["Session"]
    check("session of 900 to 1600 characters", 900 <= len(session) <= 1600, len(session))
    equal("challenge", (a.json["ChallengeName"], a.json["ChallengeParameters"]),
          ("SOFTWARE_TOKEN_MFA", {"USER_ID_FOR_SRP": "alice",
                                  "FRIENDLY_DEVICE_NAME": "Alice's phone"}))
    good = p.totp("alice")
    equal("asking twice gives the same code", p.totp("alice"), good)
    wrong = "%06d" % ((int(good) + 1) % 1000000)
    respond = lambda s, code, name="alice": p.answer(name, "SOFTWARE_TOKEN_MFA", s,
                                                     SOFTWARE_TOKEN_MFA_CODE=code)
    fails("wrong code", respond(session, wrong), "CodeMismatchException",
          "Invalid code received for user")
    fails("another user's session", respond(session, good, "bob"), "NotAuthorizedException",
          "Invalid session for the user.")
    fails("invented session", respond("A" * 1000, good), "NotAuthorizedException",
          "Invalid session for the user.")
    fails("another challenge", p.answer("alice", "SMS_MFA", session, SMS_MFA_CODE=good),
          "NotAuthorizedException", "Invalid session for the user.")
    equal("right code, same session", respond(session, good).status, 200)
    fails("session used twice", respond(session, p.totp("alice", when="next")),
          "NotAuthorizedException", "session can only be used once")
    session = p.login("alice", "Lighthouse-42!").json["Session"]
    fails("code used twice", respond(session, good), "ExpiredCodeException",
          "Your software token has already been used once.")
    fresh = p.totp("alice")
    check("the next code is another one", fresh is None or fresh != good, fresh)
    p.control("clock", shift=60)
    p.close()
    now = time.time() + 60

    def later(s, code):
        body = {"UserPoolId": p.id, "ClientId": p.client, "ChallengeName": "SOFTWARE_TOKEN_MFA",
                "Session": s, "ChallengeResponses": {"USERNAME": "alice",
                                                     "SOFTWARE_TOKEN_MFA_CODE": code,
                                                     "SECRET_HASH": p.hash("alice")}}
        return p.raw("AdminRespondToAuthChallenge", body, when=time.time() + p.shift)
    p.shift = 60
    equal("a fresh code with the same session", later(session, p.totp("alice")).status, 200)
    p.shift = 0
    p.control("clock", shift=0)
    session = p.login("alice", "Lighthouse-42!").json["Session"]
    for _ in range(5):
        a = respond(session, wrong if wrong != p.totp("alice", when="previous") else "000000")
    fails("fifth wrong code", a, "CodeMismatchException")
    fails("session is dead after five", respond(session, wrong), "NotAuthorizedException",
          "Invalid session for the user.")
    p.control("unlock", user="alice")
    session = p.login("alice", "Lighthouse-42!").json["Session"]
    p.shift = 200
    p.control("clock", shift=200)
    fails("session expired", later(session, "123456"), "NotAuthorizedException",
          "session is expired")
    p.control("clock", shift=0)
    a = p.login("bob", "Copper_Kettle9")
    equal("SMS challenge", (a.json["ChallengeName"], a.json["ChallengeParameters"]),
          ("SMS_MFA", {"CODE_DELIVERY_DELIVERY_MEDIUM": "SMS",
                       "CODE_DELIVERY_DESTINATION": "+*******0142", "USER_ID_FOR_SRP": "bob"}))
    equal("SMS code", p.answer("bob", "SMS_MFA", a.json["Session"],
                               SMS_MFA_CODE=p.control("code", user="bob")).status, 200)


def new_passwords(p):
    a = p.login("carol", "Welcome-2-Fleet")
    equal("temporary password", a.json["ChallengeName"], "NEW_PASSWORD_REQUIRED")
    params = a.json["ChallengeParameters"]
    equal("required attributes", json.loads(params["requiredAttributes"]),
          ["userAttributes.family_name"])
    equal("lists are text", json.loads(params["userAttributes"])["email"], "carol@example.com")
    respond = lambda **r: p.answer("carol", "NEW_PASSWORD_REQUIRED", a.json["Session"], **r)
    fails("policy", respond(NEW_PASSWORD="nosymbol1A"), "InvalidPasswordException",
          "Password did not conform with policy: Password must have symbol characters")
    fails("required attribute", respond(NEW_PASSWORD="Fresh-Pass-1"), "InvalidParameterException",
          "family_name")
    fails("verified is not for users",
          respond(NEW_PASSWORD="Fresh-Pass-1", **{"userAttributes.email_verified": "true"}),
          "InvalidParameterException")
    good = {"NEW_PASSWORD": "Fresh-Pass-1", "userAttributes.family_name": "Example"}
    equal("new password", respond(**good).status, 200)
    equal("then the new one works", p.login("carol", "Fresh-Pass-1").status, 200)
    p.call("AdminSetUserPassword", Username="carol", Password="Again-Temp-1")
    p.control("clock", shift=8 * 86400)
    body = {"UserPoolId": p.id, "ClientId": p.client, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH",
            "AuthParameters": {"USERNAME": "carol", "PASSWORD": "Again-Temp-1",
                               "SECRET_HASH": p.hash("carol")}}
    fails("old temporary password",
          p.raw("AdminInitiateAuth", body, when=time.time() + 8 * 86400), "NotAuthorizedException",
          "Temporary password has expired")
    p.control("clock", shift=0)


def lock_out(p):
    for _ in range(5):
        a = p.login("erin", "wrong")
    fails("fifth wrong password", a, "NotAuthorizedException", "Incorrect username or password.")
    fails("then locked, also for the right one", p.login("erin", "Paper.Boat-15"),
          "NotAuthorizedException", "Password attempts exceeded")
    time.sleep(1.1)
    fails("after a second it counts again", p.login("erin", "wrong"), "NotAuthorizedException",
          "Incorrect username or password.")
    time.sleep(1.1)
    fails("the lock has doubled", p.login("erin", "Paper.Boat-15"), "NotAuthorizedException",
          "Password attempts exceeded")
    time.sleep(1)
    equal("two seconds later", p.login("erin", "Paper.Boat-15").status, 200)
    fails("a good one resets", p.login("erin", "wrong"), "NotAuthorizedException", "Incorrect")


def mail_pool(p):
    p.select(2)
    uuid = "0a7b8c9d-6e5f-4d3c-8b2a-190817263545"
    a = p.login("frank@example.com", "Harbour+Bridge3")
    equal("the name is the UUID", a.json["ChallengeParameters"]["USER_ID_FOR_SRP"], uuid)
    a = p.answer(uuid, "SOFTWARE_TOKEN_MFA", a.json["Session"],
                 SOFTWARE_TOKEN_MFA_CODE=p.totp("frank@example.com"))
    c = claims(a.json["AuthenticationResult"]["AccessToken"])
    equal("token", (c["username"], c["sub"]), (uuid, uuid))
    a = p.call("ListUsers", Filter='email = "frank@example.com"')
    equal("filter by e-mail", [u["Username"] for u in a.json["Users"]], [uuid])
    fails("names must be addresses", p.call("AdminCreateUser", Username="greta"),
          "InvalidParameterException", "email")
    a = p.call("AdminCreateUser", Username="greta@example.com", MessageAction="SUPPRESS")
    attrs = {x["Name"]: x["Value"] for x in a.json["User"]["Attributes"]}
    check("a new user's name is its sub", a.json["User"]["Username"] == attrs["sub"] and
          attrs["email"] == "greta@example.com", attrs)
    fails("an address belongs to one user", p.call("AdminCreateUser",
                                                   Username="greta@example.com"),
          "UsernameExistsException")
    p.select(1)
    create = lambda name, value: p.call("AdminCreateUser", Username="x", UserAttributes=[
        {"Name": name, "Value": value}])
    fails("attribute that does not exist", create("shoe_size", "44"), "InvalidParameterException",
          "Attributes did not conform to the schema")
    fails("bad e-mail address", create("email", "nobody"), "InvalidParameterException",
          "Invalid email address format.")
    fails("bad phone number", create("phone_number", "0049"), "InvalidParameterException",
          "Invalid phone number format.")
    fails("sub is not for writing", create("sub", "x"), "InvalidParameterException")


def other_pool(p):
    p.select(3)
    fails("ENABLED hides unknown users", p.login("nobody", "x"), "NotAuthorizedException",
          "Incorrect username or password.")
    fails("case matters here", p.login("Hugo", "Right-Pass-1"), "NotAuthorizedException")
    a = p.login("hugo", "Right-Pass-1")
    equal("set-up is asked for", json.loads(a.json["ChallengeParameters"]["MFAS_CAN_SETUP"]),
          ["SOFTWARE_TOKEN_MFA"])
    first = a.json["Session"]
    fails("set-up cannot be skipped", p.answer("hugo", "MFA_SETUP", first),
          "NotAuthorizedException")
    a = p.public("AssociateSoftwareToken", Session=first)
    fails("each session once", p.public("AssociateSoftwareToken", Session=first),
          "NotAuthorizedException", "used once")
    second, secret = a.json["Session"], a.json["SecretCode"]
    fails("wrong code", p.public("VerifySoftwareToken", Session=second, UserCode="000000"),
          "EnableSoftwareTokenMFAException", "Code mismatch and fail enable Software Token MFA")
    key = base64.b32decode(secret + "====")
    mac = hmac.new(key, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    at = mac[19] & 15
    code = "%06d" % ((struct.unpack(">I", mac[at:at + 4])[0] & 0x7fffffff) % 1000000)
    a = p.public("VerifySoftwareToken", Session=second, UserCode=code)
    equal("set-up", a.json.get("Status"), "SUCCESS")
    equal("tokens", p.answer("hugo", "MFA_SETUP", a.json["Session"]).status, 200)
    session = p.login("hugo", "Right-Pass-1").json["Session"]
    fails("the code of the set-up is spent",
          p.answer("hugo", "SOFTWARE_TOKEN_MFA", session, SOFTWARE_TOKEN_MFA_CODE=code),
          "ExpiredCodeException")
    a = p.login("ida", "Right-Pass-1")
    equal("choice", json.loads(a.json["ChallengeParameters"]["MFAS_CAN_CHOOSE"]),
          ["SMS_MFA", "SOFTWARE_TOKEN_MFA"])
    a = p.answer("ida", "SELECT_MFA_TYPE", a.json["Session"], ANSWER="SMS_MFA")
    equal("the chosen one follows", a.json["ChallengeName"], "SMS_MFA")
    fails("not confirmed", p.login("jan", "x"), "UserNotConfirmedException")
    fails("reset required", p.login("kim", "x"), "PasswordResetRequiredException")
    fails("wrong flow form", p.public("InitiateAuth", ClientId=p.client,
                                      AuthFlow="ADMIN_USER_PASSWORD_AUTH"),
          "InvalidParameterException")
    a = p.public("InitiateAuth", ClientId=p.client, AuthFlow="USER_PASSWORD_AUTH",
                 AuthParameters={"USERNAME": "ida", "PASSWORD": "Right-Pass-1"})
    fails("public session, admin answer",
          p.answer("ida", "SELECT_MFA_TYPE", a.json["Session"], ANSWER="SMS_MFA"),
          "NotAuthorizedException", "Invalid session")
    p.select(1)


def pages(p):
    seen, token, count = [], None, 0
    while count == 0 or token:
        more = {"PaginationToken": token} if token else {}
        a = p.call("ListUsers", Limit=60, **more)
        seen += [u["Username"] for u in a.json["Users"]]
        token = a.json.get("PaginationToken")
        count += 1
    check("10,000 users, each once", len(seen) == len(set(seen)) == 10006, len(seen))
    equal("in 167 pages", count, 167)
    a = p.call("ListUsers", Limit=1)
    token = a.json["PaginationToken"]
    fails("token of another question", p.call("ListUsers", Limit=1, PaginationToken=token,
                                              Filter='status = "Enabled"'),
          "InvalidParameterException")
    fails("changed token", p.call("ListUsers", PaginationToken="x" + token[1:]),
          "InvalidParameterException")
    fails("token of another operation", p.call("ListGroups", NextToken=token),
          "InvalidParameterException")
    equal("filter: disabled", [u["Username"] for u in p.call(
        "ListUsers", Filter='status = "Disabled"').json["Users"]], ["mallory"])
    equal("filter: state, any case", [u["Username"] for u in p.call(
        "ListUsers", Filter='cognito:user_status="force_change_password"').json["Users"]],
        ["carol"])
    for text in ('custom:uid = "1"', 'username = alice', 'username == "a"', 'username = "a" AND x',
                 'username = "\\x"', 'shoe_size = "1"', '= "a"', 'username = "a'):
        fails("filter: " + text, p.call("ListUsers", Filter=text), "InvalidParameterException",
              "Error while parsing filter")
    p.control("fault", op="ListUsers", kind="empty-page")
    a = p.call("ListUsers", Limit=2)
    equal("empty page with a token", a.json["Users"], [])
    a = p.call("ListUsers", Limit=2, PaginationToken=a.json["PaginationToken"])
    equal("and the next one is the first", [u["Username"] for u in a.json["Users"]],
          ["alice", "bob"])
    for i in range(101):
        p.call("CreateGroup", GroupName="g%03d" % i)
        a = p.call("AdminAddUserToGroup", Username="dave", GroupName="g%03d" % i)
    fails("101 groups are too many", a, "LimitExceededException")
    a = p.call("AdminListGroupsForUser", Username="dave", Limit=60)
    b = p.call("AdminListGroupsForUser", Username="dave", NextToken=a.json["NextToken"])
    equal("100 groups in two pages", (len(a.json["Groups"]), len(b.json["Groups"]),
                                      "NextToken" in b.json), (60, 40, False))
    equal("no output: empty body", p.call("DeleteGroup", GroupName="g000").body, b"")


def broken(p, name):
    try:
        p.call("GetGroup", GroupName="linux-users")
        check(name, False, "answered")
    except (http.client.HTTPException, OSError):
        check(name, True)


def faults(p):
    get = lambda: p.call("GetGroup", GroupName="linux-users")
    p.control("reset")
    p.control("fault", op="GetGroup", type="TooManyRequestsException", message="Too many requests",
              n=2)
    for _ in range(2):
        fails("exception on demand", get(), "TooManyRequestsException", "Too many requests")
    equal("then no more", get().status, 200)
    p.control("fault", body=b"<html>down & out</html>", op="*", status=503,
              content_type="text/html")
    a = get()
    equal("bytes on demand", (a.status, a.headers["Content-Type"], a.body),
          (503, "text/html", b"<html>down & out</html>"))
    p.control("fault", op="GetGroup", status=302, location="https://elsewhere.example/")
    a = get()
    equal("redirect on demand", (a.status, a.headers["Location"]),
          (302, "https://elsewhere.example/"))
    for kind in ("close", "cut", "lost"):
        p.control("fault", op="GetGroup", kind=kind)
        broken(p, kind)
    p.control("fault", op="GetGroup", kind="hang", delay=300)
    begun = time.time()
    broken(p, "hang")
    check("for as long as asked", time.time() - begun >= 0.3, time.time() - begun)
    p.control("fault", op="CreateGroup", kind="lost")
    try:
        p.call("CreateGroup", GroupName="made-but-lost")
    except (http.client.HTTPException, OSError):
        pass
    equal("lost: but it was done", p.call("GetGroup", GroupName="made-but-lost").status, 200)
    p.control("fault", op="GetGroup", kind="trickle", trickle=2)
    begun = time.time()
    equal("trickle", get().status, 200)
    check("takes its time", time.time() - begun > 0.2, time.time() - begun)
    p.control("latency", ms=150)
    begun = time.time()
    get()
    check("latency", time.time() - begun >= 0.15, time.time() - begun)
    p.control("reset")
    p.close()
    for _ in range(10):
        get()
    stats = dict(line.split("=") for line in p.control("stats").split())
    equal("kept connection", (stats["requests"], stats["connections"], stats["handshakes"]),
          ("10", "1", "1"))
    equal("counter", p.control("count", op="GetGroup"), "10")


def metadata(p, port):
    equal("POOL_IMDS", p.env["POOL_IMDS"], "http://127.0.0.1:%d" % port)

    def ask(method, path, **headers):
        c = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        c.request(method, path, headers={k.replace("_", "-"): v for k, v in headers.items()})
        r = c.getresponse()
        text = r.read().decode()
        c.close()
        return r.status, text
    keys = "/latest/meta-data/iam/security-credentials/"
    equal("IMDSv1 is refused", ask("GET", keys)[0], 401)
    equal("token needs a life", ask("PUT", "/latest/api/token")[0], 400)
    equal("forwarded: refused", ask("PUT", "/latest/api/token", X_Forwarded_For="192.0.2.1",
                                    X_aws_ec2_metadata_token_ttl_seconds="60")[0], 403)
    token = ask("PUT", "/latest/api/token", X_aws_ec2_metadata_token_ttl_seconds="60")[1]
    get = lambda path: ask("GET", path, X_aws_ec2_metadata_token=token)
    role = get(keys)[1]
    c = json.loads(get(keys + role)[1])
    equal("keys", (c["Code"], c["Type"]), ("Success", "AWS-HMAC"))
    good = (c["AccessKeyId"], c["SecretAccessKey"], c["Token"])
    body = {"UserPoolId": p.id}
    equal("they sign", p.raw("ListGroups", body, keys=good).status, 200)
    fails("not without the token", p.raw("ListGroups", body, keys=good[:2] + (None,)),
          "UnrecognizedClientException")
    fails("not with another", p.raw("ListGroups", body, keys=good[:2] + ("x",)),
          "UnrecognizedClientException")
    fails("they are the host's", p.raw("DescribeUserPool", body, keys=good),
          "AccessDeniedException")
    p.control("rotate")
    fails("after rotation they are dead", p.raw("ListGroups", body, keys=good),
          "ExpiredTokenException", "The security token included in the request is expired")
    equal("and there are new ones", json.loads(get(keys + role)[1])["AccessKeyId"] != good[0], True)
    equal("region", json.loads(get("/latest/dynamic/instance-identity/document")[1])["region"],
          p.region)


def tool(p):
    path = os.path.join(HERE, "..", "pool", "poolctl")

    def ctl(*args):
        r = subprocess.run([path, *args], env=dict(os.environ, **p.env), capture_output=True,
                           text=True)
        return r.returncode, r.stdout.rstrip("\n")
    equal("poolctl totp: six digits", len(ctl("totp", "alice")[1]), 6)
    equal("poolctl totp: the pool's code", ctl("totp", "alice", "next")[1],
          p.totp("alice", when="next"))
    equal("poolctl totp: nobody", ctl("totp", "nobody")[0], 1)
    name = 'quote " and \\ and ä'
    equal("poolctl admin", ctl("admin", "AdminUpdateUserAttributes", "Username=bob",
                               "UserAttributes:=" + json.dumps([{"Name": "name", "Value": name}])),
          (0, "{}"))
    status, text = ctl("admin", "ListUsers", "Limit:=1",
                       'Filter=name = "quote \\" and \\\\ and ä"')
    equal("poolctl admin: quoting", json.loads(text)["Users"][0]["Username"], "bob")
    equal("poolctl admin: failure", ctl("admin", "AdminGetUser", "Username=nobody")[0], 1)
    body = '{"__type":"BrandNewException","message":"x & y = \'z\'"}'
    ctl("fault", "GetGroup", "1", "reply", "status=418", "body=" + body)
    a = p.call("GetGroup", GroupName="linux-users")
    equal("poolctl fault", (a.status, a.body.decode()), (418, body))
    ctl("fault", "GetGroup", "1", "reply", "type=ThrottlingException", "message=Rate exceeded")
    fails("poolctl fault: exception", p.call("GetGroup", GroupName="linux-users"),
          "ThrottlingException", "Rate exceeded")
    equal("poolctl count", ctl("count", "GetGroup"), (0, "2"))
    ctl("latency", "120", "GetGroup")
    begun = time.time()
    p.call("GetGroup", GroupName="linux-users")
    check("poolctl latency", time.time() - begun >= 0.12)
    ctl("clear")
    check("poolctl stats", "handshakes=" in ctl("stats")[1])
    equal("poolctl: no such command", ctl("nonsense")[0], 2)

    jwks = lambda: p.send("GET", "/%s/.well-known/jwks.json" % p.id, {}, None).json["keys"]
    token = lambda flaw: json.loads(ctl("token", "alice", flaw)[1])["AuthenticationResult"]
    keys = jwks()
    check("token: good", rs256_is_good(token("none")["AccessToken"], keys))
    check("token: signature", not rs256_is_good(token("signature")["AccessToken"], keys))
    for flaw, claim in (("issuer", "iss"), ("client", "client_id"), ("sub", "sub"),
                        ("use", "token_use"), ("username", "username"), ("expired", "exp")):
        good, bad = token("none")["AccessToken"], token(flaw)["AccessToken"]
        check("token: " + flaw, claims(good)[claim] != claims(bad)[claim] and
              rs256_is_good(bad, keys))
    equal("token: alg", token("alg")["AccessToken"].split(".")[2], "")
    ctl("newkeys")
    check("new keys", {k["kid"] for k in keys}.isdisjoint({k["kid"] for k in jwks()}))


def start_file():
    with open(DEMO) as f:
        start = json.load(f)
    start["pools"][0]["required_attributes"] = ["family_name"]
    start["pools"][0]["clients"][0]["prevent_user_existence_errors"] = "LEGACY"
    for user in start["pools"][0]["users"]:
        if user["username"] != "carol":
            user["attributes"]["family_name"] = "Example"
    start["pools"].append({
        "id": "eu-central-1_Strict3", "mfa": "ON", "case_sensitive": True,
        "clients": [{"id": "publicclient0000000000000", "prevent_user_existence_errors": "ENABLED",
                     "flows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_USER_PASSWORD_AUTH"]}],
        "users": [
            {"username": "hugo", "password": "Right-Pass-1"},
            {"username": "ida", "password": "Right-Pass-1", "mfa": ["SMS_MFA"],
             "totp_secret": "KVKFKRCPNZQUYMLXOVYDSQKJKZDTSRLDMFWGSY3FMRSW233TONSX",
             "attributes": {"phone_number": "+15555550199"}},
            {"username": "jan", "password": "Right-Pass-1", "status": "UNCONFIRMED"},
            {"username": "kim", "password": "Right-Pass-1", "status": "RESET_REQUIRED"}]})
    return start


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def part_of(module):
    """Rules with a pool of their own: START is its start file, run(p) the rules."""
    p = Pool(module.START, *getattr(module, "OPTIONS", ()))
    try:
        module.run(p)
    except Exception as e:
        check(module.__name__ + " came to its end", False, repr(e))
        raise
    finally:
        equal(module.__name__ + ": SIGTERM ends it cleanly", p.stop(), 0)


def main():
    for module in PARTS:
        if len(sys.argv) == 1 or module.__name__ in sys.argv[1:]:
            part_of(module)
    if len(sys.argv) == 1:
        others()
    print("%d passed, %d failed" % (results[True], results[False]))
    return 1 if results[False] else 0


def others():
    port = free_port()
    p = Pool(start_file(), "--users", "10000", "--groups", "100", "--imds",
             "127.0.0.1:%d" % port)
    try:
        for part in (front, shapes, sign_in, codes, lock_out, mail_pool, other_pool, pages,
                     new_passwords, faults, tool):
            p.control("reset")
            part(p)
        metadata(p, port)
        log = p.control("log")
        check("the log holds no secrets", not any(s in log for s in (
            "quiet-River-77", "Harbour+Bridge3", p.secret, p.keys[1])))
    finally:
        equal("SIGTERM ends it cleanly", p.stop(), 0)


if __name__ == "__main__":
    sys.exit(main())
