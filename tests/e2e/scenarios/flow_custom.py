# SPDX-License-Identifier: Apache-2.0
# stage: --pool tests/e2e/flows.json
#
# CUSTOM_AUTH: the questions of the pool's Lambda, in rounds, with and without the password before.
from scenario import (PASSWORDS, PASSWORD_PROMPT, Terminal, as_user, equal, finish, logged, secret,
                      settings, ssh_login, ssh_refused, step, sudo_prompt)

BADGE, ANSWER = "Badge number? ", "Answer: "
ROUNDS = ((BADGE, "4711"), (ANSWER, secret("open Sesame")))


def use(api, preferred=""):
    settings("[login]\nauth_flow = CUSTOM_AUTH\napi = %s\npreferred_challenge = %s\n" %
             (api, preferred))


for api in ("admin", "public"):
    with step("two rounds, %s; a wrong answer is asked again when the Lambda says so" % api):
        use(api)
        with logged("paul", outcome="accepted", challenges="CUSTOM_CHALLENGE,CUSTOM_CHALLENGE"):
            equal(ssh_login("paul", *ROUNDS), "paul")
        with logged("paul", challenges="CUSTOM_CHALLENGE,CUSTOM_CHALLENGE,CUSTOM_CHALLENGE"):
            equal(ssh_login("paul", (BADGE, "4712"), *ROUNDS), "paul")

    with step("SRP first, then the rounds, %s" % api):
        use(api, "PASSWORD_SRP")
        password = PASSWORD_PROMPT, PASSWORDS["paul"]
        with logged("paul", challenges="PASSWORD_VERIFIER,CUSTOM_CHALLENGE,CUSTOM_CHALLENGE"):
            equal(ssh_login("paul", password, *ROUNDS), "paul")

with step("a wrong password and a wrong answer to a Lambda that wants no second one: refused"):
    with logged("paul", outcome="refused", reason="bad_password", challenges="PASSWORD_VERIFIER"):
        ssh_refused("paul", (PASSWORD_PROMPT, secret("Plain-Sailing-1?")))
    with logged("paul", outcome="refused", reason="bad_password",
                challenges="PASSWORD_VERIFIER,CUSTOM_CHALLENGE,CUSTOM_CHALLENGE"):
        ssh_refused("paul", password, ROUNDS[0], (ANSWER, secret("open sesame")))

with step("the rounds in login(1) and sudo"):
    with Terminal("/bin/login") as t:
        t.asks("demo login: ", "paul", echo=True)
        t.asks(PASSWORD_PROMPT, PASSWORDS["paul"])
        for prompt, answer in ROUNDS:
            t.asks(prompt, answer)
        t.says("paul@demo:~$ ")
        t.types("exit")
        t.ends(status=None)
    with as_user("paul", "sudo", "id", "-un") as t:
        t.asks(sudo_prompt("paul"), PASSWORDS["paul"])
        for prompt, answer in ROUNDS:
            t.asks(prompt, answer)
        equal(t.ends(), "root")

finish()
