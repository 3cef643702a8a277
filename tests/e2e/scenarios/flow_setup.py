# SPDX-License-Identifier: Apache-2.0
# stage: --pool tests/e2e/flows.json --pool-index 2
#
# MFA_SETUP in a pool that demands MFA: the person reads the key from the terminal, adds it to an
# app, types its code; the next login asks for a code of that app.
import base64
import hashlib
import hmac
import re
import struct
import time

from scenario import (CODE_PROMPT, NEW_PASSWORD_AGAIN, NEW_PASSWORD_PROMPT, PASSWORDS,
                      PASSWORD_PROMPT, WRONG_CODE, Terminal, as_user, equal, fail, finish, logged,
                      secret, settings, ssh, ssh_login, ssh_prompt, step, sudo_prompt)

FIRST_CODE = "First code from the app: "


class App:
    """An authenticator app: RFC 6238, six digits, thirty seconds; no code twice."""

    def __init__(self, screen):
        found = re.search(r"Add this key to\s+yours:\s+((?:[A-Z2-7]{4} ?)+)", screen)
        if not found:
            fail("no key in %r" % screen)
        self.secret = secret(found.group(1).replace(" ", ""))
        secret(found.group(1))
        self.key = base64.b32decode(self.secret + "=" * (-len(self.secret) % 8))
        self.last = 0

    def code(self):
        step_now = int(time.time()) // 30
        self.last = max(self.last + 1, step_now - 1)  # the pool takes one step more or less
        while self.last > int(time.time()) // 30 + 1:
            time.sleep(0.2)
        mac = hmac.new(self.key, struct.pack(">Q", self.last), hashlib.sha1).digest()
        at = mac[-1] & 15
        return secret("%06d" % ((struct.unpack(">I", mac[at:at + 4])[0] & 0x7fffffff) % 1000000))


def has_drawing(screen):
    """The QR code came through whole: lines of blocks, all of one length, in the order of a code's
    corner: margin, frame, white, dark."""
    lines = [line for line in screen.replace("\r", "").split("\n") if "\u2588" in line]
    width = len(lines[0]) if lines else 0
    if width < 29 or len(lines) != (width + 1) // 2 or any(len(line) != width for line in lines):
        fail("no QR code in %r" % screen)
    equal(lines[2][4:11], " \u2584\u2584\u2584\u2584\u2584 ", "corner of the QR code")


with step("MFA_SETUP over ssh: a wrong first code, the right one, and in"):
    with logged("enno", outcome="accepted", challenges="MFA_SETUP"):
        with ssh("enno", "id -un") as t:
            t.asks(ssh_prompt("enno", PASSWORD_PROMPT), PASSWORDS["enno"])
            screen = t.says(FIRST_CODE)
            has_drawing(screen)
            app = App(screen)
            t.child.sendline(secret("000009"))
            t.says(WRONG_CODE + "\r\n" + FIRST_CODE)
            t.child.sendline(app.code())
            equal(t.ends(), "enno")

with step("from now on the app's code is asked, in ssh and sudo"):
    with logged("enno", outcome="accepted", challenges="SOFTWARE_TOKEN_MFA"):
        equal(ssh_login("enno", (PASSWORD_PROMPT, PASSWORDS["enno"]), (CODE_PROMPT, app.code())),
              "enno")
    with as_user("enno", "sudo", "id", "-un") as t:
        t.asks(sudo_prompt("enno"), PASSWORDS["enno"])
        t.asks(CODE_PROMPT, app.code())
        equal(t.ends(), "root")

with step("NEW_PASSWORD_REQUIRED and MFA_SETUP in one login(1)"):
    fresh = secret("New-And-Set-Up-11!")
    with logged("nora", service="login", outcome="accepted",
                challenges="NEW_PASSWORD_REQUIRED,MFA_SETUP"):
        with Terminal("/bin/login") as t:
            t.asks("demo login: ", "nora", echo=True)
            t.asks(PASSWORD_PROMPT, PASSWORDS["nora"])
            t.asks(NEW_PASSWORD_PROMPT, fresh)
            t.asks(NEW_PASSWORD_AGAIN, fresh)
            screen = t.says(FIRST_CODE)
            has_drawing(screen)
            app = App(screen)
            t.child.sendline(app.code())
            t.says("nora@demo:~$ ")
            t.types("exit")
            t.ends(status=None)
    equal(ssh_login("nora", (PASSWORD_PROMPT, fresh), (CODE_PROMPT, app.code())), "nora")

with step("three wrong first codes end it, and no app was set up"):
    settings("[login]\nauth_flow = USER_SRP_AUTH\n")
    with logged("elsa", outcome="refused", reason="bad_code",
                challenges="PASSWORD_VERIFIER,MFA_SETUP"):
        with ssh("elsa", "id -un") as t:
            t.asks(ssh_prompt("elsa", PASSWORD_PROMPT), PASSWORDS["elsa"])
            App(t.says(FIRST_CODE))
            for _ in range(2):
                t.child.sendline(secret("000008"))
                t.says(WRONG_CODE + "\r\n" + FIRST_CODE)
            t.child.sendline(secret("000008"))
            t.ends(status=255)
    with ssh("elsa", "id -un") as t:
        t.asks(ssh_prompt("elsa", PASSWORD_PROMPT), PASSWORDS["elsa"])
        App(t.says(FIRST_CODE))

finish()
