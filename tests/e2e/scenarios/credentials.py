# SPDX-License-Identifier: Apache-2.0
# stage: --pool tests/e2e/flows.json --credentials imds --set directory.log_level=debug
#
# Every way in which cognitod gets AWS keys, up to logins signed with them, and what it does when
# the source fails: says which one and why, keeps keys that still work, recovers by itself.
import json
import os
import re
import urllib.parse

import control
from scenario import (PASSWORDS, PASSWORD_PROMPT, contains, equal, finish, logged, read_log, run, secret,
                      settings, ssh_login, step, until)

HOST_ID = os.environ["POOL_HOST_ACCESS_KEY_ID"]
HOST_SECRET = secret(os.environ["POOL_HOST_SECRET_ACCESS_KEY"])
HOST_ENV = {"AWS_ACCESS_KEY_ID": HOST_ID, "AWS_SECRET_ACCESS_KEY": HOST_SECRET}
HOST_PROFILE = "[profile host]\naws_access_key_id = %s\naws_secret_access_key = %s\n" % (HOST_ID, HOST_SECRET)
STS = os.environ["POOL_ENDPOINT"] + "/sts"
READER = "arn:aws:iam::123456789012:role/pool-reader"
PARTNER = "arn:aws:iam::123456789012:role/partner"
CONTAINER = urllib.parse.urlsplit(os.environ["POOL_CONTAINER"]).path
CONFIG, WEB_TOKEN, CONTAINER_TOKEN = "/etc/cognito/aws", "/etc/cognito/web", "/etc/cognito/container"
PROGRAM = "/usr/local/bin/print-keys"


def place(path, text, mode=0o640):
    """For cognitod to read and for root alone to write; replaced as a whole."""
    with open(path + ".new", "w", encoding="utf-8") as f:
        f.write(text)
    os.chmod(path + ".new", mode)
    run("chgrp", "cognitod", path + ".new")
    os.rename(path + ".new", path)


def begin(environment=None, config="", more=""):
    """A fresh cognitod with this environment, AWS config file and settings."""
    environment = dict(environment or {}, AWS_ENDPOINT_URL_STS=STS)
    if config:
        place(CONFIG, config)
        environment["AWS_CONFIG_FILE"] = CONFIG
    with open("/run/stage/cognitod.env", "w", encoding="utf-8") as f:
        f.writelines("%s=%s\n" % pair for pair in environment.items())
    settings(more)


def log_of_this_daemon():
    return read_log("cognitod").rsplit("serves pool", 1)[-1]


def log_in():
    with logged("paul", outcome="accepted"):
        equal(ssh_login("paul", (PASSWORD_PROMPT, PASSWORDS["paul"])), "paul")


def signed_by(source, who):
    """A login works, with keys of this source that the pool knows by this name."""
    log_in()
    text = run("cognitoctl", "status")
    equal(re.search(r"(?m)^credentials: +(.*)$", text).group(1).strip(), source, "source in the status")
    last = [line for line in control.demand("log").splitlines() if " AdminInitiateAuth " in line][-1]
    contains(last, " by=%s " % who)


def program(body):
    place(PROGRAM, "#!/bin/sh\n" + body, 0o750)


def keys_as_json(**more):
    return json.dumps(dict({"Version": 1, "AccessKeyId": HOST_ID, "SecretAccessKey": HOST_SECRET}, **more))


WEB_ENV = {"AWS_WEB_IDENTITY_TOKEN_FILE": WEB_TOKEN, "AWS_ROLE_ARN": READER}
CONTAINER_ENV = {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": CONTAINER,
                 "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": CONTAINER_TOKEN}
place(WEB_TOKEN, secret("good-Web-Token-1"))
place(CONTAINER_TOKEN, secret(os.environ["POOL_CONTAINER_TOKEN"]))
program("cat <<'E'\n%s\nE\n" % keys_as_json())

