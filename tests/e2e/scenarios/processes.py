# SPDX-License-Identifier: Apache-2.0
#
# R-NSS-10: names in every kind of process: with threads that fork, under tight limits, setuid, in a
# chroot, in containers with the snapshot's directory bound read-only, static, behind nscd; and
# enumeration. Through the system's libc and its own programs.
import contextlib
import grp
import os
import pwd
import re
import subprocess

from scenario import (aws, contains, equal, fail, finish, lacks, run, settings, step, until)

BOX = "/srv/box"
SNAP = "/run/cognitod/snap"
LOOKUP = "/usr/local/bin/lookup"
STATIC = "/usr/local/bin/lookup-static"
alice = pwd.getpwnam("alice")
LINE = "alice:x:%d:%d:Alice Example:/home/alice:/bin/bash" % (alice.pw_uid, alice.pw_gid)
ANSWER = "%s %d\n" % (LINE, len(os.getgrouplist("alice", alice.pw_gid)))
ID = run("id", "alice")


def create(name):
    aws("AdminCreateUser", Username=name, MessageAction="SUPPRESS")
    aws("AdminAddUserToGroup", Username=name, GroupName="linux-users")


def compile_it(path, *flags):
    source = os.environ["STAGE_SOURCE"] + "/tests/e2e/lookup.c"
    run("gcc", "-O2", "-pthread", *flags, "-o", path, source, timeout=60)


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="ascii") as f:
        f.write(text)


def bind(source, at):
    os.makedirs(at, exist_ok=True)
    run("mount", "--bind", source, at)
    run("mount", "-o", "remount,bind,ro", at)


def make_box():
    """A root of its own: the system's programs, other local users, and the snapshot to read."""
    os.makedirs(BOX + "/tmp")
    bind("/usr", BOX + "/usr")
    for name in ("bin", "lib", "lib64", "sbin"):
        os.symlink("usr/" + name, "%s/%s" % (BOX, name))
    write(BOX + "/etc/nsswitch.conf", "passwd: files cognito\ngroup: files cognito\n")
    write(BOX + "/etc/passwd", "root:x:0:0::/root:/bin/sh\n")
    write(BOX + "/etc/group", "root:x:0:\nsudo:x:27:\n")
    run("cp", "/etc/ld.so.cache", BOX + "/etc")
    bind(SNAP, BOX + SNAP)


compile_it(LOOKUP)
compile_it(STATIC, "-static", "-w")

with step("R-NSS-02 threads with small stacks, in a process that forks at the same time"):
    equal(run(LOOKUP, "threads", "alice", user="locke", timeout=120), "0 wrong\n")

with step("R-NSS-10 few descriptors, no new processes, no files to write, small stacks"):
    for limit in ("--nofile=4:4", "--nofile=5:5", "--nofile=10:10", "--nproc=1:1", "--fsize=0",
                  "--stack=262144", "--memlock=0", "--core=0"):
        equal(run("prlimit", limit, "id", "alice", user="locke"), ID)

with step("R-NSS-10 little address space: the right answer or none"):
    def seen(name, mib):
        return run("prlimit", "--as=%d" % (mib << 20), LOOKUP, "user", name, status=None, user="locke")
    least = next(m for m in range(1, 64) if seen("locke", m).startswith("locke:x:4242:"))
    for mib in range(1, least + 2):
        text = seen("alice", mib)
        if LINE not in text and (mib > least or "alice:" in text):
            fail("locke needs %d MiB; with %d alice is %r" % (least, mib, text))

