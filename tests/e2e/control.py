# SPDX-License-Identifier: Apache-2.0
#
# The test pool's control socket (POOL_CONTROL), as tests/pool/poolctl speaks to it, but without
# starting programs: codes, faults, latency and counters.
import http.client
import os
import socket
import time
import urllib.parse


class _Connection(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(10)
        self.sock.connect(os.environ["POOL_CONTROL"])


def ask(path, body=None, **query):
    """(HTTP status, text) of the pool's answer."""
    connection = _Connection("pool")
    try:
        connection.request("GET" if body is None else "POST",
                           "/%s?%s" % (path, urllib.parse.urlencode(query)), body)
        reply = connection.getresponse()
        return reply.status, reply.read().decode().strip()
    finally:
        connection.close()


def demand(path, **query):
    """The text of an answer that must be a good one."""
    status, text = ask(path, **query)
    if status != 200:
        raise OSError("pool: %s: %s" % (path, text))
    return text


def totp(user):
    """A code of the user's authenticator that was not used yet; waits for one if need be."""
    while True:
        status, text = ask("totp", user=user, when="fresh", pool=os.environ["POOL_ID"])
        if status == 200:
            return text
        if status != 425:
            raise OSError("pool: totp: " + text)
        time.sleep(int(text) / 1000 + 0.1)


def sms(user):
    """The last code sent to the user."""
    return demand("code", user=user, pool=os.environ["POOL_ID"])


def count(operation="*"):
    """Requests so far, of one operation or of all."""
    text = demand("count", **({} if operation == "*" else {"op": operation}))
    return sum(int(line.split()[-1]) for line in text.splitlines())


def fault(operation, times, kind, **more):
    """The next calls of the operation go wrong (poolctl help: fault); body= is the answer's."""
    demand("fault", op=operation, n=times, kind=kind, **more)


def clear():
    """No faults any more."""
    demand("clear")


def issued():
    """Every secret that the pool handed out: sessions, codes, tokens, AWS keys."""
    return demand("issued").split()


def latency(ms):
    demand("latency", ms=ms, op="*")


def clock(seconds):
    """The pool's clock against this machine's."""
    demand("clock", shift=seconds)


def unlock(user):
    demand("unlock", user=user)
