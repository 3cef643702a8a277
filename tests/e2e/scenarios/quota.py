# SPDX-License-Identifier: Apache-2.0
# stage: --set directory.refresh_interval=2s --set directory.disabled_interval=2s
#
# R-NET-08, R-NET-09, R-SNAP-07 with the real daemon: a pool that throttles, one that goes away and
# comes back, one that loses everybody.
import re
import time

import control
from scenario import (PASSWORDS, PASSWORD_PROMPT, aws, contains, equal, fail, finish, logged,
                      promptly, read_log, run, ssh_login, ssh_refused, step, until)


def status(key):
    found = re.search(r"^%s: (.*)$" % key, run("cognitoctl", "status"), re.M)
    if found is None:
        fail("cognitoctl status does not say " + key)
    return found.group(1)


def dave_logs_in():
    equal(ssh_login("dave", (PASSWORD_PROMPT, PASSWORDS["dave"])), "dave")


with step("cognitoctl status shows share, buckets, breaker and intervals"):
    equal(status("breaker"), "closed")
    contains(status("quota_UserList"), "of this host's share")
    contains(status("share"), "for 1 hosts")
    equal(status("sync_interval_seconds"), "2")
    equal(status("syncs_held_back"), "0")

with step("R-NET-08 listings are throttled: what was known stays, logins do not wait"):
    control.fault("ListUsersInGroup", -1, "reply", type="TooManyRequestsException",
                  message="Rate exceeded")
    failed = int(status("syncs_failed"))
    until("a sweep that fails", lambda: int(status("syncs_failed")) > failed, 30)
    dave_logs_in()
    equal(status("breaker"), "closed")
    contains(status("quota_UserList"), "slowed down")
    contains(read_log("cognitod"), "the pool throttles ListUsersInGroup")
    control.demand("clear")
    done = int(status("syncs"))
    until("a sweep", lambda: int(status("syncs")) > done, 60)

with step("R-NET-09 a pool that does not answer: refused at once, and found again"):
    control.fault("*", -1, "close")
    until("the breaker to open", lambda: status("breaker") != "closed", 30)
    promptly(lambda: run("id", "nobody-%d" % time.monotonic_ns(), status=1), most_s=1)
    with logged("dave", outcome="refused"):
        ssh_refused("dave", (PASSWORD_PROMPT, PASSWORDS["dave"]))
    contains(read_log("cognitod"), "the pool does not answer")
    control.demand("clear")
    until("the breaker to close", lambda: status("breaker") == "closed", 20)
    dave_logs_in()

with step("R-SNAP-07 a group that is empty at once is held back"):
    control.fault("ListUsersInGroup", -1, "reply", status=200, body='{"Users":[]}')
    until("a sweep that is held back", lambda: int(status("syncs_held_back")) > 0, 60)
    contains(run("id", "dave"), "(linux-users)")
    contains(read_log("cognitod"), "held back")
    control.demand("clear")
    until("an end of that", lambda: status("syncs_held_back") == "0", 60)
    contains(run("id", "dave"), "(linux-users)")

with step("a leaver is followed"):
    aws("AdminRemoveUserFromGroup", Username="dave", GroupName="linux-users")
    until("the group to be gone", lambda: "(linux-users)" not in run("id", "dave"), 30)

finish()