# what -> (environment, AWS config, settings, source, whom the pool takes it for)
WAYS = {
    "keys in the environment": (HOST_ENV, "", "", "environment", "host"),
    "[credentials] role_arn and external_id on top of them":
        (HOST_ENV, "", "[credentials]\nrole_arn = %s\nexternal_id = Fleet-7\n" % PARTNER, "environment",
         "partner"),
    "[credentials] profile: a role with source_profile":
        ({}, HOST_PROFILE + "[profile fleet]\nrole_arn = %s\nsource_profile = host\n" % READER,
         "[credentials]\nprofile = fleet\n", "profile", "pool-reader"),
    "AWS_PROFILE: a role with an external id and credential_source Ec2InstanceMetadata":
        ({"AWS_PROFILE": "fleet"}, "[profile fleet]\nrole_arn = %s\nexternal_id = Fleet-7\n"
         "credential_source = Ec2InstanceMetadata\n" % PARTNER, "", "profile", "partner"),
    "a profile's credential_process":
        ({}, "[default]\ncredential_process = %s\n" % PROGRAM, "", "profile", "host"),
    "web identity": (WEB_ENV, "", "", "web-identity", "pool-reader"),
    "a container's endpoint": (CONTAINER_ENV, "", "", "container", "cognitod-host"),
    "IMDSv2": ({}, "", "", "imds", "cognitod-host"),
}
for what, (environment, config, more, source, who) in WAYS.items():
    with step(what):
        begin(environment, config, more)
        signed_by(source, who)


def says(text):
    until("the reason in the log", lambda: text in log_of_this_daemon(), 30)


def recovers():
    """Without a restart; the directory first, which backs off between tries."""
    until("the directory", lambda: re.search("<6>sync: [0-9]+ users", log_of_this_daemon()), 60)
    log_in()


with step("a role that trusts somebody else: named in the log with the service's reason"):
    begin(HOST_ENV, more="[credentials]\nrole_arn = %s\nexternal_id = Fleet-8\n" % PARTNER)
    says("AccessDenied")
    contains(log_of_this_daemon(), "<3>AWS credentials (environment): ")

with step("a web identity's token that expired: good again when its file is replaced"):
    place(WEB_TOKEN, secret("old-Web-Token-0"))
    begin(WEB_ENV)
    says("ExpiredToken")
    place(WEB_TOKEN, "good-Web-Token-1")
    recovers()

with step("a program that fails, prints no keys or prints too old a version: named, mended, used"):
    for body in ("exit 3\n", "echo no keys\n", "echo '%s'\n" % keys_as_json(Version=0)):
        program(body)
        begin({}, "[default]\ncredential_process = %s\n" % PROGRAM)
        says("<3>AWS credentials (profile): ")
    program("echo '%s'\n" % keys_as_json())
    recovers()

with step("a container whose token and keys are changed: the new token is read from its file"):
    begin(CONTAINER_ENV)
    log_in()
    control.demand("container", token=secret("next-Container-Token-2"))
    place(CONTAINER_TOKEN, "next-Container-Token-2")
    control.demand("rotate")
    log_in()


def kept_and_refreshed(operation, life_s, source):
    """Twelve minutes before the end new keys are fetched; while that fails, the old ones serve."""
    control.fault(operation, -1, "reply", status=500)
    control.clock(life_s - 720)
    until("a kept key", lambda: "the present ones are kept" in log_of_this_daemon(), 30)
    log_in()
    control.clear()
    fetched = log_of_this_daemon().count("<6>AWS credentials (%s): valid" % source)
    until("new keys", lambda: log_of_this_daemon().count(
        "<6>AWS credentials (%s): valid" % source) > fetched, 30)
    log_in()
    control.clock(0)


with step("keys of a role are refreshed ahead of their end, and kept while that fails"):
    begin(HOST_ENV, more="[credentials]\nrole_arn = %s\nexternal_id = Fleet-7\n" % PARTNER)
    log_in()
    kept_and_refreshed("AssumeRole", 3600, "environment")

with step("keys of the metadata service are refreshed ahead of their end, and kept while that fails"):
    begin()
    log_in()
    kept_and_refreshed("IMDS", 21600, "imds")

finish()
