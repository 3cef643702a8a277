# SPDX-License-Identifier: Apache-2.0
#
# What the scenarios share: steps that print ok or not ok, terminals that demand the exact prompts
# in the exact order, the pool's people and its control interface, the logs. Runs inside a stage.
import contextlib
import json
import os
import pwd
import re
import subprocess
import sys
import time

import pexpect

import awscall
import control

LOGS = os.environ["STAGE_LOGS"]
SOURCE = os.environ["STAGE_SOURCE"]
PATIENCE_S = 20

# The people of tests/pool/demo.json and the local ones of stage-inside.
PASSWORDS = {
    "alice": "Lighthouse-42!", "bob": "Copper_Kettle9", "carol": "Welcome-2-Fleet",
    "dave": "quiet-River-77", "erin": "Paper.Boat-15", "mallory": "Broken*Mirror8",
    "frank": "Harbour+Bridge3", "locke": "local-Pw-1", "root": "root-Pw-1",
}
with open(os.environ["STAGE_POOL_FILE"], encoding="utf-8") as _start:
    PASSWORDS.update((_user["username"], _user["password"]) for _pool in json.load(_start)["pools"]
                     for _user in _pool["users"] if "username" in _user and "password" in _user)
PASSWORD_PROMPT = "Password: "
CODE_PROMPT = "Authenticator code: "
SMS_PROMPT = "Code sent by SMS to +*******0142: "
WRONG_CODE = "That code was not right."
NEW_PASSWORD_PROMPT = "New password: "
NEW_PASSWORD_AGAIN = "Retype new password: "

_passed = _failed = 0
_secrets = set(PASSWORDS.values())


class Surprise(AssertionError):
    """Something else than expected, with what was seen."""


def fail(text):
    raise Surprise(text)


def equal(got, wanted, what="value"):
    if got != wanted:
        fail("%s: got %r, wanted %r" % (what, got, wanted))


def contains(text, part):
    if part not in text:
        fail("%r is not in %r" % (part, text))


def lacks(text, part):
    if part in text:
        fail("%r is in %r" % (part, text))


@contextlib.contextmanager
def step(name):
    """One step of the story: whatever is raised inside fails it, and the story goes on."""
    global _passed, _failed
    begin = time.monotonic()
    try:
        yield
    except (AssertionError, pexpect.ExceptionPexpect, OSError, subprocess.SubprocessError,
            ValueError, KeyError) as e:
        _failed += 1
        print("not ok %s (%.1f s)" % (name, time.monotonic() - begin))
        text = str(e) if isinstance(e, Surprise) else "%s: %s" % (type(e).__name__, e)
        where = e.__traceback__
        while where.tb_next and "/scenarios/" in where.tb_next.tb_frame.f_code.co_filename:
            where = where.tb_next
        print("    line %d: %s" % (where.tb_lineno, text.replace("\n", "\n    ")))
        for log in ("cognitod", "syslog", "sshd"):
            print("    --- %s\n    %s" % (log, "    ".join(read_log(log).splitlines(True)[-8:])))
    else:
        _passed += 1
        print("ok %s (%.1f s)" % (name, time.monotonic() - begin))
    sys.stdout.flush()


def finish():
    """The last step of every story, R-SEC-01, and the totals."""
    with step("R-SEC-01 no secret in a log, an environment, a command line or a state file"):
        canary()
    if os.path.isdir("/run/asan"):
        with step("no sanitizer report in any program"):
            sanitizer_reports()
    print("%d passed, %d failed" % (_passed, _failed))
    sys.exit(1 if _failed else 0)


def sanitizer_reports():
    """Of builds that have the sanitizers: whatever program it was, the report is a file there."""
    for name in os.listdir("/run/asan"):
        with open("/run/asan/" + name, encoding="utf-8", errors="replace") as f:
            text = f.read()
        if "ERROR:" in text or "runtime error" in text:
            fail("%s: %s" % (name, text[:3000]))


def secret(text):
    """Remembers what must not be found anywhere at the end; returns it."""
    _secrets.add(text)
    return text


# --- programs

def run(*argv, status=0, user=None, text="", timeout=PATIENCE_S):
    """Output of a program (stdout and stderr together), whose exit status must be this one, or
    with None may be any. user: as that user with its groups, without PAM."""
    argv = list(argv)
    if user is not None:
        argv = ["setpriv", "--reuid", user, "--regid", user, "--init-groups", "--reset-env"] + argv
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          input=text, timeout=timeout, check=False)
    if status is not None and done.returncode != status:
        fail("%s: status %d, wanted %s: %s" % (" ".join(argv), done.returncode, status, done.stdout))
    return done.stdout


def processes(pattern):
    """Ids of the processes whose command line begins so. (pgrep hangs under the sanitizers.)"""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/cmdline" % pid, "rb") as f:
                line = f.read().replace(b"\0", b" ").decode("utf-8", "replace").strip()
        except OSError:
            continue
        if re.match(pattern, line):
            found.append(pid)
    return found


