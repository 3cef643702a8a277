# SPDX-License-Identifier: Apache-2.0
#
# R-IPC-01: every operation of the daemon's sockets, asked as root, as the daemon's own user, as the
# user it is about and as another user, by a client of our own (src/wire/wire.h is its source).
# R-IPC-02: where the sockets lie and whom a client believes.
import os
import pwd
import socket
import struct
import subprocess

from scenario import (contains, equal, fail, finish, logged, promptly, run, service, ssh_refused, step,
                      until)

MAGIC, VERSION = 0x434f4731, 0x0100
LOOKUP, AUTH_START, AUTH_STEP, STATUS, SHOW_USER = 1, 2, 3, 4, 5
LOOKED_UP, PROMPT, RESULT, FACTS = 0x8001, 0x8002, 0x8003, 0x8004
REFUSED = 12
SOCKETS = {"nss": "/run/cognitod/snap/nss.sock", "pam": "/run/cognitod/pam.sock",
           "ctl": "/run/cognitod/ctl.sock"}


def str8(text):
    return struct.pack(">B", len(text)) + text.encode()


def frame(opcode, body=b"", length=None):
    return struct.pack(">IHHI", MAGIC, VERSION, opcode, len(body) if length is None else length) + body


def auth_start(user):
    return frame(AUTH_START, struct.pack(">I", 0) + str8(user) + str8("sshd") + str8("127.0.0.1") +
                 str8("") + str8("ssh"))


def ask(uid, where, message):
    """(opcode, body) of the first reply to uid, or None when the daemon hung up."""
    inside, outside = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(uid)
            os.setuid(uid)
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as s:
                s.settimeout(5)
                s.connect(SOCKETS[where])
                s.sendall(message)
                reply = b""
                while len(reply) < 12 or len(reply) < 12 + struct.unpack(">I", reply[8:12])[0]:
                    more = s.recv(65536)
                    if not more:
                        break
                    reply += more
            os.write(outside, reply)
        except OSError as e:
            os.write(outside, b"!" + str(e).encode())
        finally:
            os._exit(0)
    os.close(outside)
    with os.fdopen(inside, "rb") as f:
        reply = f.read()
    os.waitpid(child, 0)
    if reply.startswith(b"!"):
        fail("uid %d: %s" % (uid, reply[1:].decode()))
    if len(reply) < 12:
        return None
    magic, version, opcode, length = struct.unpack(">IHHI", reply[:12])
    equal((magic, version >> 8), (MAGIC, 1), "magic and major of the reply")
    equal(len(reply), 12 + length, "length of the reply (R-IPC-03)")
    return opcode, reply[12:]


def verdict(reply):
    """'prompt', 'ok', 'refused', 'error N' or 'closed'."""
    if reply is None:
        return "closed"
    opcode, body = reply
    if opcode == PROMPT:
        return "prompt"
    err = struct.unpack(">H", body[:2])[0]
    return {0: "ok", REFUSED: "refused"}.get(err, "error %d" % err)


uids = {name: pwd.getpwnam(name).pw_uid for name in ("root", "cognitod", "alice", "dave", "locke")}

# operation -> (socket, message, {who: verdict})
TABLE = {
    "LOOKUP": ("nss", frame(LOOKUP, str8("alice")),
               {"root": "ok", "cognitod": "ok", "alice": "ok", "dave": "ok", "locke": "ok"}),
    "AUTH_START": ("pam", auth_start("alice"),
                   {"root": "prompt", "cognitod": "refused", "alice": "prompt", "dave": "refused",
                    "locke": "refused"}),
    "STATUS": ("ctl", frame(STATUS),
               {"root": "ok", "cognitod": "refused", "alice": "refused", "dave": "refused",
                "locke": "refused"}),
    "SHOW_USER": ("ctl", frame(SHOW_USER, str8("alice")),
                  {"root": "ok", "cognitod": "refused", "alice": "refused", "dave": "refused",
                   "locke": "refused"}),
}
for operation, (where, message, wanted) in TABLE.items():
    for who, what in wanted.items():
        with step("R-IPC-01 %s about alice as %s: %s" % (operation, who, what)):
            equal(verdict(ask(uids[who], where, message)), what)

