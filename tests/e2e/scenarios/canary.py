# SPDX-License-Identifier: Apache-2.0
# stage: --pool tests/e2e/flows.json --credentials imds --set directory.log_level=debug
#
# R-SEC-01: whatever was typed or handed out in all kinds of logins, right and wrong, with the log at
# its loudest, stands in no log, state file, environment, command line or core. R-SEC-02: a crash of
# cognitod leaves no core.
import contextlib
import os
import re
import resource
import signal
import subprocess

import control
from scenario import (CODE_PROMPT, NEW_PASSWORD_AGAIN, NEW_PASSWORD_PROMPT, PASSWORDS,
                      PASSWORD_PROMPT, WRONG_CODE, canary, contains, equal, fail, finish, logged,
                      read_log, run, secret, service, settings, sms, ssh, ssh_login, ssh_prompt,
                      ssh_refused, step, totp, until)

DEBUG = "[directory]\nlog_level = debug\n"
SMS_TO_SARA = "Code sent by SMS to +*******0143: "


def password(user):
    return PASSWORD_PROMPT, PASSWORDS[user]


def pid_of_cognitod():
    return int(run(os.environ["STAGE_SERVICES"], "pid", "cognitod"))


with step("passwords and codes, right and wrong"):
    equal(ssh_login("tina", password("tina"), (CODE_PROMPT, secret("000007")),
                    (WRONG_CODE + "\n" + CODE_PROMPT, totp("tina"))), "tina")
    equal(ssh_login("sara", password("sara"), (SMS_TO_SARA, lambda: sms("sara"))), "sara")
    ssh_refused("paul", (PASSWORD_PROMPT, secret("Plain-Sailing-1?")))
    ssh_refused("zelda", (PASSWORD_PROMPT, secret("Nobody-Is-Here-1!")))
    ssh_refused("paul", (PASSWORD_PROMPT, secret('Quotes"and\\back/slashes%s')))

with step("a new password that the policy refuses, and one that it takes"):
    weak, fresh = secret("weakweakweak"), secret("Not-For-Ever-6!")
    with ssh("nina", "id -un") as t:
        t.asks(ssh_prompt("nina", PASSWORD_PROMPT), PASSWORDS["nina"])
        for new in (weak, fresh):
            t.says(NEW_PASSWORD_PROMPT)
            t.child.sendline(new)
            t.asks(ssh_prompt("nina", NEW_PASSWORD_AGAIN), new)
            if new == weak:
                t.asks(ssh_prompt("nina", "Family name: "), "Nordmann", echo=True)
        equal(t.ends(), "nina")

with step("SRP in public, a code as first factor, a Lambda's question"):
    settings(DEBUG + "[login]\napi = public\nauth_flow = USER_SRP_AUTH\n")
    equal(ssh_login("sara", password("sara"), (SMS_TO_SARA, lambda: sms("sara"))), "sara")
    ssh_refused("paul", (PASSWORD_PROMPT, secret("Plain-Sailing-1?")))
    settings(DEBUG + "[login]\nauth_flow = USER_AUTH\npreferred_challenge = EMAIL_OTP\n")
    equal(ssh_login("otto", ("Code sent by e-mail to o***@e***: ", lambda: sms("otto"))), "otto")
    settings(DEBUG + "[login]\nauth_flow = CUSTOM_AUTH\n")
    equal(ssh_login("paul", ("Badge number? ", "4711"), ("Answer: ", secret("open Sesame"))), "paul")

with step("faults of the pool in the middle of it: damaged, cut and unfit answers"):
    settings(DEBUG)
    for kind, more in (("reply", {"status": 200, "body": '{"AuthenticationResult": {"AccessToken"'}),
                       ("cut", {}), ("reply", {"status": 500})):
        control.fault("AdminInitiateAuth", 1, kind, **more)
        with logged("paul", outcome="refused"):
            ssh_refused("paul", password("paul"))
        control.clear()
    body = control.demand("token", user="paul", pool=os.environ["POOL_ID"], flaw="signature")
    for token in body.split('"'):
        if token.startswith("eyJ"):
            secret(token)
    control.fault("AdminInitiateAuth", 1, "reply", status=200, body=body)
    with logged("paul", outcome="refused", reason="bad_token"):
        ssh_refused("paul", password("paul"))

