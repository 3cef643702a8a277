#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
#
# R-NET-04: the shipped IAM policy allows exactly the signed operations that cognitod calls, on one
# pool, and nothing that writes; the shipped app client can do no more than log people in.
# usage: policy.py TOP BUILD
import glob
import json
import re
import sys

top = sys.argv[1]
# Signing in is the only thing that is no question.
READS = re.compile(r"(Admin)?(List|Get)[A-Z]|Admin(InitiateAuth|RespondToAuthChallenge)$")
# What a user may write about himself must not be what makes a Linux account (R-ID-01).
HARMLESS = {"name"}
found = []


def read(path):
    with open("%s/%s" % (top, path), encoding="utf-8") as f:
        return f.read()


def called():
    """Cognito's names of the signed operations that some code of the daemon begins."""
    table = re.findall(r'\[(API_\w+)\] = \{ "(\w+)", (true|false)', read("src/cognito/api_ops.c"))
    code = ""
    for folder in ("cognito", "daemon"):
        for path in glob.glob("%s/src/%s/*.c" % (top, folder)):
            if not path.endswith("/api_ops.c"):  # a row of another table begins nothing either
                code += re.sub(r"\[API_\w+\]", "", read(path[len(top) + 1:]))
    if len(table) < 10:
        found.append("src/cognito/api_ops.c cannot be read by this rule")
    return {name for op, name, signed in table
            if signed == "true" and re.search(r"\b%s\b" % op, code)}


def check_policy():
    allowed = set()
    for statement in json.loads(read("conf/aws/policy.json"))["Statement"]:
        if statement["Effect"] != "Allow" or "NotAction" in statement or "NotResource" in statement:
            found.append("policy.json: %s says more than Allow, Action, Resource" % statement["Sid"])
        if statement["Resource"] != "arn:aws:cognito-idp:REGION:ACCOUNT:userpool/POOL_ID":
            found.append("policy.json: %s is not for one pool" % statement["Sid"])
        for action in statement["Action"]:
            service, _, name = action.partition(":")
            if service != "cognito-idp" or not READS.match(name):
                found.append("policy.json: %s writes, or is none of Cognito's" % action)
            if name in allowed:
                found.append("policy.json: %s twice" % action)
            allowed.add(name)
    for name in sorted(called() - allowed):
        found.append("policy.json lacks %s, which cognitod calls" % name)
    for name in sorted(allowed - called()):
        found.append("policy.json allows %s, which cognitod never calls" % name)


def check_client():
    client = json.loads(read("conf/aws/client.json"))
    wanted = {"ExplicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH"], "GenerateSecret": True,
              "PreventUserExistenceErrors": "ENABLED", "EnableTokenRevocation": True}
    for key, value in wanted.items():
        if client.get(key) != value:
            found.append("client.json: %s is %r, wanted %r" % (key, client.get(key), value))
    # Without the list, users may write every standard attribute.
    if not client.get("WriteAttributes") or not set(client["WriteAttributes"]) <= HARMLESS:
        found.append("client.json: WriteAttributes %r" % client.get("WriteAttributes"))
    for key in client:
        if "OAuth" in key or key.endswith("URLs"):
            found.append("client.json: %s is not needed for logins" % key)


check_policy()
check_client()
print("\n".join(found))
sys.exit(bool(found))
