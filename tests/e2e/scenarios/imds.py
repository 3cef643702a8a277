# SPDX-License-Identifier: Apache-2.0
# stage: --credentials imds
#
# The daemon's keys from the instance's metadata (IMDSv2, R-NET-01). A new host whose start goes
# without the first answers of something: the first login waits for no better time (R-NSS-09).
import os
import shutil

import control
from scenario import (SOURCE, PASSWORDS, PASSWORD_PROMPT, contains, equal, finish, logged, read_log, run,
                      service, settings, ssh_login, step)

with step("a login with keys from IMDSv2"):
    with logged("dave", outcome="accepted"):
        equal(ssh_login("dave", (PASSWORD_PROMPT, PASSWORDS["dave"])), "dave")


def start_new():
    """A host that has never known anybody."""
    service("stop", "cognitod")
    for folder in ("/run/cognitod/snap", "/var/lib/cognitod"):
        run("find", folder, "-mindepth", "1", "-delete")
    service("start", "cognitod")


for operation in ("IMDS", "JWKS", "ListUsersInGroup"):
    with step("the first login ever, when the start went without %s: by name" % operation):
        control.fault(operation, 2, "close")
        failures = read_log("cognitod").count("sync: failed")
        start_new()
        if operation != "JWKS":
            equal(read_log("cognitod").count("sync: failed"), failures + 1, "sweeps that failed")
        with logged("dave", outcome="accepted"):
            equal(ssh_login("dave", (PASSWORD_PROMPT, PASSWORDS["dave"])), "dave")
        control.clear()

with step("a proxy in the environment is not used, for metadata or for the pool (R-NET-01, R-NET-02)"):
    run("sh", "-c", "echo http_proxy=http://127.0.0.1:9 >>/run/stage/cognitod.env; "
        "echo https_proxy=http://127.0.0.1:9 >>/run/stage/cognitod.env")
    settings("")
    equal(ssh_login("dave", (PASSWORD_PROMPT, PASSWORDS["dave"])), "dave")

with step("keys that went bad are fetched again"):
    control.demand("rotate")
    equal(ssh_login("dave", (PASSWORD_PROMPT, PASSWORDS["dave"])), "dave")
    contains(read_log("cognitod"), "outcome=accepted")

# curl(1) hangs under the sanitizers.
TOKEN = """
import sys, urllib.error, urllib.request
ask = urllib.request.Request('http://169.254.169.254/latest/api/token', method='PUT',
                             headers={'X-aws-ec2-metadata-token-ttl-seconds': '60'})
try: urllib.request.build_opener(urllib.request.ProxyHandler({})).open(ask, timeout=5).read()
except urllib.error.URLError as e: sys.exit(7 if isinstance(e.reason, OSError) else 1)
"""


def metadata(user, status):
    """A look at the metadata as that user: 0, or 7 when it cannot be reached."""
    run("/usr/bin/python3", "-c", TOKEN, user=user, status=status)


with step("R-NET-04 the nftables example keeps the metadata for cognitod"):
    if shutil.which("nft") is None:
        print("# no nft on this machine: the example was not loaded")
    else:
        metadata("locke", 0)
        for _ in range(2):  # the second time over itself
            run("nft", "-f", SOURCE + "/conf/nftables/cognito-imds.nft")
        for user in ("locke", "dave", "root"):
            metadata(user, 7)
        metadata("cognitod", 0)
        control.demand("rotate")
        equal(ssh_login("dave", (PASSWORD_PROMPT, PASSWORDS["dave"])), "dave")

finish()
