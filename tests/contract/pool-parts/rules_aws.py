# SPDX-License-Identifier: Apache-2.0
"""Around the pool: STS, containers' keys, quotas; a PreAuthentication function that refuses."""
import http.client
import json
import time
import urllib.parse
import xml.etree.ElementTree

from pool_client import check, equal, fails
from sign_in import Form

ROLE = "arn:aws:iam::123456789012:role/reader"
WEB = "arn:aws:iam::123456789012:role/web"
FLOWS = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH"]
START = {
    "credentials": [{"name": "administrator", "access_key_id": "AKIAEXAMPLE",
                     "secret_access_key": "sEcReT", "actions": ["*"]},
                    {"name": "stranger", "access_key_id": "AKIAEXAMPLE2",
                     "secret_access_key": "sEcReT2", "actions": ["*"]}],
    "roles": [{"arn": ROLE, "trusted": ["administrator"], "external_id": "x&y=z",
               "actions": ["ListGroups"], "max_seconds": 7200},
              {"arn": WEB, "web_identity_tokens": ["good.token", "next.token"],
               "expired_tokens": ["old.token"], "actions": ["ListGroups"]}],
    "quotas": {"UserPoolRead": 2, "UserAuthentication": 2},
    "pools": [{"id": "eu-central-1_Around1", "clients": [{"id": "one", "flows": FLOWS}],
               "groups": [{"name": "linux-users"}],
               "users": [{"username": "alice", "password": "x",
                          "pre_authentication_error": "not from here"}]}]}
OPTIONS = ["--imds", "127.0.0.1:0"]


class Sts:
    def __init__(self, p):
        self.p = p

    def ask(self, signed=True, path="/", service="sts", keys=None, **form):
        form.setdefault("Version", "2011-06-15")
        body = urllib.parse.urlencode({k: v for k, v in form.items() if v is not None}).encode()
        h = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
        if signed:
            h = self.p.sign(h, body, service=service, keys=keys, path=path)
        a = self.p.send("POST", path, h, body)
        a.xml = xml.etree.ElementTree.fromstring(a.body)
        return a

    def role(self, **more):
        return self.ask(**dict(dict(Action="AssumeRole", RoleArn=ROLE, RoleSessionName="web1",
                                    ExternalId="x&y=z"), **more))

    def web(self, **more):
        return self.ask(**dict(dict(signed=False, Action="AssumeRoleWithWebIdentity", RoleArn=WEB,
                                    RoleSessionName="web1", WebIdentityToken="good.token"),
                               **more))


def value(a, name):
    e = a.xml.find(".//{https://sts.amazonaws.com/doc/2011-06-15/}" + name)
    return None if e is None else e.text


def refuses(name, a, code, status=403):
    equal(name, (a.status, value(a, "Code")), (status, code))


def good_keys(name, p, a):
    keys = tuple(value(a, n) for n in ("AccessKeyId", "SecretAccessKey", "SessionToken"))
    check(name, a.status == 200 and all(keys), a.body)
    equal(name + ": they sign", p.raw("ListGroups", {"UserPoolId": p.id}, keys=keys).status, 200)
    fails(name + ": as the role may", p.raw("ListUsers", {"UserPoolId": p.id}, keys=keys),
          "AccessDeniedException")
    fails(name + ": not without the session token", p.raw(
        "ListGroups", {"UserPoolId": p.id}, keys=keys[:2] + (None,)), "UnrecognizedClientException")
    return keys


