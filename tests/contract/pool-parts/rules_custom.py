# SPDX-License-Identifier: Apache-2.0
"""CUSTOM_AUTH by the script of the start file, with and without SRP first."""
from pool_client import check, claims, equal, fails
from sign_in import Form

WRONG = "Incorrect username or password."
FLOWS = ["ALLOW_CUSTOM_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH"]
USERS = [{"username": "alice", "password": "Corr3ct-Horse!", "attributes": {}},
         {"username": "dave", "password": "x", "enabled": False}]
START = {"pools": [
    {"id": "eu-central-1_Custom1", "mfa": "OPTIONAL", "alias_attributes": ["preferred_username"],
     "custom_auth": [
         {"params": {"question": "Badge number?", "hint": "on the back"}, "answer": "4711"},
         {"params": {"question": "Colour of the door?"}, "answer": "green", "wrong": "fail"}],
     "clients": [{"id": "one", "flows": FLOWS},
                 {"id": "hiding", "flows": FLOWS, "prevent_user_existence_errors": "ENABLED"}],
     "users": USERS},
    {"id": "eu-central-1_Custom2", "clients": [{"id": "two", "flows": FLOWS}], "users": USERS,
     "custom_auth": [{"answer": "yes", "then": "tokens"}, {"answer": "never asked"}]},
    {"id": "eu-central-1_Custom3", "clients": [{"id": "three", "flows": FLOWS}], "users": USERS,
     "custom_auth": [{"then": "fail"}]},
    {"id": "eu-central-1_Custom4", "clients": [{"id": "four", "flows": FLOWS}], "users": USERS}]}


def rounds(p):
    for form in ("public", "admin"):
        f = Form(p, form)
        a = f.start("CUSTOM_AUTH", USERNAME="ALICE")
        equal(form + ": first round", (a.json["ChallengeName"], a.json["ChallengeParameters"]),
              ("CUSTOM_CHALLENGE", {"USERNAME": "alice", "question": "Badge number?",
                                    "hint": "on the back"}))
        b = f.respond(a, USERNAME="alice", ANSWER="4712")
        equal(form + ": wrong: the same again", b.json.get("ChallengeParameters"),
              a.json["ChallengeParameters"])
        check(form + ": with a new session", b.json["Session"] != a.json["Session"])
        fails(form + ": the old one is spent", f.respond(a, USERNAME="alice", ANSWER="4711"),
              "NotAuthorizedException", "can only be used once")
        fails(form + ": an answer is needed", f.respond(b, USERNAME="alice"),
              "InvalidParameterException", "Missing required parameter ANSWER")
        c = f.respond(b, USERNAME="alice", ANSWER="4711")
        equal(form + ": second round", c.json["ChallengeParameters"].get("question"),
              "Colour of the door?")
        d = f.respond(c, USERNAME="alice", ANSWER="green")
        equal(form + ": tokens", claims(d.json["AuthenticationResult"]["AccessToken"])["username"],
              "alice")
        a = f.respond(f.start("CUSTOM_AUTH", USERNAME="alice"), USERNAME="alice", ANSWER="4711")
        fails(form + ": wrong: the end", f.respond(a, USERNAME="alice", ANSWER="blue"),
              "NotAuthorizedException", WRONG)
        fails(form + ": the session is dead", f.respond(a, USERNAME="alice", ANSWER="green"),
              "NotAuthorizedException", "Invalid session")
        fails(form + ": disabled", f.start("CUSTOM_AUTH", USERNAME="dave"),
              "NotAuthorizedException", "User is disabled.")


def with_srp(p):
    f = Form(p, "public")
    a = f.srp_start("alice", flow="CUSTOM_AUTH", CHALLENGE_NAME="SRP_A")
    equal("first SRP", a.json["ChallengeName"], "PASSWORD_VERIFIER")
    b = f.respond(a, **f.claim(a, "Corr3ct-Horse!"))
    equal("then the rounds", b.json["ChallengeParameters"]["question"], "Badge number?")
    a = f.srp_start("alice", flow="CUSTOM_AUTH", CHALLENGE_NAME="SRP_A")
    fails("not with a wrong password", f.respond(a, **f.claim(a, "x")), "NotAuthorizedException",
          WRONG)
    fails("SRP_A is needed", f.start("CUSTOM_AUTH", USERNAME="alice", CHALLENGE_NAME="SRP_A"),
          "InvalidParameterException", "Missing required parameter SRP_A")
    fails("nothing else comes first", f.start("CUSTOM_AUTH", USERNAME="alice",
                                              CHALLENGE_NAME="PASSWORD"),
          "InvalidParameterException")


def scripts(p):
    fails("LEGACY", Form(p, "public").start("CUSTOM_AUTH", USERNAME="nobody"),
          "UserNotFoundException")
    f = Form(p, "public", "hiding")
    a = f.start("CUSTOM_AUTH", USERNAME="nobody")
    equal("nobody is asked, too", a.json["ChallengeParameters"]["USERNAME"], "nobody")
    a = f.respond(a, USERNAME="nobody", ANSWER="4711")
    equal("and is never right", a.json["ChallengeParameters"]["question"], "Badge number?")
    p.select(2)
    f = Form(p, "admin")
    a = f.respond(f.start("CUSTOM_AUTH", USERNAME="alice"), USERNAME="alice", ANSWER="yes")
    check("tokens ahead of the end", "AuthenticationResult" in a.json, a.body)
    p.select(3)
    f = Form(p, "admin")
    fails("the functions may say no", f.respond(f.start("CUSTOM_AUTH", USERNAME="alice"),
                                                USERNAME="alice", ANSWER="x"),
          "NotAuthorizedException", WRONG)
    p.select(4)
    fails("no functions", Form(p, "admin").start("CUSTOM_AUTH", USERNAME="alice"),
          "InvalidParameterException", "not configured")
    p.select(1)


def run(p):
    for part in (rounds, with_srp, scripts):
        part(p)
