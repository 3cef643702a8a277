# SPDX-License-Identifier: Apache-2.0
# stage: --credentials imds
#
# The daemon's keys from the instance's metadata (IMDSv2, R-NET-01).
import control
from scenario import (PASSWORDS, PASSWORD_PROMPT, contains, equal, finish, logged, read_log, run,
                      settings, ssh_login, step)

with step("a login with keys from IMDSv2"):
    with logged("dave", outcome="accepted"):
        equal(ssh_login("dave", (PASSWORD_PROMPT, PASSWORDS["dave"])), "dave")

with step("a proxy in the environment is not used, for metadata or for the pool (R-NET-01, R-NET-02)"):
    run("sh", "-c", "echo http_proxy=http://127.0.0.1:9 >>/run/stage/cognitod.env; "
        "echo https_proxy=http://127.0.0.1:9 >>/run/stage/cognitod.env")
    settings("")
    equal(ssh_login("dave", (PASSWORD_PROMPT, PASSWORDS["dave"])), "dave")

with step("keys that went bad are fetched again"):
    control.demand("rotate")
    equal(ssh_login("dave", (PASSWORD_PROMPT, PASSWORDS["dave"])), "dave")
    contains(read_log("cognitod"), "outcome=accepted")

finish()