with step("R-ID-17 a setuid program listens to nobody's environment"):
    run("install", "-m", "4755", LOOKUP, LOOKUP + "-setuid")
    os.makedirs("/var/tmp/evil/run/cognitod/snap")
    write("/var/tmp/evil/libnss_cognito.so.2", "no library\n")
    equal(run("env", "LD_LIBRARY_PATH=/var/tmp/evil", "LD_PRELOAD=/var/tmp/evil/libnss_cognito.so.2",
              "HOME=/var/tmp/evil", "TMPDIR=/var/tmp/evil", "COGNITO_SNAP=/var/tmp/evil",
              "RUNTIME_DIRECTORY=/var/tmp/evil/run/cognitod", LOOKUP + "-setuid", "user", "alice",
              user="locke"), ANSWER)

make_box()

with step("R-NSS-10 in a chroot with the directory bound read-only"):
    equal(run("chroot", BOX, "id", "alice"), ID)
    equal(run("chroot", BOX, LOOKUP, "user", "alice"), ANSWER)
    run("chroot", BOX, "touch", SNAP + "/current", status=1)
    run("chroot", BOX, "id", "locke", status=1)

# In the box, because libnss_systemd cannot be loaded by one.
with step("R-NSS-10 a static program, with threads and forks too"):
    lacks(run("ldd", STATIC, status=1), "libc.so")
    for arguments, answer in ((("user", "alice"), ANSWER), (("threads", "alice"), "0 wrong\n")):
        equal(run("chroot", "--userspec=4242:4242", BOX, STATIC, *arguments, timeout=120), answer)
    run("chroot", BOX, STATIC, "user", "nobody-here", status=2)

CONTAINER = ("unshare", "--mount", "--pid", "--fork", "--net", "--ipc", "--uts", "/usr/sbin/chroot", BOX)
ROOTLESS = ("unshare", "--user", "--map-root-user", "--mount", "--pid", "--fork", "--net",
            "/usr/sbin/chroot", BOX)

with step("R-NSS-10 in a container, with root and rootless"):
    for start, user in ((CONTAINER, None), (ROOTLESS, None), (ROOTLESS, "locke")):
        equal(run(*start, LOOKUP, "user", "alice", user=user), ANSWER)
        equal(run(*start, STATIC, "user", "alice", user=user), ANSWER)
        run(*start, LOOKUP, "user", "nobody-here", status=2, user=user)

with step("R-NSS-09 a container's root is root: a user created a moment ago is there at once"):
    create("grace")
    contains(run(*CONTAINER, LOOKUP, "user", "grace"), "grace:x:")

with step("R-SNAP-01 a program in a container sees what is published while it runs"):
    watcher = subprocess.Popen(  # with which nobody asks the daemon
        [*CONTAINER, "/usr/bin/python3", "-c", """
import grp, time
print('heidi' in grp.getgrnam('linux-users').gr_mem, flush=True)
for i in range(300):
    if 'heidi' in grp.getgrnam('linux-users').gr_mem:
        print('there', flush=True)
        break
    time.sleep(0.1)
"""], stdout=subprocess.PIPE, text=True)
    equal(watcher.stdout.readline(), "False\n")
    create("heidi")
    equal(watcher.stdout.read(), "there\n")
    equal(watcher.wait(), 0)

with step("R-NSS-10 without the directory a chroot knows no pool user, at once"):
    run("umount", BOX + SNAP)
    run("chroot", BOX, LOOKUP, "user", "alice", status=2)
    equal(run("chroot", BOX, LOOKUP, "user", "root"), "root:x:0:0::/root:/bin/sh 1\n")

# --- nscd in front: what nss_cognito(8) says of it

WITHOUT_NSCD = ("unshare", "--mount", "sh", "-c", 'mount -t tmpfs none /run/nscd && "$@"', "sh")


@contextlib.contextmanager
def nscd(groups):
    """Runs with a cache of users that lasts, and with or without one of groups."""
    text = "enable-cache hosts no\nenable-cache netgroup no\nenable-cache services no\n"
    for base, cached in (("passwd", "yes"), ("group", groups)):
        text += "".join("%s %s %s\n" % (key, base, value) for key, value in (
            ("enable-cache", cached), ("positive-time-to-live", 600), ("negative-time-to-live", 600),
            ("check-files", "no"), ("persistent", "no"), ("shared", "no")))
    write("/etc/nscd.conf", text)
    os.makedirs("/run/nscd", exist_ok=True)
    process = subprocess.Popen(["nscd", "-F"])
    try:
        until("nscd", lambda: os.path.exists("/run/nscd/socket"))
        yield
    finally:
        run("nscd", "-K")
        process.wait(timeout=20)


