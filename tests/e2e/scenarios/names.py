# SPDX-License-Identifier: Apache-2.0
# stage: --users 3 --groups 2
#
# What every program sees of the pool's people: id, getent, ls by name, initgroups; by root and by
# users, with the daemon running, stopped and frozen, and with descriptors closed (R-NSS-04).
import grp
import os
import pwd

from scenario import (contains, equal, fail, finish, lacks, promptly, run, service, step)

alice = pwd.getpwnam("alice")

with step("id shows a pool user with pool and local groups"):
    text = run("id", "alice")
    contains(text, "uid=%d(alice) gid=%d(alice)" % (alice.pw_uid, alice.pw_gid))
    for group in ("(linux-users)", "30001(linux-admins)", "27(sudo)"):
        contains(text, group)
    lacks(run("id", "bob"), "sudo")

with step("the uid is a hash of the sub, the group its own, no shadow entry, x as password"):
    equal(alice.pw_passwd, "x")
    equal(alice.pw_gid, alice.pw_uid)
    if not 1879048192 <= alice.pw_uid <= 2147352575:
        fail("uid %d out of range" % alice.pw_uid)
    equal(run("getent", "shadow", "alice", status=2), "")

with step("getent by name and by number agree"):
    line = run("getent", "passwd", "alice")
    equal(line, "alice:x:%d:%d:Alice Example:/home/alice:/bin/bash\n" % (alice.pw_uid, alice.pw_uid))
    equal(run("getent", "passwd", str(alice.pw_uid)), line)
    group = run("getent", "group", "linux-admins")
    equal(group, "linux-admins:x:30001:alice\n")
    equal(run("getent", "group", "30001"), group)
    equal(run("getent", "group", "alice"), "alice:x:%d:\n" % alice.pw_gid)

with step("members of a pool group"):
    members = grp.getgrnam("linux-users").gr_mem
    for name in ("alice", "bob", "carol", "dave", "user00001"):
        if name not in members:
            fail("%s is not in %r" % (name, members))
    lacks(members, "erin")

with step("pool users are not listed with everybody"):
    lacks(run("getent", "passwd"), "alice")

with step("unknown names and numbers are unknown at once"):
    for what in (("passwd", "nobody-here"), ("group", "nobody-here"), ("passwd", "2147000001"),
                 ("group", "2147000001")):
        promptly(lambda: run("getent", *what, status=2, user="locke"), most_s=1)

with step("a user outside the allowed groups does not exist for others than root (R-IPC-05)"):
    run("getent", "passwd", "erin", status=2, user="locke")

with step("ls -l shows names, chown takes them"):
    with open("/tmp/hers", "w", encoding="ascii"):
        pass
    run("chown", "alice:linux-admins", "/tmp/hers")
    contains(run("ls", "-l", "/tmp/hers", user="locke"), " alice linux-admins ")
    run("find", "/tmp", "-maxdepth", "1", "-nouser", "-name", "hers")

with step("local users come first and stay as they are (R-ID-19)"):
    equal(run("id", "locke"), "uid=4242(locke) gid=4242(locke) groups=4242(locke)\n")
    lacks(run("id", "root"), "linux")

with step("R-SNAP-04 the snapshot, which everybody can read, holds no e-mail address, phone or pool id"):
    for name in os.listdir("/run/cognitod/snap"):
        if name != "nss.sock":
            with open("/run/cognitod/snap/" + name, "rb") as f:
                data = f.read()
            for part in (b"example.com", b"+1555", os.environ["POOL_CLIENT_ID"].encode()):
                lacks(data, part)
            equal(os.stat("/run/cognitod/snap/" + name).st_mode & 0o7777, 0o644)
    run("ls", "/var/lib/cognitod", status=2, user="locke")

with step("R-NSS-04 look-ups with descriptors 0 to 2 closed leave nothing open"):
    child = """
import os, pwd, sys
def fds(): return sorted(int(f) for f in os.listdir('/proc/self/fd') if os.path.exists('/proc/self/fd/' + f))
for f in (0, 1, 2): os.close(f)
before = fds()
pwd.getpwnam('alice')
try: pwd.getpwnam('nobody-at-all')
except KeyError: pass
os._exit(0 if fds() == before else 9)
"""
    run("/usr/bin/python3", "-c", child)
    run("sh", "-c", "id alice <&- >&- 2>&-", status=None)

with step("R-NSS-04 a program that closes every descriptor between look-ups"):
    run("/usr/bin/python3", "-c", """
import os, pwd
for i in range(3):
    pwd.getpwnam('alice'); pwd.getpwuid(%d)
    os.closerange(3, 256)
""" % alice.pw_uid)

for verb, state in (("freeze", "frozen"), ("thaw", ""), ("kill", "killed"), ("stop", "stopped")):
    service(verb, "cognitod")
    if not state:
        continue
    with step("R-NSS-09 hits do not wait for a daemon that is %s" % state):
        promptly(lambda: contains(run("id", "alice", user="locke"), "27(sudo)"), most_s=1)
        equal(pwd.getpwuid(alice.pw_uid).pw_name, "alice")
    with step("R-NSS-09 misses hardly wait for a daemon that is %s" % state):
        promptly(lambda: run("getent", "passwd", "nobody-%s" % state, status=2), most_s=1)

service("start", "cognitod")
with step("the same ids after a restart (R-ID-04)"):
    equal(pwd.getpwnam("alice").pw_uid, alice.pw_uid)
    equal(os.stat("/tmp/hers").st_uid, alice.pw_uid)

finish()
