# SPDX-License-Identifier: Apache-2.0
"""A running cognito-pool, a client for it of its own (standard library only), and the counting of
rules. What the rules are is said in pool-rules.py and beside this."""
import base64
import hashlib
import hmac
import http.client
import json
import os
import shlex
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.parse

POOL_BIN = os.environ.get("POOL_BIN", "tests/pool/cognito-pool")
TARGET = "AWSCognitoIdentityProviderService."
results = {True: 0, False: 0}


def check(name, good, seen=""):
    results[bool(good)] += 1
    print(("ok - " if good else "not ok - ") + name + ("" if good else "  # " + str(seen)[:300]))


def equal(name, have, wanted):
    check(name, have == wanted, "have %r, wanted %r" % (have, wanted))


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body
        try:
            self.json = json.loads(body) if body else {}
        except ValueError:
            self.json = {}
        self.type = self.json.get("__type") if isinstance(self.json, dict) else None
        self.message = self.json.get("message", self.json.get("Message")) if self.type else None


class Pool:
    """A running cognito-pool and a signing client for it."""

    def __init__(self, start, *options):
        self.dir = tempfile.mkdtemp()
        path = os.path.join(self.dir, "start.json")
        with open(path, "w") as f:
            json.dump(start, f)
        self.process = subprocess.Popen([POOL_BIN, "--dir", self.dir, "--start", path, *options])
        env = os.path.join(self.dir, "env")
        for _ in range(200):
            if os.path.exists(env):
                break
            time.sleep(0.05)
        self.env = {}
        for line in open(env):
            key, _, value = line.rstrip("\n").partition("=")
            self.env[key] = shlex.split(value)[0] if value != "''" else ""
        self.port = int(self.env["POOL_ENDPOINT"].rsplit(":", 1)[1])
        self.tls = ssl.create_default_context(cafile=self.env["POOL_CA"])
        self.keys = (self.env["AWS_ACCESS_KEY_ID"], self.env["AWS_SECRET_ACCESS_KEY"], None)
        self.region = self.env["POOL_REGION"]
        self.select(1)
        self.connection = None

    def select(self, number):
        p = "POOL_%d_" % number
        self.id, self.client = self.env[p + "ID"], self.env[p + "CLIENT_ID"]
        self.secret = self.env[p + "CLIENT_SECRET"]

    def stop(self):
        self.close()
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(20)
        shutil.rmtree(self.dir)
        return status

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def send(self, method, path, headers, body):
        if not self.connection:
            self.connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=30,
                                                          context=self.tls)
        try:
            self.connection.request(method, path, body=body, headers=headers)
            r = self.connection.getresponse()
            return Answer(r.status, r.headers, r.read())
        except Exception:
            self.close()
            raise

    def sign(self, headers, body, when=None, service="cognito-idp", region=None, keys=None,
             signed=None, terminator="aws4_request", scope_date=None, path="/"):
        key, secret, token = keys or self.keys
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(when if when else time.time()))
        headers = dict(headers, Host="127.0.0.1:%d" % self.port)
        headers["X-Amz-Date"] = stamp
        if token:
            headers["X-Amz-Security-Token"] = token
        low = {k.lower(): " ".join(v.split()) for k, v in headers.items()}
        names = sorted(signed if signed else low)
        scope = [scope_date or stamp[:8], region or self.region, service, terminator]
        lines = "".join("%s:%s\n" % (n, low.get(n, "")) for n in names)
        canonical = "POST\n%s\n\n%s" % (path, lines)
        canonical += "\n%s\n%s" % (";".join(names), hashlib.sha256(body).hexdigest())
        text = "\n".join(["AWS4-HMAC-SHA256", stamp, "/".join(scope),
                          hashlib.sha256(canonical.encode()).hexdigest()])
        k = ("AWS4" + secret).encode()
        for part in scope:
            k = hmac.new(k, part.encode(), hashlib.sha256).digest()
        mac = hmac.new(k, text.encode(), hashlib.sha256).hexdigest()
        headers["Authorization"] = (
            "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s"
            % (key, "/".join(scope), ";".join(names), mac))
        return headers

    def raw(self, operation, body, headers=None, **how):
        """Signed, with the members as they are; how goes to sign()."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        h = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": TARGET + operation}
        h.update(headers or {})
        return self.send("POST", "/", self.sign(h, data, **how), data)

    def public(self, operation, **members):
        """Not signed."""
        h = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": TARGET + operation}
        return self.send("POST", "/", h, json.dumps(members).encode())

    def call(self, operation, **members):
        return self.raw(operation, dict(members, UserPoolId=self.id))

    def hash(self, name):
        mac = hmac.new(self.secret.encode(), (name + self.client).encode(), hashlib.sha256)
        return base64.b64encode(mac.digest()).decode()

    def login(self, name, password, flow="ADMIN_USER_PASSWORD_AUTH", **more):
        p = {"USERNAME": name, "PASSWORD": password}
        if self.secret:
            p["SECRET_HASH"] = self.hash(name)
        p.update(more)
        return self.call("AdminInitiateAuth", ClientId=self.client, AuthFlow=flow,
                         AuthParameters={k: v for k, v in p.items() if v is not None})

    def answer(self, name, challenge, session, **responses):
        p = dict(responses, USERNAME=name)
        if self.secret:
            p["SECRET_HASH"] = self.hash(name)
        return self.call("AdminRespondToAuthChallenge", ClientId=self.client,
                         ChallengeName=challenge, Session=session, ChallengeResponses=p)

    def control(self, path, body=None, **query):
        s = socket.socket(socket.AF_UNIX)
        s.connect(self.env["POOL_CONTROL"])
        c = http.client.HTTPConnection("pool")
        c.sock = s
        c.request("POST" if body else "GET", "/" + path + "?" + urllib.parse.urlencode(query),
                  body=body)
        r = c.getresponse()
        text = r.read().decode()
        s.close()
        return text.strip() if r.status == 200 else None

    def totp(self, user, **query):
        return self.control("totp", user=user, **query)


def fails(name, answer, exception, part="", status=400):
    good = (answer.status == status and answer.type == exception and
            part in (answer.message or "") and
            answer.headers.get("x-amzn-ErrorType") == exception + ":")
    check(name, good, "%d %r" % (answer.status, answer.body))


def claims(jwt):
    part = jwt.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def number(text):
    return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), "big")


def rs256_is_good(jwt, keys):
    head, body, sig = jwt.split(".")
    kid = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))["kid"]
    key = next(k for k in keys if k["kid"] == kid)
    n, e = number(key["n"]), number(key["e"])
    block = pow(number(sig), e, n).to_bytes(256, "big")
    digest = hashlib.sha256((head + "." + body).encode()).digest()
    prefix = bytes.fromhex("3031300d060960864801650304020105000420")
    return block == b"\0\1" + b"\xff" * (256 - 3 - 51) + b"\0" + prefix + digest
