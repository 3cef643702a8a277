# SPDX-License-Identifier: Apache-2.0
#
# Logins by SSH key: the pool is not asked for a password, but the account phase holds (R-PAM-17).
from scenario import (PASSWORD_PROMPT, PASSWORDS, aws, contains, equal, finish, give_key,
                      key_is_refused, not_logged, service, ssh_by_key, ssh_login, ssh_refused, step,
                      until)

for name in ("dave", "mallory", "locke"):
    give_key(name)

with step("a pool user logs in by key, without a prompt, and with groups"):
    with not_logged("dave"):
        contains(ssh_by_key("dave", "id", "-Gn"), "linux-users")

with step("a disabled user's key is refused"):
    ssh_by_key("mallory", status=255)

with step("with the daemon stopped, keys follow the snapshot (R-PKG-01)"):
    service("stop", "cognitod")
    equal(ssh_by_key("dave"), "dave\n")
    ssh_by_key("mallory", status=255)
    equal(ssh_by_key("locke"), "locke\n")
    service("start", "cognitod")

with step("a user who is disabled in the pool is out within seconds, by key and by password"):
    equal(ssh_login("dave", (PASSWORD_PROMPT, PASSWORDS["dave"])), "dave")
    aws("AdminDisableUser", Username="dave")
    until("dave's key to be refused", lambda: key_is_refused("dave"), 15)
    ssh_refused("dave", (PASSWORD_PROMPT, PASSWORDS["dave"]))

with step("enabled again, a password login opens the door at once, also for the key"):
    aws("AdminEnableUser", Username="dave")
    equal(ssh_login("dave", (PASSWORD_PROMPT, PASSWORDS["dave"])), "dave")
    equal(ssh_by_key("dave"), "dave\n")

with step("without one, the next sweep opens it for the key"):
    aws("AdminDisableUser", Username="dave")
    until("dave's key to be refused", lambda: key_is_refused("dave"), 15)
    aws("AdminEnableUser", Username="dave")
    until("dave to be let in again", lambda: not key_is_refused("dave"), 15)

with step("a user who leaves the allowed group is out"):
    aws("AdminRemoveUserFromGroup", Username="dave", GroupName="linux-users")
    until("dave's key to be refused", lambda: key_is_refused("dave"), 20)

finish()