with step("R-SEC-01 nothing of it anywhere, also while a login stands at its code"):
    if len([s for s in control.issued() if len(s) > 100]) < 20:
        fail("the pool remembers too little: %r" % control.issued())
    with ssh("tina", "id -un") as t:
        t.asks(ssh_prompt("tina", PASSWORD_PROMPT), PASSWORDS["tina"])
        t.says(CODE_PROMPT)
        canary()



def memory_is_locked():
    """Where the limit lets it be; else the log says what to do."""
    with open("/proc/%d/limits" % pid_of_cognitod(), encoding="ascii") as f:
        if not re.search("Max locked memory +unlimited", f.read()):
            contains(read_log("cognitod"), "set LimitMEMLOCK=infinity")
            return
    with open("/proc/%d/status" % pid_of_cognitod(), encoding="ascii") as f:
        kib = {line.split(":")[0]: int(line.split()[1]) for line in f if line.startswith("Vm")}
    if kib["VmLck"] < kib["VmRSS"] // 2:
        fail("%r" % kib)


if not os.path.isdir("/run/asan"): # the sanitizers make nothing of locking
    with step("R-SEC-02 cognitod's memory is locked, or the log says why not"):
        memory_is_locked()

with step("R-SEC-02 cognitod is not dumpable, and its limit of cores is none"):
    pid = pid_of_cognitod()
    with open("/proc/%d/limits" % pid, encoding="ascii") as f:
        contains(re.sub(" +", " ", f.read()), "Max core file size 0 0 bytes")
    equal(os.stat("/proc/%d/environ" % pid).st_uid, 0, "owner of what is not dumpable")
    with open("/proc/%d/environ" % pid, encoding="latin-1") as f:
        names = {line.split("=")[0] for line in f.read().split("\0") if line.strip("\0")}
    equal(names - {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "NOTIFY_SOCKET"}, set(),
          "what is left of its environment")


def cores():
    """Wherever the kernel's pattern, when it names a file, would put them here."""
    return [os.path.join(folder, name) for folder in ("/", "/var/lib/cognitod", "/run/cognitod/snap")
            for name in os.listdir(folder) if name.startswith("core")]


def crash_leaves_no_core():
    os.chmod("/", 0o1777)
    most = resource.getrlimit(resource.RLIMIT_CORE)[1]
    other = subprocess.Popen(["setpriv", "--reuid", "cognitod", "--regid", "cognitod",
                              "--clear-groups", "sleep", "100"], cwd="/",
                             preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (most, most)))
    until("sleep", lambda: os.readlink("/proc/%d/exe" % other.pid).endswith("sleep"))
    other.send_signal(signal.SIGABRT)
    has_left_one = os.WCOREDUMP(os.waitpid(other.pid, 0)[1])
    if most != 0 and not has_left_one:
        fail("the comparison left no core either: this would prove nothing")
    for path in cores():
        os.unlink(path)
    for signum in (signal.SIGABRT, signal.SIGSEGV):
        pid = pid_of_cognitod()
        with contextlib.suppress(PermissionError):  # then only being undumpable is left
            resource.prlimit(pid, resource.RLIMIT_CORE, (most, most))
        os.kill(pid, signum)
        said = "cognitod was ended by signal %d, " % signum
        until("its end", lambda said=said: said in read_log("cognitod"))
        contains(read_log("cognitod"), said + "no core")
        equal(cores(), [], "cores")
        service("start", "cognitod")
    os.chmod("/", 0o755)


# The sanitizers forbid cores to every program by themselves.
if not os.path.isdir("/run/asan"):
    with step("R-SEC-02 a crash leaves no core, where that of another program of the same user does"):
        crash_leaves_no_core()

finish()
