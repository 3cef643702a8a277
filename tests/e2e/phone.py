# SPDX-License-Identifier: Apache-2.0
#
# The demonstration's phones. Every second it writes what the people's authenticators show and which
# SMS came, one file a person in /run/phone, for the command `code`. On the terminal $1 it keeps the
# authenticator codes in the title, and says when an SMS comes.
import os
import sys
import time

import control

PEOPLE = {"eu-central-1_Fleet1Demo": (("alice", "alice", "totp"), ("bob", "bob", "code")),
          "eu-central-1_Mail2Demo": (("frank", "frank@example.com", "totp"),)}


def shown(what, user):
    """What the phone shows, or '' when nothing came yet."""
    more = {"when": "now"} if what == "totp" else {}
    try:
        status, text = control.ask(what, user=user, pool=os.environ["POOL_ID"], **more)
    except OSError:
        return ""
    return text if status == 200 else ""


def write(path, text):
    with open(path + ".new", "w", encoding="utf-8") as f:
        f.write(text + "\n")
    os.rename(path + ".new", path)


def main(terminal):
    os.makedirs("/run/phone", exist_ok=True)
    sms = {}
    while True:
        left, title, said = 30 - int(time.time()) % 30, [], ""
        for name, user, what in PEOPLE.get(os.environ["POOL_ID"], ()):
            text = shown(what, user)
            if what == "totp":
                title.append("%s's phone: %s (%d s)" % (name, text, left))
                write("/run/phone/" + name, "%s   (changes in %d s)" % (text, left))
            else:
                write("/run/phone/" + name, text or "no SMS came yet")
                if text and sms.get(name) != text:
                    said += "\r\n   (%s's phone buzzes: SMS with the code %s)\r\n" % (name, text)
                sms[name] = text
        if terminal:
            with open(terminal, "w", encoding="utf-8") as tty:
                tty.write("\033]2;%s\007%s" % ("  ".join(title), said))
        time.sleep(1)


main(sys.argv[1] if len(sys.argv) > 1 else "")