def security_tokens(p):
    sts = Sts(p)
    a = sts.role()
    keys = good_keys("AssumeRole", p, a)
    equal("name of the session", value(a, "Arn"),
          "arn:aws:sts::123456789012:assumed-role/reader/web1")
    check("an hour", value(a, "Expiration") in [
        time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600 + d))
        for d in range(-5, 2)], value(a, "Expiration"))
    equal("under a path, too", sts.role(path="/sts").status, 200)
    refuses("not signed", sts.role(signed=False), "MissingAuthenticationToken")
    refuses("signed for the pool", sts.role(service="cognito-idp"), "SignatureDoesNotMatch")
    refuses("unknown key", sts.role(keys=("AKIAX", "x", None)), "InvalidClientTokenId")
    refuses("not trusted", sts.role(keys=("AKIAEXAMPLE2", "sEcReT2", None)), "AccessDenied")
    refuses("no such role", sts.role(RoleArn=ROLE + "x"), "AccessDenied")
    refuses("external id", sts.role(ExternalId="x"), "AccessDenied")
    for name, more in (("session name", {"RoleSessionName": "a b"}),
                       ("no session name", {"RoleSessionName": None}),
                       ("role", {"RoleArn": "reader"}), ("seconds", {"DurationSeconds": "60"}),
                       ("too long", {"DurationSeconds": "10000"}), ("no such", {"Shoe": "44"})):
        refuses("form: " + name, sts.role(**more), "ValidationError", 400)
    refuses("form: version", sts.role(Version="2010-01-01"), "InvalidAction", 400)
    refuses("form: action", sts.role(Action="GetLunch"), "InvalidAction", 400)
    equal("two hours", sts.role(DurationSeconds="7200").status, 200)
    p.control("clock", shift=3700)
    a = p.raw("ListGroups", {"UserPoolId": p.id}, keys=keys, when=time.time() + 3700)
    fails("they end", a, "ExpiredTokenException")
    p.control("clock", shift=0)
    good_keys("AssumeRoleWithWebIdentity", p, sts.web())
    equal("another token of the file", sts.web(WebIdentityToken="next.token").status, 200)
    refuses("expired token", sts.web(WebIdentityToken="old.token"), "ExpiredTokenException", 400)
    refuses("wrong token", sts.web(WebIdentityToken="x"), "InvalidIdentityToken", 400)
    refuses("not a role for it", sts.web(RoleArn=ROLE), "AccessDenied")
    p.control("fault", op="AssumeRoleWithWebIdentity", type="IDPCommunicationError", message="<x>")
    a = sts.web()
    refuses("on demand", a, "IDPCommunicationError", 400)
    equal("its text", value(a, "Message"), "<x>")
    p.control("fault", op="AssumeRole", kind="close")
    try:
        sts.role()
        check("broken on demand", False)
    except (http.client.HTTPException, OSError):
        check("broken on demand", True)


def containers(p):
    url = urllib.parse.urlsplit(p.env["POOL_CONTAINER"])
    token = p.env["POOL_CONTAINER_TOKEN"]

    def ask(path=url.path, method="GET", **headers):
        c = http.client.HTTPConnection("127.0.0.1", url.port, timeout=10)
        c.request(method, path, headers=headers)
        r = c.getresponse()
        text = r.read().decode()
        c.close()
        return r.status, json.loads(text) if text.startswith("{") else text
    status, c = ask(Authorization=token)
    equal("container: keys", (status, sorted(c)), (200, ["AccessKeyId", "Expiration", "RoleArn",
                                                         "SecretAccessKey", "Token"]))
    keys = (c["AccessKeyId"], c["SecretAccessKey"], c["Token"])
    equal("container: they sign", p.raw("ListUsers", {"UserPoolId": p.id}, keys=keys).status, 200)
    equal("container: no token", ask()[0], 401)
    equal("container: wrong token", ask(Authorization="x")[0], 401)
    equal("container: no such id", ask(url.path + "x", Authorization=token)[0], 400)
    equal("container: GET only", ask(method="POST", Authorization=token)[0], 405)
    p.control("container", token="another")
    equal("container: the token has changed", ask(Authorization=token)[0], 401)
    equal("container: and is read again", ask(Authorization="another")[0], 200)
    p.control("fault", op="*", status=503)
    equal("container: '*' is the pool only", ask(Authorization="another")[0], 200)
    p.control("clear")
    p.control("fault", op="CONTAINER", status=500)
    equal("container: fault", ask(Authorization="another")[0], 500)
    p.control("latency", op="CONTAINER", ms=120)
    begun = time.time()
    ask(Authorization="another")
    check("container: latency", time.time() - begun >= 0.12)
    p.control("clear")
    equal("container: counted", p.control("count", op="CONTAINER"), "10")


def until_refused(ask):
    """The answers until the first one that is not 200: a slow machine needs more of them."""
    answers = [ask()]
    while answers[-1].status == 200 and len(answers) < 50:
        answers.append(ask())
    return answers


def quotas(p):
    answers = until_refused(lambda: p.call("DescribeUserPool"))
    check("as many a second", len(answers) > 2, len(answers))
    fails("no more", answers[-1], "TooManyRequestsException", "Rate exceeded")
    equal("another category", p.call("AdminGetUser", Username="alice").status, 200)
    time.sleep(0.6)
    equal("it fills again", p.call("DescribeUserPool").status, 200)


def functions(p):
    f = Form(p, "public")
    part = "PreAuthentication failed with error not from here."
    start = lambda: f.start("USER_PASSWORD_AUTH", USERNAME="alice", PASSWORD="x")
    fails("the function says no", start(), "UserLambdaValidationException", part)
    fails("before the password", f.srp_start("alice"), "UserLambdaValidationException", part)
    for _ in range(50):
        a = start()
        if a.type != "UserLambdaValidationException":
            break
    fails("sign-ins are counted", a, "TooManyRequestsException")


def run(p):
    for part in (security_tokens, containers, quotas, functions):
        part(p)
