# SPDX-License-Identifier: Apache-2.0
#
# The core logins at a pool that may be real, inside a stage (see run): it knows of the pool only
# what the people's file says, and has no way of its own to ask or change it.
# usage: core.py USERS.json
import base64
import hashlib
import hmac
import json
import struct
import sys
import time

from scenario import (CODE_PROMPT, PASSWORD_PROMPT, as_user, contains, equal, fail, finish, lacks,
                      logged, outcomes, run, secret, ssh_login, ssh_refused, step, sudo_prompt,
                      until)

STEP_S = 30
KEYS = {"login": str, "password": str, "totp_secret": str, "asks": str, "groups": list,
        "sudo": bool, "expect": str}


def read(path):
    with open(path, encoding="utf-8") as f:
        people = json.load(f)["users"]
    for u in people:
        for key, value in u.items():
            if not isinstance(value, KEYS.get(key, ())):
                sys.exit("live: %s: bad key %s" % (u.get("login"), key))
        if u.setdefault("expect", "accepted") not in ("accepted", "denied", "disabled"):
            sys.exit("live: %s: bad expect" % u["login"])
        secret(u["password"])
    if not any(u["expect"] == "accepted" for u in people):
        sys.exit("live: nobody is to be accepted")
    return people


class Authenticator:
    """RFC 6238, SHA-1, six digits. Each code once and in order, as the pool wants it, beginning
    with the step before the present one: so there are two without waiting."""

    def __init__(self, text):
        text = text.replace(" ", "").upper()
        self.key = base64.b32decode(text + "=" * (-len(text) % 8))
        self.last = 0

    def __call__(self):
        now = time.time()
        # The one before would be too old before it arrives.
        first = int(now) // STEP_S - (1 if now % STEP_S < STEP_S - 5 else 0)
        self.last = max(self.last + 1, first)
        time.sleep(max(0, self.last * STEP_S - time.time()))
        mac = hmac.new(self.key, struct.pack(">Q", self.last), hashlib.sha1).digest()
        number = struct.unpack(">I", mac[mac[19] & 15:][:4])[0] & 0x7fffffff
        return secret("%06d" % (number % 1000000))


def typed(user):
    """A code that only a person can see."""
    with open("/dev/tty", "r+", encoding="ascii") as tty:
        tty.write("Code sent to %s: " % user)
        tty.flush()
        return secret(tty.readline().strip())


def dialogue(u, password=None):
    answers = [(PASSWORD_PROMPT, password or u["password"])]
    if "totp_secret" in u:
        answers.append((CODE_PROMPT, u["code"]))
    elif "asks" in u:
        answers.append((u["asks"], lambda: typed(u["login"])))
    return answers


def sudo(u):
    (_, password), *codes = dialogue(u)
    with as_user(u["login"], "sudo", "-k", "id", "-un") as t:
        t.asks(sudo_prompt(u["login"]), password)
        for prompt, answer in codes:
            t.asks(prompt, answer)
        text = t.ends(status=None)
    (equal if u["sudo"] else lacks)(text, "root")


def accepted(u):
    login = u["login"]
    with step("%s: ssh with everything that is asked" % login):
        with logged(login, service="sshd", outcome="accepted", reason="ok"):
            equal(ssh_login(login, *dialogue(u)), login)
    with step("%s: id shows the groups" % login):
        text = run("id", login)
        for group in u.get("groups", []):
            contains(text, "(%s)" % group.lower())
    if "sudo" in u:
        with step("%s: sudo %s" % (login, "lets in" if u["sudo"] else "does not let in")):
            contains(run("id", login), "(sudo)") if u["sudo"] else lacks(run("id", login), "(sudo)")
            sudo(u)


def denied(u):
    with step("%s: a good password, but in no group that may log in" % u["login"]):
        ssh_refused(u["login"], (PASSWORD_PROMPT, u["password"]))
        equal([o for o in outcomes(u["login"]) if o["outcome"] == "accepted"], [])


def disabled(u):
    with step("%s: disabled" % u["login"]):
        ssh_refused(u["login"], (PASSWORD_PROMPT, u["password"]))
        equal([o for o in outcomes(u["login"]) if o["outcome"] == "accepted"], [])


people = read(sys.argv[1])
for person in people:
    if "totp_secret" in person:
        secret(person["totp_secret"])
        person["code"] = Authenticator(person["totp_secret"])
first = next(u for u in people if u["expect"] == "accepted")

with step("the directory is read"):
    until("%s in the directory" % first["login"],
          lambda: "uid=" in run("id", first["login"], status=None), 60)

for person in people:
    {"accepted": accepted, "denied": denied, "disabled": disabled}[person["expect"]](person)

with step("%s: a wrong password" % first["login"]):
    with logged(first["login"], outcome="refused"):
        ssh_refused(first["login"], (PASSWORD_PROMPT, secret("Wrong-on-purpose-1")))

with step("somebody who does not exist"):
    ssh_refused("nobody-of-ours", (PASSWORD_PROMPT, secret("Wrong-on-purpose-2")))

finish()
