# SPDX-License-Identifier: Apache-2.0
#
# Logins at npm's cognito-local, inside the stage (see run.sh). It knows the public password flow,
# authenticator codes, new passwords and the directory; it checks neither signatures nor secret
# hashes, takes any session, and signs in disabled users, too (a good sign-in counts as a sign that
# the user is enabled again, as at Cognito it is one): what is proved here is that replies, tokens
# and pages of a stranger's make are understood.
import base64
import hashlib
import hmac
import json
import os
import pwd
import struct
import subprocess
import time

import awscall
from scenario import (CODE_PROMPT, NEW_PASSWORD_AGAIN, NEW_PASSWORD_PROMPT, PASSWORD_PROMPT,
                      WRONG_CODE, as_user, contains, equal, fail, finish, give_key, lacks, logged, run,
                      secret, settings, ssh, ssh_by_key, ssh_login, ssh_prompt, ssh_refused, step,
                      sudo_prompt, until)

HOME = "/run/cognito-local"
PORT = 9229
POOL = {}  # PoolId, ClientId
PEOPLE = {name: secret(name.capitalize() + "-Passw0rd!")
          for name in ("ann", "ben", "cleo", "dora", "ed")}
SECRETS = {}  # of the authenticators


def start_server():
    """cognito-local with TLS and the issuer that a real pool of this id would have."""
    os.makedirs(HOME + "/.cognito")
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
        "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1",
        "-keyout", HOME + "/key.pem", "-out", HOME + "/cert.pem")
    os.chmod(HOME, 0o755)
    with open(HOME + "/.cognito/config.json", "w", encoding="ascii") as f:
        json.dump({
            "ServerConfig": {"https": True, "hostname": "127.0.0.1", "port": PORT,
                             "key": HOME + "/key.pem", "cert": HOME + "/cert.pem"},
            "TokenConfig": {"IssuerDomain": "https://cognito-idp.local.amazonaws.com"},
            "UserPoolDefaults": {"UsernameAttributes": []}}, f)
    os.environ.update(POOL_ENDPOINT="https://127.0.0.1:%d" % PORT, POOL_CA=HOME + "/cert.pem",
                      POOL_REGION="local")
    with open(HOME + "/log", "wb") as log:
        subprocess.Popen(["node", "/run/node_modules/cognito-local/lib/bin/start.js"], cwd=HOME,
                         stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    until("cognito-local to answer", answers, 60)


def answers():
    try:
        return isinstance(awscall.call("ListUserPools", {"MaxResults": 1})["UserPools"], list)
    except OSError:
        return False


def ask(operation, **parameters):
    return awscall.call(operation, dict(POOL, **parameters))


def code(name):
    """RFC 6238; cognito-local takes a code more than once."""
    key = base64.b32decode(SECRETS[name] + "=" * (-len(SECRETS[name]) % 8))
    mac = hmac.new(key, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    number = struct.unpack(">I", mac[mac[19] & 15:][:4])[0] & 0x7fffffff
    return secret("%06d" % (number % 1000000))


def another(right):
    return secret("%06d" % ((int(right) + 1) % 1000000))


def enrol(name):
    """An authenticator, as a user's own application would set it up."""
    token = ask("InitiateAuth", AuthFlow="USER_PASSWORD_AUTH", AuthParameters={
        "USERNAME": name, "PASSWORD": PEOPLE[name]})["AuthenticationResult"]["AccessToken"]
    SECRETS[name] = secret(ask("AssociateSoftwareToken", AccessToken=token)["SecretCode"])
    equal(ask("VerifySoftwareToken", AccessToken=token, UserCode=code(name))["Status"], "SUCCESS")


def fill():
    made = ask("CreateUserPool", PoolName="fleet", MfaConfiguration="OPTIONAL")
    POOL["UserPoolId"] = made["UserPool"]["Id"]
    made = ask("CreateUserPoolClient", ClientName="pam")
    POOL["ClientId"] = made["UserPoolClient"]["ClientId"]
    for group in ("linux-users", "linux-admins"):
        ask("CreateGroup", GroupName=group)
    for name, password in PEOPLE.items():
        ask("AdminCreateUser", Username=name, TemporaryPassword=password, MessageAction="SUPPRESS")
        if name != "cleo":
            ask("AdminSetUserPassword", Username=name, Password=password, Permanent=True)
        if name != "dora":
            ask("AdminAddUserToGroup", Username=name, GroupName="linux-users")
    ask("AdminAddUserToGroup", Username="ann", GroupName="linux-admins")
    enrol("ann")


with step("cognito-local runs and has people"):
    start_server()
    fill()
    settings("[pool]\npool_id = %s\nclient_id = %s\nregion = local\n"
             "endpoint_url = https://127.0.0.1:%d\nclient_secret_file =\nca_bundle = %s/cert.pem\n"
             "[login]\napi = public\nauth_flow = USER_PASSWORD_AUTH\n"
             % (POOL["UserPoolId"], POOL["ClientId"], PORT, HOME))

with step("its users and groups are in the directory"):
    until("ann in the directory", lambda: "uid=" in run("id", "ann", status=None), 20)
    contains(run("id", "ann"), "(linux-users)")
    contains(run("id", "ann"), "(linux-admins)")
    lacks(run("id", "ben"), "linux-admins")
    if pwd.getpwnam("ann").pw_uid == pwd.getpwnam("ben").pw_uid:
        fail("one uid for two")

with step("ssh with password and authenticator code"):
    with logged("ann", service="sshd", outcome="accepted", reason="ok",
                challenges="SOFTWARE_TOKEN_MFA"):
        equal(ssh_login("ann", (PASSWORD_PROMPT, PEOPLE["ann"]),
                        (CODE_PROMPT, lambda: code("ann"))), "ann")

with step("a wrong code, then the right one in the same session"):
    with logged("ann", outcome="accepted"):
        with ssh("ann", "id -un") as t:
            t.asks(ssh_prompt("ann", PASSWORD_PROMPT), PEOPLE["ann"])
            t.asks(ssh_prompt("ann", CODE_PROMPT), lambda: another(code("ann")))
            t.says(WRONG_CODE)
            t.says(CODE_PROMPT)
            t.child.sendline(code("ann"))
            equal(t.ends(), "ann")

with step("wrong codes only"):
    with logged("ann", outcome="refused", reason="bad_code"):
        with ssh("ann", "id -un") as t:
            t.asks(ssh_prompt("ann", PASSWORD_PROMPT), PEOPLE["ann"])
            for _ in range(3):
                t.says(CODE_PROMPT)
                t.child.sendline(another(code("ann")))
            contains(t.ends(status=255), "Permission denied")

with step("sudo with password and authenticator code, by the group's rule"):
    with logged("ann", service="sudo", outcome="accepted"):
        with as_user("ann", "sudo", "id", "-un") as t:
            t.asks(sudo_prompt("ann"), PEOPLE["ann"])
            t.asks(CODE_PROMPT, lambda: code("ann"))
            equal(t.ends(), "root")

with step("ssh with the password of a user without a second factor"):
    with logged("ben", outcome="accepted", challenges="-"):
        equal(ssh_login("ben", (PASSWORD_PROMPT, PEOPLE["ben"])), "ben")

with step("a wrong password"):
    with logged("ben", outcome="refused"):
        ssh_refused("ben", (PASSWORD_PROMPT, secret("not-Right-1")))

with step("first sign-in: a password of one's own, which then works"):
    new = secret("Cleos-0wn-Choice!")
    with logged("cleo", outcome="accepted", challenges="NEW_PASSWORD_REQUIRED"):
        equal(ssh_login("cleo", (PASSWORD_PROMPT, PEOPLE["cleo"]), (NEW_PASSWORD_PROMPT, new),
                        (NEW_PASSWORD_AGAIN, new)), "cleo")
    with logged("cleo", outcome="accepted", challenges="-"):
        equal(ssh_login("cleo", (PASSWORD_PROMPT, new)), "cleo")

with step("R-PAM-17 in no group that may log in: refused, though its tokens are good"):
    with ssh("dora", "id -un") as t:
        t.asks(ssh_prompt("dora", PASSWORD_PROMPT), PEOPLE["dora"])
        contains(t.ends(status=255), "Permission denied")

with step("R-PAM-17 a user who was disabled: the key is no way in any more"):
    give_key("ed")
    equal(ssh_by_key("ed").strip(), "ed")
    ask("AdminDisableUser", Username="ed")
    until("the directory to know", lambda: "enabled: no" in run("cognitoctl", "user", "ed"), 60)
    ssh_by_key("ed", status=255)

finish()
