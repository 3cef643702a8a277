# SPDX-License-Identifier: Apache-2.0
#
# Jobs of pool users: cron asks the account phase only. @reboot jobs run when cron starts.
import os
import pwd

from scenario import (aws, contains, equal, fail, finish, read_log, run, service, step, until)

OUT = "/tmp/cron"
os.mkdir(OUT)
os.chmod(OUT, 0o1777)


def give_job(user):
    path = "/var/spool/cron/crontabs/" + user
    with open(path, "w", encoding="ascii") as f:
        f.write("@reboot id -Gn >%s/$LOGNAME\n" % OUT)
    os.chown(path, pwd.getpwnam(user).pw_uid, -1)
    os.chmod(path, 0o600)


def boot():
    for name in os.listdir(OUT):
        os.unlink(os.path.join(OUT, name))
    if os.path.exists("/run/crond.reboot"):
        os.unlink("/run/crond.reboot")
    service("restart", "cron")
    until("the job of root", lambda: ran("root"))


def ran(user):
    path = os.path.join(OUT, user)
    return os.path.exists(path) and os.path.getsize(path) > 0


for name in ("root", "locke", "alice", "dave", "mallory"):
    give_job(name)

with step("jobs of root, a local user and pool users run, with their groups"):
    boot()
    for name in ("locke", "alice", "dave"):
        until("the job of " + name, lambda n=name: ran(n))
    with open(OUT + "/alice", encoding="ascii") as f:
        text = f.read()
    contains(text, "linux-admins")
    contains(text, "sudo")

with step("the job of a disabled user does not run"):
    if ran("mallory"):
        fail("it ran")
    contains(read_log("syslog"), "mallory")

with step("a pool user can install a crontab"):
    contains(run("crontab", "-l", user="dave"), "@reboot")

with step("with the daemon stopped, jobs run on from the snapshot"):
    service("stop", "cognitod")
    boot()
    until("the job of alice", lambda: ran("alice"))
    service("start", "cognitod")

with step("once disabled in the pool, the job of a leaver ends"):
    aws("AdminDisableUser", Username="dave")
    until("the sweep of disabled users",
          lambda: "no" in run("cognitoctl", "user", "dave", status=None).split("enabled", 1)[-1][:12])
    boot()
    until("the job of alice", lambda: ran("alice"))
    if ran("dave"):
        fail("it ran")

equal(run("getent", "passwd", "locke"), "locke:x:4242:4242::/home/locke:/bin/bash\n")
finish()
