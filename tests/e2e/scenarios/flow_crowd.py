# SPDX-License-Identifier: Apache-2.0
# stage: --users 200 --totp
#
# Two hundred people log in at once with password and authenticator, through the real sshd: all of
# them stand at the code at the same moment, then all codes come together. Everybody gets in, and
# cognitod is afterwards what it was before.
import errno
import os
import re
import subprocess

import control
from scenario import (PASSWORDS, PASSWORD_PROMPT, equal, fail, finish, read_log, run, secret,
                      service, ssh_login, step, until)

PEOPLE = ["user%05d" % i for i in range(1, 201)]
FOLDER = "/run/crowd"
# A pipe for each person holds the program that types the code until somebody writes it.
ASKPASS = """#!/bin/sh
user=${1#(}
user=${user%%@*}
case $1 in
*Password:*) echo "Pw-$user-x" ;;
*) cat /run/crowd/$user ;;
esac
"""


def memory_kib():
    pid = run(os.environ["STAGE_SERVICES"], "pid", "cognitod").strip()
    with open("/proc/%s/status" % pid, encoding="ascii") as f:
        return int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1))


def connections():
    """Without the one that asks."""
    return int(re.search(r"open_connections: (\d+)", run("cognitoctl", "status")).group(1)) - 1


def waiting_pipe(user):
    """A descriptor to write to, once somebody reads at the other end; else None."""
    try:
        return os.open("%s/%s" % (FOLDER, user), os.O_WRONLY | os.O_NONBLOCK)
    except OSError as e:
        if e.errno != errno.ENXIO:
            raise
        return None


def begin(user):
    # The key exchange is most of what this costs, on both sides: the cheapest.
    return subprocess.Popen(
        ["ssh", "-o", "PubkeyAuthentication=no", "-o", "NumberOfPasswordPrompts=1",
         "-o", "KexAlgorithms=curve25519-sha256", user + "@demo", "id",
         "-un"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env=dict(os.environ, SSH_ASKPASS="/root/askpass", SSH_ASKPASS_REQUIRE="force"))


def type_codes(pipes):
    for user, pipe in pipes.items():
        os.write(pipe, secret(control.demand("totp", user=user, when="now",
                                             pool=os.environ["POOL_ID"])).encode() + b"\n")
        os.close(pipe)


os.mkdir(FOLDER)
for name in PEOPLE:
    os.mkfifo("%s/%s" % (FOLDER, name))
    secret("Pw-%s-x" % name)
with open("/root/askpass", "w", encoding="ascii") as script:
    script.write(ASKPASS)
os.chmod("/root/askpass", 0o755)
run("sh", "-c", "echo MaxStartups 500 >>/etc/ssh/sshd_config")
service("restart", "sshd")

with step("cognitod has worked before"):
    for _ in range(3):
        equal(ssh_login("dave", (PASSWORD_PROMPT, PASSWORDS["dave"])), "dave")
    until("quiet", lambda: connections() == 0)
    before_kib = memory_kib()

with step("all of them stand at the code"):
    logins = {user: begin(user) for user in PEOPLE}
    pipes = {}

    def all_wait():
        for user in PEOPLE:
            pipe = None if user in pipes else waiting_pipe(user)
            if pipe is not None:
                pipes[user] = pipe
        return len(pipes) == len(PEOPLE)
    until("200 people at the code", all_wait, 100)
    equal(connections(), len(PEOPLE), "logins in flight")

with step("all of them get in"):
    type_codes(pipes)
    for user, login in logins.items():
        equal(login.communicate(timeout=100)[0].strip(), user)
    accepted = re.findall(r"login user=(user\d+) \S+ .*outcome=accepted .*challenges=SOFTWARE_TOKEN_MFA ",
                          read_log("cognitod"))
    equal(sorted(accepted), PEOPLE, "accepted logins")

with step("cognitod has let go of it all: logins and memory"):
    until("quiet", lambda: connections() == 0)
    if memory_kib() > before_kib + 6144:  # a dozen connections to the pool are kept for the next ones
        fail("%d KiB before, %d KiB after" % (before_kib, memory_kib()))

finish()
