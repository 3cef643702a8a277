# SPDX-License-Identifier: Apache-2.0
"""The client's side of SRP as Cognito wants it, with python's own numbers."""
import base64
import hashlib
import hmac
import secrets
import time

N = int("FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E"
        "3404DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF"
        "5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D3"
        "9A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08"
        "CA18217C32905E462E36CE3BE39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF69558171839"
        "95497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DB"
        "EF0A8AEA71575D060C7DB3970F85A6E1E4C7ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA"
        "06D98A0864D87602733EC86A64521F2B18177B200CBBE117577A615D6C770988C0BAD946E208E24FA074E5AB31"
        "43DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF", 16)


def pad(n):
    return n.to_bytes(n.bit_length() // 8 + 1, "big")


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def number(data):
    return int.from_bytes(data, "big")


K = number(sha(pad(N), pad(2)))


def private(group, name, password, salt):
    return number(sha(pad(salt), sha((group + name + ":" + password).encode())))


def stamp(when=None):
    t = time.gmtime(time.time() if when is None else when)
    return "%s %s %d %02d:%02d:%02d UTC %d" % (
        "Mon Tue Wed Thu Fri Sat Sun".split()[t.tm_wday],
        "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()[t.tm_mon - 1],
        t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec, t.tm_year)


class Client:
    """One try: A, then the claim for what the pool sent."""

    def __init__(self):
        self.a = secrets.randbits(1024)
        self.A = pow(2, self.a, N)
        self.hex = "%x" % self.A

    def key(self, group, name, password, params):
        b, salt = int(params["SRP_B"], 16), int(params["SALT"], 16)
        u = number(sha(pad(self.A), pad(b)))
        x = private(group, name, password, salt)
        s = pow((b - K * pow(2, x, N)) % N, self.a + u * x, N)
        prk = hmac.new(pad(u), pad(s), hashlib.sha256).digest()
        return hmac.new(prk, b"Caldera Derived Key\1", hashlib.sha256).digest()[:16]

    def claim(self, group, name, password, params, timestamp=None):
        """ChallengeResponses of PASSWORD_VERIFIER or DEVICE_PASSWORD_VERIFIER."""
        timestamp = timestamp or stamp()
        text = (group + name).encode() + base64.b64decode(params["SECRET_BLOCK"])
        mac = hmac.new(self.key(group, name, password, params), text + timestamp.encode(),
                       hashlib.sha256).digest()
        return {"PASSWORD_CLAIM_SECRET_BLOCK": params["SECRET_BLOCK"], "TIMESTAMP": timestamp,
                "PASSWORD_CLAIM_SIGNATURE": base64.b64encode(mac).decode()}


def device_verifier(group, key, password):
    """DeviceSecretVerifierConfig of ConfirmDevice."""
    salt = number(secrets.token_bytes(16)) or 1
    v = pow(2, private(group, key, password, salt), N)
    return {"PasswordVerifier": base64.b64encode(pad(v)).decode(),
            "Salt": base64.b64encode(pad(salt)).decode()}
