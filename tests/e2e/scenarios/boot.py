# SPDX-License-Identifier: Apache-2.0
# stage: --set access.stale_limit=1h
#
# A host that boots without the pool, without the daemon, without both: the boot copy in
# /var/lib/cognitod brings its users back (R-NSS-09, R-PKG-01), as old as they were.
import glob
import os
import pwd
import shutil
import struct

import control
from scenario import (PASSWORD_PROMPT, PASSWORDS, contains, equal, finish, give_key, key_is_refused,
                      read_log, run, service, ssh_by_key, ssh_login, step, until)

SNAP = "/run/cognitod/snap"
STATE = "/var/lib/cognitod"
CONFIRMED_AT = 80  # of struct format_header


def wipe_run():
    """What a reboot leaves of a tmpfs."""
    for name in os.listdir(SNAP):
        os.unlink("%s/%s" % (SNAP, name))


def tmpfiles():
    """What systemd does early in the boot."""
    shutil.rmtree(SNAP)
    found = glob.glob("/usr/lib/tmpfiles.d/cognitod.conf")
    equal(len(found), 1, "tmpfiles.d lines")
    run("systemd-tmpfiles", "--create", found[0])


def confirmed():
    with open(SNAP + "/current", "rb") as f:
        return struct.unpack_from("=q", f.read(256), CONFIRMED_AT)[0]


def configure(text):
    """For the next start of the daemon, which is stopped."""
    path = "/etc/cognito/cognitod.conf.d/90-scenario.conf"
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    os.chmod(path, 0o644)


def mode(path):
    st = os.stat(path)
    return "%s %o" % (pwd.getpwuid(st.st_uid).pw_name, st.st_mode & 0o7777)


give_key("dave")
uid = run("id", "-u", "dave")

with step("the copy is written while the daemon runs, and is private (R-SNAP-04)"):
    until("the copy", lambda: os.path.exists(STATE + "/image"), 30)
    until("the snapshot's copy", lambda: os.path.exists(STATE + "/boot/current"), 30)
    equal(mode(STATE), "cognitod 700", STATE)
    equal(mode(STATE + "/image"), "cognitod 600", "image")

with step("boot without the pool: the daemon publishes the copy at once"):
    service("stop", "cognitod")
    before = confirmed()
    service("freeze", "pool")
    wipe_run()
    run("id", "dave", status=1)
    service("start", "cognitod")
    equal(run("id", "-u", "dave"), uid, "uid")
    contains(run("id", "-Gn", "dave"), "linux-users")
    contains(run("getent", "group", "linux-users"), "dave")
    equal(confirmed(), before, "age of what is known")
    contains(read_log("cognitod"), "as they were last")

with step("keys work, root and local users too (R-PKG-01)"):
    equal(ssh_by_key("dave"), "dave\n")
    ssh_by_key("mallory", status=255)
    equal(run("id", "-un", "locke"), "locke\n")
    equal(run("su", "-c", "id -un", "locke"), "locke\n")

with step("boot with the daemon masked: tmpfiles.d has put the copy there"):
    service("stop", "cognitod")
    tmpfiles()
    equal(mode(SNAP), "cognitod 755", SNAP)
    equal(run("id", "-u", "dave"), uid, "uid")
    equal(ssh_by_key("dave"), "dave\n")

with step("and does not touch a snapshot that is there"):
    with open(SNAP + "/current", "rb") as f:
        current = f.read()
    run("systemd-tmpfiles", "--create", "/usr/lib/tmpfiles.d/cognitod.conf")
    with open(SNAP + "/current", "rb") as f:
        equal(f.read(), current, "snapshot")

with step("the daemon takes that over; the pool is back: logins work"):
    service("thaw", "pool")
    service("start", "cognitod")
    equal(ssh_login("dave", (PASSWORD_PROMPT, PASSWORDS["dave"])), "dave")

with step("older than stale_limit: names stay, keys do not open anything"):
    service("stop", "cognitod")
    service("freeze", "pool")
    wipe_run()
    configure("[access]\nstale_limit = 1s\n")
    service("start", "cognitod")
    equal(run("id", "-u", "dave"), uid, "uid")
    until("the directory to be too old", lambda: key_is_refused("dave"))
    equal(run("su", "-c", "id -un", "locke"), "locke\n")

with step("a copy that was damaged is said and ignored"):
    service("stop", "cognitod")
    wipe_run()
    with open(STATE + "/image", "r+b") as f:
        f.seek(-100, os.SEEK_END)
        byte = f.read(1)
        f.seek(-100, os.SEEK_END)
        f.write(bytes([byte[0] ^ 1]))
    service("start", "cognitod")
    contains(read_log("cognitod"), "what was kept is not used")
    run("id", "dave", status=1)
    equal(run("su", "-c", "id -un", "locke"), "locke\n")

with step("and the pool brings everybody back, with the same uid (R-ID-02)"):
    service("thaw", "pool")
    until("the sweep", lambda: "directory_confirmed: never" not in run("cognitoctl", "status"), 60)
    equal(run("id", "-u", "dave"), uid, "uid")
    equal(ssh_login("dave", (PASSWORD_PROMPT, PASSWORDS["dave"])), "dave")

with step("with other rules, until the pool is read as a whole: keys and passwords work"):
    service("stop", "cognitod")
    control.fault("ListUsersInGroup", -1, "reply", status=400, type="AccessDeniedException")
    configure("[service login]\nallow_groups = customers\n")
    service("start", "cognitod")
    contains(read_log("cognitod"), "not used: the configuration")
    equal(ssh_by_key("dave"), "dave\n")
    equal(ssh_login("dave", (PASSWORD_PROMPT, PASSWORDS["dave"])), "dave")
    control.clear()

with step("R-ID-02 state.db in use or damaged: none starts, and it is said why; gone: it is said, too"):
    contains(run("/usr/sbin/cognitod", user="cognitod", status=1), "state.db: in use by another process")
    service("stop", "cognitod")
    with open(STATE + "/state.db", "r+b") as f:
        whole = f.read()
        f.seek(4096)
        f.write(bytes(4096))
        f.flush()
        contains(run("/usr/sbin/cognitod", user="cognitod", status=1), "state.db: damaged: bring it back")
        f.seek(0)
        f.write(whole)
    os.rename(STATE + "/state.db", STATE + "/elsewhere")
    service("start", "cognitod")
    contains(read_log("cognitod"), "state.db is new, although this host has had users")
    service("stop", "cognitod")
    os.rename(STATE + "/elsewhere", STATE + "/state.db")
    service("start", "cognitod")
    equal(read_log("cognitod").count("state.db is new"), 1)
    equal(run("id", "-u", "dave"), uid, "uid")
    equal(ssh_login("dave", (PASSWORD_PROMPT, PASSWORDS["dave"])), "dave")

finish()