def until(what, condition, patience_s=10):
    """Waits until condition() is true."""
    end = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > end:
            fail("waited %d s for %s" % (patience_s, what))
        time.sleep(0.1)


def promptly(action, most_s=3.0, tries=3):
    """The quickest of some tries counts: whatever waits makes all of them slow, a busy machine
    only some."""
    quickest = float("inf")
    for _ in range(tries):
        begin = time.monotonic()
        action()
        quickest = min(quickest, time.monotonic() - begin)
        if quickest <= most_s:
            return
    fail("took %.1f s at best" % quickest)


def service(verb, name):
    run(os.environ["STAGE_SERVICES"], verb, name, timeout=60)


def aws(operation, **parameters):
    """An administrator's call of the pool, through the AWS-shaped door that everybody uses."""
    return awscall.call(operation, dict(parameters, UserPoolId=os.environ["POOL_ID"]))


def totp(user):
    """A fresh code of the user's authenticator."""
    return secret(control.totp(user))


def sms(user):
    """The code that was sent to the user."""
    return secret(control.sms(user))


def settings(text):
    """More lines for cognitod.conf, over the stage's own; none with ''."""
    path = "/etc/cognito/cognitod.conf.d/90-scenario.conf"
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    os.chmod(path, 0o644)
    service("restart", "cognitod")


# --- terminals

class Terminal:
    """A program on a pty of its own. Every text it prints must be announced."""

    def __init__(self, *argv):
        self.child = pexpect.spawn(argv[0], list(argv[1:]), timeout=PATIENCE_S, encoding="utf-8",
                                   dimensions=(50, 200))
        self.seen = ""
        self.typed = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.child.close(force=True)

    def _before(self):
        """What came since the last expectation, without the echo of what was typed."""
        text = self.child.before if isinstance(self.child.before, str) else ""
        for line in self.typed:
            text = text.replace(line, "", 1)
        self.typed = []
        return text.replace("\r", "").strip()

    def _await(self, text):
        got = self.child.expect_exact([text, pexpect.EOF, pexpect.TIMEOUT])
        before = self._before()
        if got == 1:
            fail("wanted %r, but it ended after %r" % (text, before))
        if got == 2:
            fail("wanted %r, but only %r came" % (text, before))
        return before

    def asks(self, prompt, answer, echo=False):
        """Next comes exactly this prompt, and nothing before it. The answer (or what it returns
        when called) is typed; with echo it can be read on the screen, without it cannot."""
        equal(self._await(prompt.replace("\n", "\r\n")), "", "text before %r" % prompt)
        answer = answer() if callable(answer) else answer
        self.child.sendline(answer)
        if echo:
            self.typed.append(answer)

    def says(self, text):
        """Next comes this text, whatever stands before it; that is returned."""
        return self._await(text)

    def types(self, line):
        self.child.sendline(line)
        self.typed.append(line)

    def ends(self, status=0):
        """The rest of its output; the program ends with this status (None: any)."""
        if self.child.expect([pexpect.EOF, pexpect.TIMEOUT]) == 1:
            fail("does not end; last: %r" % self._before())
        rest = self._before()
        self.child.close()
        got = self.child.exitstatus if self.child.exitstatus is not None else -self.child.signalstatus
        if status is not None and got != status:
            fail("ended with %s, wanted %s, after %r" % (got, status, rest))
        return rest


def ssh(user, *command, options=()):
    """A login over ssh that may use the keyboard only, with one try."""
    return Terminal("ssh", *options, "-o", "PubkeyAuthentication=no",
                    "-o", "NumberOfPasswordPrompts=1", "%s@demo" % user, *command)


def ssh_prompt(user, prompt):
    """How the ssh client shows a prompt of the server."""
    return "(%s@demo) %s" % (user, prompt)


def sudo_prompt(user):
    """sudo shows its own words for the first prompt, as it does for pam_unix."""
    return "[sudo] password for %s: " % user


def ssh_login(user, *answers, command="id -un"):
    """Logs in with (prompt, answer) or (prompt, answer, echo); returns what the command printed."""
    with ssh(user, command) as t:
        for prompt, *answer in answers:
            t.asks(ssh_prompt(user, prompt), *answer)
        return t.ends()


def ssh_refused(user, *answers):
    """The prompts come, then the refusal; returns the seconds from last answer to refusal."""
    with ssh(user, "id -un") as t:
        for prompt, *answer in answers:
            t.asks(ssh_prompt(user, prompt), *answer)
        begin = time.monotonic()
        text = t.ends(status=255)
        contains(text, "Permission denied")
        return time.monotonic() - begin


def ssh_by_key(user, *command, status=0):
    """A login that can use the prepared key only, and no prompt at all."""
    return run("ssh", "-i", "/root/key", "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes",
               "%s@demo" % user, *(command or ("id", "-un")), status=status)


