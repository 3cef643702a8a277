# SPDX-License-Identifier: Apache-2.0
#
# A host whose clock is wrong: signatures and tokens are judged by the cloud's time (R-NET-05). The
# pool's clock is moved instead of the host's. Two minutes are within what signatures bear, but a
# fresh token would be one from the future.
import control
from scenario import PASSWORD_PROMPT, equal, finish, logged, secret, ssh_login, step

DAVE = secret("quiet-River-77")

for seconds in (0, 120, -120, 3600, -3600, 315576000, -315576000):
    with step("R-NET-05 a login while the clocks are %d s apart" % seconds):
        control.clock(seconds)
        with logged("dave", outcome="accepted"):
            equal(ssh_login("dave", (PASSWORD_PROMPT, DAVE)), "dave")

finish()
