# SPDX-License-Identifier: Apache-2.0
"""Signing in at a running pool, both forms: whole flows as a client goes through them."""
import srp_client


class Form:
    """form "admin" (signed) or "public" of one app client (number as in the start file)."""

    def __init__(self, pool, form, client=None, secret=None):
        self.pool, self.form = pool, form
        self.client, self.secret = client or pool.client, pool.secret if client is None else secret
        self.group = pool.id.split("_")[1]

    def send(self, operation, **members):
        members["ClientId"] = self.client
        if self.form == "admin":
            return self.pool.raw("Admin" + operation, dict(members, UserPoolId=self.pool.id))
        return self.pool.public(operation, **members)

    def hashed(self, parameters):
        if self.secret and "USERNAME" in parameters and "SECRET_HASH" not in parameters:
            import base64
            import hashlib
            import hmac
            mac = hmac.new(self.secret.encode(), (parameters["USERNAME"] + self.client).encode(),
                           hashlib.sha256)
            parameters["SECRET_HASH"] = base64.b64encode(mac.digest()).decode()
        return parameters

    def start(self, flow, **parameters):
        return self.send("InitiateAuth", AuthFlow=flow, AuthParameters=self.hashed(parameters))

    def respond(self, before, challenge=None, **responses):
        """The next answer: before is the reply that asked."""
        more = {"Session": before.json["Session"]} if "Session" in before.json else {}
        return self.send("RespondToAuthChallenge", ChallengeResponses=self.hashed(responses),
                         ChallengeName=challenge or before.json["ChallengeName"], **more)

    def srp_start(self, name, flow="USER_SRP_AUTH", **more):
        """The reply to the first call; it remembers the client's number."""
        client = srp_client.Client()
        a = self.start(flow, USERNAME=name, SRP_A=client.hex, **more)
        a.srp = client
        return a

    def claim(self, asked, password, timestamp=None, **more):
        p = asked.json["ChallengeParameters"]
        r = asked.srp.claim(self.group, p["USER_ID_FOR_SRP"], password, p, timestamp)
        r.update(USERNAME=p["USER_ID_FOR_SRP"], **more)
        return r

    def srp(self, name, password, **more):
        """Both calls."""
        asked = self.srp_start(name, **more)
        if asked.status != 200:
            return asked
        return self.respond(asked, **self.claim(asked, password, **more))