def positive_hits():
    """Users whose entries came out of nscd's cache."""
    text = run("nscd", "-g").split("passwd cache:")[1].split("group cache:")[0]
    return int(re.search(r"(\d+)\s+cache hits on positive entries", text).group(1))


with nscd(groups="no"):
    with step("nscd in front: the same answers, out of its cache"):
        for _ in range(2):
            run("getent", "passwd", "bob", user="locke")
            equal(run(LOOKUP, "user", "alice", user="locke"), ANSWER)
            equal(run("id", "alice", user="locke"), ID)
        if positive_hits() == 0:
            fail(run("nscd", "-g"))

    with step("nscd in front: who is unknown stays so as long as nscd says, or until nscd -i"):
        run("getent", "passwd", "ivan", status=2, user="locke")
        create("ivan")
        until("ivan", lambda: "ivan:x:" in run(*WITHOUT_NSCD, "getent", "passwd", "ivan", status=None))
        run("getent", "passwd", "ivan", status=2)
        run("nscd", "-i", "passwd")
        contains(run("getent", "passwd", "ivan"), "ivan:x:")

    with step("nscd in front, without a cache of groups: memberships are there at once"):
        lacks(run("id", "bob"), "linux-admins")
        aws("AdminAddUserToGroup", Username="bob", GroupName="linux-admins")
        until("bob's group", lambda: "30001(linux-admins)" in run("id", "bob"))

# nscd asks for the groups of a name, whoever that is: R-ID-19 wants the gid.
with nscd(groups="yes"), step("R-ID-19 nscd with a cache of groups: no more than one's own group"):
    equal(run("id", "alice"), ID[:ID.index(",")] + "\n")
    equal(run("id", "locke"), "uid=4242(locke) gid=4242(locke) groups=4242(locke)\n")

with step("nscd ended: everybody asks for themselves again"):
    equal(run("id", "alice", user="locke"), ID)

# --- enumeration


def listed(base):
    return [line.split(":")[0] for line in run("getent", base).splitlines()]


def listed_by_bash():
    return run("bash", "-c", "compgen -u").split()


with step("enumerate = no: nobody is listed, by getent, by bash, by libc"):
    for names in (listed("passwd"), listed("group"), listed_by_bash(),
                  [p.pw_name for p in pwd.getpwall()], [g.gr_name for g in grp.getgrall()]):
        lacks(names, "alice")
        lacks(names, "linux-users")
        contains(names, "locke")

with step("enumerate = yes: everybody once, behind the local ones"):
    settings("[directory]\nenumerate = yes\n")
    until("the list", lambda: "alice" in listed("passwd"))
    for names in (listed("passwd"), listed_by_bash(), [p.pw_name for p in pwd.getpwall()]):
        for name in ("alice", "bob", "dave", "grace", "root", "locke"):
            equal(names.count(name), 1, "entries of " + name)
        lacks(names, "erin")  # not on this host
    for names in (listed("group"), [g.gr_name for g in grp.getgrall()]):
        for name in ("linux-users", "linux-admins", "alice", "sudo"):
            equal(names.count(name), 1, "entries of " + name)
    contains(run("getent", "passwd"), LINE + "\n")
    contains(run("getent", "passwd", user="locke"), LINE + "\n")
    equal(run("id", "alice"), ID)

with step("enumerate = no again"):
    settings("")
    until("nobody", lambda: "alice" not in listed("passwd"))
    equal(run("id", "alice"), ID)

finish()