with step("R-IPC-01 an operation on another socket than its own is not known there"):
    for where, message in (("nss", auth_start("alice")), ("pam", frame(STATUS)), ("nss", frame(STATUS)),
                           ("ctl", auth_start("alice")), ("pam", frame(LOOKUP, str8("alice")))):
        if verdict(ask(0, where, message)) not in ("closed", "refused"):
            fail("opcode %d is answered on %s" % (struct.unpack(">H", message[6:8])[0], where))

with step("R-IPC-01 a step without a dialogue of one's own ends the connection"):
    if verdict(ask(0, "pam", frame(AUTH_STEP, struct.pack(">H", 3) + b"123"))) in ("ok", "prompt"):
        fail("answered")

with step("R-IPC-03 foreign magic, another major, unknown opcode, lengths out of bounds: hung up"):
    good = frame(LOOKUP, str8("alice"))
    for bad in (b"XXXX" + good[4:], good[:4] + b"\x02\x00" + good[6:], frame(999, b"x"),
                frame(LOOKUP, b"", length=0xffffffff), frame(LOOKUP, b"", length=0),
                frame(LOOKUP, b"\xff" + b"a" * 10), frame(RESULT, b"\0" * 4)):
        if verdict(ask(0, "nss", bad)) == "ok":
            fail("answered: %r" % bad[:20])
    equal(verdict(ask(0, "nss", good)), "ok", "a good one after all that")

with step("R-IPC-06 a login whose program went away is freed within a second, and logged"):
    def connections():
        text = run("cognitoctl", "status")
        return int(text.split("open_connections: ")[1].split()[0])
    idle = connections()
    def vanish():
        with logged("dave", service="sshd", outcome="refused", reason="abandoned"):
            gone = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            gone.connect(SOCKETS["pam"])
            gone.sendall(auth_start("dave"))
            gone.recv(4096)
            equal(connections(), idle + 1, "open connections")
            gone.close()
            until("the connection to be freed", lambda: connections() == idle)
    promptly(vanish, most_s=2)

with step("R-IPC-02 sockets lie where only root can write, the daemon's own where only it can"):
    for path, owner, mode in (("/run/cognitod", "root", 0o755),
                              ("/run/cognitod/snap", "cognitod", 0o755),
                              ("/var/lib/cognitod", "cognitod", 0o700)):
        st = os.stat(path)
        equal((pwd.getpwuid(st.st_uid).pw_name, st.st_mode & 0o7777), (owner, mode), path)

with step("the daemon runs as its own user, without capabilities, and not dumpable (R-SEC-02)"):
    pid = run(os.environ["STAGE_SERVICES"], "pid", "cognitod").strip()
    with open("/proc/%s/status" % pid, encoding="ascii") as f:
        text = f.read()
    uid = uids["cognitod"]
    contains(text, "Uid:\t%d\t%d\t%d\t%d" % (uid, uid, uid, uid))
    contains(text, "CapEff:\t0000000000000000")
    equal(os.stat("/proc/%s/environ" % pid).st_uid, 0, "owner of a process that is not dumpable")

with step("R-IPC-02 a client does not believe a socket that somebody else listens on"):
    service("stop", "cognitod")
    os.unlink("/run/cognitod/pam.sock")
    liar = subprocess.Popen(["/usr/bin/python3", "-c", """
import os, socket, struct
s = socket.socket(socket.AF_UNIX)
s.bind('/run/cognitod/pam.sock'); os.chmod('/run/cognitod/pam.sock', 0o666)
os.setgid(4242); os.setuid(4242)
s.listen(8); print('up', flush=True)
while True:
    c = s.accept()[0]
    try:
        c.sendall(struct.pack('>IHHIHH', 0x434f4731, 0x100, 0x8003, 4, 0, 0))
    except OSError:
        pass
"""], stdout=subprocess.PIPE)
    liar.stdout.readline()
    try:
        ssh_refused("dave")
    finally:
        liar.kill()
        liar.wait()
    service("start", "cognitod")

finish()
