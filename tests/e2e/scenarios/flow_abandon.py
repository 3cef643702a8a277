# SPDX-License-Identifier: Apache-2.0
# stage: --pool tests/e2e/flows.json
#
# R-IPC-06: the ssh client goes away at each kind of prompt. The daemon frees the login within a
# second, logs it, and never touches the session that the pool gave it again.
import re
import signal

import control
from scenario import (NEW_PASSWORD_AGAIN, NEW_PASSWORD_PROMPT, PASSWORDS, PASSWORD_PROMPT, as_user,
                      equal, finish, logged, promptly, run, secret, settings, ssh, ssh_prompt, step,
                      until)

FRESH = secret("Never-Was-Set-6!")
MENU = "1: Code by SMS\n2: Code from the authenticator\n3: Code by e-mail\nWhich one? "


def connections():
    """Without the one that asks."""
    return int(re.search(r"open_connections: (\d+)", run("cognitoctl", "status")).group(1)) - 1


def answers():
    return control.count("AdminRespondToAuthChallenge")


def leave(user, *dialogue):
    """Types all answers but the last prompt's, and goes when that is shown. Promptly: of three
    tries."""
    def once():
        with logged(user, service="sshd", outcome="refused", reason="abandoned"):
            with ssh(user, "id -un") as t:
                for prompt, *answer in dialogue[:-1]:
                    t.asks(ssh_prompt(user, prompt), *answer)
                t.says(dialogue[-1][0].replace("\n", "\r\n"))
                equal(connections(), 1, "connections while the prompt is out")
            until("the login to be freed", lambda: connections() == 0)
    before = answers()
    promptly(once, most_s=3)
    equal(answers(), before, "answers sent to the pool")


def password(user):
    return PASSWORD_PROMPT, PASSWORDS[user]


with step("at the password"):
    leave("paul", (PASSWORD_PROMPT,))

with step("at the code"):
    leave("tina", password("tina"), ("Authenticator code: ",))
    leave("sara", password("sara"), ("Code sent by SMS to +*******0143: ",))

with step("at the menu"):
    leave("mara", password("mara"), (MENU,))

with step("at the new password, at its repetition, at the attribute"):
    leave("nina", password("nina"), (NEW_PASSWORD_PROMPT,))
    leave("nina", password("nina"), (NEW_PASSWORD_PROMPT, FRESH), (NEW_PASSWORD_AGAIN,))
    leave("nina", password("nina"), (NEW_PASSWORD_PROMPT, FRESH), (NEW_PASSWORD_AGAIN, FRESH),
          ("Family name: ",))

with step("at a Lambda's question"):
    settings("[login]\nauth_flow = CUSTOM_AUTH\n")
    leave("paul", ("Badge number? ",))

with step("su is killed while the pool judges a password"):
    settings("")
    control.latency(1500)
    with logged("paul", service="su", outcome="refused", reason="abandoned"):
        with as_user("locke", "su", "paul", "-c", "id -un") as t:
            t.asks(PASSWORD_PROMPT, secret("Plain-Sailing-1?"))
            until("the request", lambda: connections() == 1)
            t.child.kill(signal.SIGKILL)
            until("the login to be freed", lambda: connections() == 0)
    control.latency(0)

finish()
