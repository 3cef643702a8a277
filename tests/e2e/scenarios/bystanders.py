# SPDX-License-Identifier: Apache-2.0
#
# R-PKG-01: root and local users never depend on us. Every way in is tried with the daemon running,
# frozen, killed and stopped, with the configuration broken and with our shared objects removed;
# each time with exactly their own prompt, and without waiting. A pool user is then refused.
import glob
import os

from scenario import (PASSWORD_PROMPT, PASSWORDS, Terminal, as_user, contains, equal, finish, promptly,
                      run, secret, service, ssh_login, ssh_refused, step, sudo_prompt, until)

def over_ssh():
    for user in ("root", "locke"):
        equal(ssh_login(user, (PASSWORD_PROMPT, PASSWORDS[user])), user)


def at_the_console():
    with Terminal("/bin/login") as t:
        t.asks("demo login: ", "locke", echo=True)
        t.asks(PASSWORD_PROMPT, PASSWORDS["locke"])
        t.says("locke@demo:~$ ")
        t.types("exit")
        t.ends(status=None)


def by_su():
    with Terminal("su", "locke", "-c", "id -un") as t:
        equal(t.ends(), "locke")
    with as_user("locke", "su", "root", "-c", "id -un") as t:
        t.asks(PASSWORD_PROMPT, PASSWORDS["root"])
        equal(t.ends(), "root")


def by_sudo():
    run("sudo", "id", "-un")
    with as_user("locke", "sudo", "-k", "id", "-un") as t:
        t.asks(sudo_prompt("locke"), PASSWORDS["locke"])
        equal(t.ends(), "root")


def by_cron():
    for user in ("root", "locke"):
        path = "/var/spool/cron/crontabs/" + user
        with open(path, "w", encoding="ascii") as f:
            f.write("@reboot touch /tmp/ran.$LOGNAME\n")
        os.chown(path, 0 if user == "root" else 4242, -1)
        os.chmod(path, 0o600)
        if os.path.exists("/tmp/ran." + user):
            os.unlink("/tmp/ran." + user)
    if os.path.exists("/run/crond.reboot"):
        os.unlink("/run/crond.reboot")
    service("restart", "cron")
    until("the jobs", lambda: all(os.path.exists("/tmp/ran." + u) for u in ("root", "locke")))


def by_passwd():
    """R-PAM-05: passwd of a local user goes through the shipped stack."""
    with as_user("locke", "passwd") as t:
        t.says("Current password: ")
        t.child.sendline(PASSWORDS["locke"])
        t.says("New password: ")
        t.child.sendline(secret("local-Pw-2x"))
        t.says("Retype new password: ")
        t.child.sendline("local-Pw-2x")
        contains(t.ends(), "updated successfully")
    run("chpasswd", text="locke:%s\n" % PASSWORDS["locke"])


def everybody(state):
    for way, action in (("ssh", over_ssh), ("login", at_the_console), ("su", by_su),
                        ("sudo", by_sudo), ("cron", by_cron)):
        with step("%s: root and a local user, %s" % (state, way)):
            promptly(action)


def pool_user_refused(state, *answers):
    """Without anybody to ask, there is no prompt either; with our module gone, pam_unix asks."""
    with step("%s: a pool user is refused" % state):
        ssh_refused("dave", *answers)


everybody("daemon running")
with step("daemon running: passwd of a local user"):
    by_passwd()

service("freeze", "cognitod")
everybody("daemon frozen")
service("thaw", "cognitod")

service("kill", "cognitod")
everybody("daemon killed")
service("stop", "cognitod")

everybody("daemon stopped")
pool_user_refused("daemon stopped")

with open("/etc/cognito/cognitod.conf", "a", encoding="ascii") as broken:
    broken.write("[nonsense]\nno = such key\n")
everybody("configuration broken")
pool_user_refused("configuration broken")

with step("daemon stopped, no snapshot: root and a local user"):
    for path in glob.glob("/run/cognitod/snap/*"):
        os.unlink(path)
    promptly(over_ssh)
    promptly(by_su)
pool_user_refused("daemon stopped, no snapshot")

for so in glob.glob("/usr/lib/*/libnss_cognito.so.2") + glob.glob("/usr/lib/*/security/pam_cognito.so"):
    os.unlink(so)
everybody("shared objects removed")
pool_user_refused("shared objects removed", (PASSWORD_PROMPT, PASSWORDS["dave"]))

finish()
