# SPDX-License-Identifier: Apache-2.0
# stage: --users 60
#
# R-PAM-11: who guesses learns nothing. Thirty attempts each over sshd for names that do not exist,
# users who are disabled and users with a wrong password: the same bytes on the terminal, and the
# medians of the time to the refusal within 15 % of each other. Each user is tried once a round, so
# that neither the limiter nor the pool's lock-out has a say. The three kinds go side by side: what
# makes this machine slow makes all of them slow.
import concurrent.futures
import random
import statistics
import time

from scenario import (PASSWORD_PROMPT, aws, equal, fail, finish, outcomes, run, secret, service, ssh,
                      ssh_prompt, step, until)

TIMES = 30
KINDS = {
    "unknown": ["nouser%05d" % i for i in range(1, TIMES + 1)],
    "disabled": ["user%05d" % i for i in range(1, TIMES + 1)],
    "wrong": ["user%05d" % i for i in range(TIMES + 1, 2 * TIMES + 1)],
}
AT_ONCE = 9
ROUNDS = 3  # chance alone is smaller in more attempts, a difference is not
WRONG = secret("not-Right-12")


def attempt(kind, user):
    """(kind, seconds from the answer to the refusal, all that stood on the terminal)"""
    with ssh(user, "id -un") as t:
        t.child.timeout = 60
        t.child.expect_exact(ssh_prompt(user, PASSWORD_PROMPT))
        text = t.child.before + t.child.after
        t.child.sendline(WRONG)
        begin = time.monotonic()
        text += t.ends(status=255)
        return kind, time.monotonic() - begin, text.replace(user, "USER")


def play_round():
    attempts = []
    for i in range(TIMES):
        trio = [(kind, users[i]) for kind, users in KINDS.items()]
        random.shuffle(trio)
        attempts += trio
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda a: attempt(*a), attempts))


with step("thirty disabled users"):
    for name in KINDS["disabled"]:
        aws("AdminDisableUser", Username=name)
    # sshd refuses new connections when ten are not logged in yet.
    run("sh", "-c", "echo MaxStartups 100 >>/etc/ssh/sshd_config")
    service("restart", "sshd")
    until("the last user", lambda: run("getent", "passwd", KINDS["wrong"][-1], status=None) != "", 30)

seen = []
with step("R-PAM-11 unknown, disabled and wrong-password users see the same and take the same time"):
    medians = {}
    for _ in range(ROUNDS):
        seen += play_round()
        equal(len({text for _, _, text in seen}), 1, "different texts %r" % {t for _, _, t in seen})
        medians = {k: statistics.median(s for kind, s, _ in seen if kind == k) for k in KINDS}
        if max(medians.values()) <= 1.15 * min(medians.values()):
            break
    else:
        fail("medians %r" % medians)

with step("and the log knows which was which"):
    for kind, reason in (("disabled", "disabled"), ("wrong", "bad_password")):
        for name in KINDS[kind]:
            equal({line["reason"] for line in outcomes(name)}, {reason}, "reasons of " + name)
    equal([line for name in KINDS["unknown"] for line in outcomes(name)], [], "lines of nobody")

if seen:
    print("# %d attempts, medians %s s" % (len(seen), ", ".join(
        "%s %.2f" % m for m in sorted(medians.items()))))
finish()
