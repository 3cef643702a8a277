# SPDX-License-Identifier: Apache-2.0
#
# What systemd does for cognitod, and no more: binds and listens on pam.sock and ctl.sock as root,
# starts the daemon as its own user with LISTEN_* and NOTIFY_SOCKET, and waits for READY=1. The
# sockets stay open here, as they do in systemd, until this process ends: a daemon that was killed
# leaves listening sockets that nobody answers.
#
# usage: activate.py PROGRAM READY_FILE   (the environment is the daemon's)
import os
import pwd
import resource
import signal
import socket
import sys

RUN = "/run/cognitod"
USER = "cognitod"


def listener(name):
    path = "%s/%s" % (RUN, name)
    if os.path.lexists(path):
        os.unlink(path)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.bind(path)
    os.chmod(path, 0o666)
    sock.listen(128)
    return sock


def daemon(program, sockets, user):
    """In the child: becomes cognitod, sockets on descriptors 3 and 4."""
    os.setsid()
    high = [os.dup2(s.fileno(), 100 + i) for i, s in enumerate(sockets)]
    for i, fd in enumerate(high):
        os.dup2(fd, 3 + i, inheritable=True)
    os.closerange(5, 256)
    try:
        resource.setrlimit(resource.RLIMIT_MEMLOCK, (resource.RLIM_INFINITY,) * 2)
    except (OSError, ValueError):
        pass  # a machine that lets nobody raise it: the daemon says so
    os.initgroups(user.pw_name, user.pw_gid)
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)
    os.chdir("/")
    os.umask(0o022)
    env = dict(os.environ, PATH="/usr/sbin:/usr/bin", LISTEN_PID=str(os.getpid()), LISTEN_FDS="2",
               LISTEN_FDNAMES="pam:ctl", NOTIFY_SOCKET="/run/stage/notify")
    os.execve(program, [program], env)


def died(*_):
    raise ChildProcessError


def main(program, ready_file):
    user = pwd.getpwnam(USER)
    notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    if os.path.lexists("/run/stage/notify"):
        os.unlink("/run/stage/notify")
    notify.bind("/run/stage/notify")
    os.chmod("/run/stage/notify", 0o666)
    sockets = [listener("pam.sock"), listener("ctl.sock")]
    child = os.fork()
    if child == 0:
        daemon(program, sockets, user)
    with open("/run/stage/cognitod.main.pid", "w", encoding="ascii") as f:
        f.write("%d\n" % child)
    signal.signal(signal.SIGTERM, lambda *_: os.kill(child, signal.SIGTERM))
    signal.signal(signal.SIGCHLD, died)  # a dead daemon's READY is not waited for
    try:
        while b"READY=1" not in notify.recv(4096).split(b"\n"):
            pass
        open(ready_file, "w", encoding="ascii").close()
        while True:
            signal.pause()
    except ChildProcessError:
        pass
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    how = os.waitpid(child, 0)[1]
    status = os.waitstatus_to_exitcode(how)
    if status < 0:
        print("<5>cognitod was ended by signal %d, %s" %
              (-status, "core dumped" if os.WCOREDUMP(how) else "no core"), file=sys.stderr, flush=True)
    if status == -signal.SIGKILL:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        while True:
            signal.pause()  # killed: the sockets stay, unanswered
    sys.exit(0 if status == 0 else 1)


main(*sys.argv[1:])
