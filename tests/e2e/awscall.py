# SPDX-License-Identifier: Apache-2.0
#
# Calls of the user pool API with an administrator's keys (AWS_* in the environment): SigV4 over
# HTTPS, standard library only. Independent of the product's own code on purpose.
import datetime
import hashlib
import hmac
import json
import os
import ssl
import urllib.error
import urllib.request


def _hmac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def call(operation, parameters):
    """The reply as a dictionary; an OSError with the pool's own words when it refuses."""
    url = os.environ["POOL_ENDPOINT"] + "/"
    region, host = os.environ["POOL_REGION"], url.split("/")[2]
    body = json.dumps(parameters)
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    headers = {
        "content-type": "application/x-amz-json-1.1", "host": host, "x-amz-date": now,
        "x-amz-target": "AWSCognitoIdentityProviderService." + operation,
    }
    names = ";".join(sorted(headers))
    canonical = "POST\n/\n\n%s\n%s\n%s" % (
        "".join("%s:%s\n" % (k, headers[k]) for k in sorted(headers)), names,
        hashlib.sha256(body.encode()).hexdigest())
    scope = "%s/%s/cognito-idp/aws4_request" % (now[:8], region)
    to_sign = "AWS4-HMAC-SHA256\n%s\n%s\n%s" % (
        now, scope, hashlib.sha256(canonical.encode()).hexdigest())
    key = ("AWS4" + os.environ["AWS_SECRET_ACCESS_KEY"]).encode()
    for part in scope.split("/"):
        key = _hmac(key, part)
    headers["authorization"] = "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s" % (
        os.environ["AWS_ACCESS_KEY_ID"], scope, names, _hmac(key, to_sign).hex())
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}),
        urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=os.environ["POOL_CA"])))
    request = urllib.request.Request(url, body.encode(), headers)
    try:
        with opener.open(request, timeout=20) as reply:
            return json.loads(reply.read() or b"{}")
    except urllib.error.HTTPError as e:
        raise OSError("%s: %s" % (operation, e.read().decode("utf-8", "replace"))) from e