def key_is_refused(user):
    """For until(): does the prepared key not let this user in now?"""
    try:
        ssh_by_key(user, status=255)
        return True
    except AssertionError:
        return False


def give_key(user):
    """The user's own authorized_keys, as the user would have made them."""
    if not os.path.exists("/root/key"):
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "/root/key")
    home = pwd.getpwnam(user).pw_dir
    if not os.path.isdir(home):
        run("mkhomedir_helper", user)
    with open("/root/key.pub", encoding="ascii") as key:
        run("sh", "-c", "umask 077; mkdir -p ~/.ssh; cat >~/.ssh/authorized_keys".replace("~", home),
            user=user, text=key.read())


def as_user(user, *argv):
    """A program as that user on a pty, without PAM before it (sudo and su need the pty)."""
    return Terminal("setpriv", "--reuid", user, "--regid", user, "--init-groups", "--reset-env",
                    "--inh-caps=-all", *argv)


# --- logs

def read_log(name):
    try:
        with open("%s/%s" % (LOGS, name), encoding="utf-8", errors="replace") as f:
            return f.read()
    except FileNotFoundError:
        return ""


def outcomes(user):
    """cognitod's outcome lines for this user, oldest first, as dictionaries (R-LOG-01)."""
    found = []
    for line in read_log("cognitod").splitlines():
        match = re.match(r"<(\d)>login (.*)$", line)
        if match:
            fields = dict(re.findall(r"(\w+)=(\"[^\"]*\"|\S*)", match.group(2)))
            if fields.get("user") == user:
                found.append(fields)
    return found


@contextlib.contextmanager
def logged(user, **wanted):
    """What happens inside leaves exactly one outcome line of this user, with these fields."""
    before = len(outcomes(user))
    yield
    until("an outcome line of " + user, lambda: len(outcomes(user)) > before, 5)
    time.sleep(0.1)
    new = outcomes(user)[before:]
    equal(len(new), 1, "number of outcome lines")
    for key in ("user", "service", "rhost", "tty", "outcome", "reason", "challenges", "request_id"):
        if key not in new[0]:
            fail("no %s= in the outcome line %r" % (key, new[0]))
    for key, value in wanted.items():
        equal(new[0].get(key), value, "%s= in the outcome line" % key)


@contextlib.contextmanager
def not_logged(user):
    """What happens inside leaves no outcome line of this user."""
    before = len(outcomes(user))
    yield
    time.sleep(0.2)
    equal(len(outcomes(user)), before, "number of outcome lines of " + user)


def _haystacks():
    for name in os.listdir(LOGS):
        if name != "pool":  # not ours, and it must know them
            yield "log " + name, read_log(name)
    for folder, _, names in os.walk("/var/lib/cognitod"):
        for name in names:
            with open(os.path.join(folder, name), "rb") as f:
                yield os.path.join(folder, name), f.read().decode("latin-1")
    for folder, _, names in os.walk("/run/cognitod"):
        for name in names:
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                with open(path, "rb") as f:
                    yield path, f.read().decode("latin-1")
    for pid in filter(str.isdigit, os.listdir("/proc")):
        seen = {}
        for name in ("cmdline", "environ"):
            with contextlib.suppress(OSError), open("/proc/%s/%s" % (pid, name), "rb") as f:
                seen[name] = f.read().decode("latin-1").replace("\0", "\n")
        # Not the story's own programs, nor what starts cognitod with an environment as systemd does.
        if "STAGE_" in seen.get("environ", "") or "activate.py" in seen.get("cmdline", ""):
            continue
        for name, text in seen.items():
            yield "%s of %r" % (name, seen["cmdline"]), text


def canary():
    """Nothing that was typed, and nothing that the pool handed out, is anywhere it can be read."""
    # A pool that is not ours does not tell what it handed out (tests/live).
    issued = control.issued() if "POOL_CONTROL" in os.environ else ()
    secrets = _secrets | set(issued) | {os.environ.get(n, "") for n in (
        "POOL_CLIENT_SECRET", "POOL_HOST_SECRET_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY")}
    secrets.discard("")
    codes = {s for s in secrets if s.isdigit()}
    for where, text in _haystacks():
        found = [s for s in secrets - codes if s in text]
        # A code is six digits: a whole word, or times and numbers would look like one.
        found += codes.intersection(re.findall(r"(?<![\w.])\d+(?![\w.])", text))
        if found:
            fail("%s holds the secret %r" % (where, found[0]))
        # Header and payload of a token; three letters alone stand in many a public key.
        token = re.search(r"eyJ[A-Za-z0-9_-]{16,}\.eyJ[A-Za-z0-9_-]{8}", text)
        if token:
            fail("%s holds a token: %s..." % (where, token.group(0)))
