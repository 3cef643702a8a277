# SPDX-License-Identifier: Apache-2.0
# stage: --set access.allow_groups=
#
# Who may log in is said in the configuration: without allow_groups nobody of the pool gets in
# (R-PAM-17), a service may have its own, and a second factor can be demanded.
from scenario import (CODE_PROMPT, PASSWORD_PROMPT, PASSWORDS, contains, equal, finish, give_key,
                      logged, not_logged, outcomes, run, service, settings, ssh_by_key, ssh_login,
                      ssh_refused, step, totp)

with step("no allow_groups: a pool user is refused, and unknown: no key names a group of his"):
    with not_logged("dave"):
        ssh_refused("dave", (PASSWORD_PROMPT, PASSWORDS["dave"]))
    run("getent", "passwd", "dave", status=2)

with step("no allow_groups: no outcome says accepted"):
    equal([o for o in outcomes("dave") if o["outcome"] == "accepted"], [])

with step("root and a local user log in"):
    equal(ssh_login("root", (PASSWORD_PROMPT, PASSWORDS["root"])), "root")
    equal(ssh_login("locke", (PASSWORD_PROMPT, PASSWORDS["locke"])), "locke")

with step("once allow_groups is set, the same user gets in"):
    settings("[access]\nallow_groups = linux-users\n")
    equal(ssh_login("dave", (PASSWORD_PROMPT, PASSWORDS["dave"])), "dave")

with step("and by key; taken away again, refused by key too (account phase)"):
    give_key("dave")
    equal(ssh_by_key("dave"), "dave\n")
    settings("[access]\nallow_groups =\n")
    ssh_by_key("dave", status=255)

with step("a service may have groups of its own"):
    settings("[access]\nallow_groups = linux-users\n[service sshd]\nallow_groups = linux-admins\n")
    with logged("dave", outcome="refused", reason="not_in_allow_groups"):
        ssh_refused("dave", (PASSWORD_PROMPT, PASSWORDS["dave"]))

with step("R-PAM-09 require_mfa is judged by what was answered in this login"):
    settings("[access]\nallow_groups = linux-users\n[login]\nrequire_mfa = yes\n")
    with logged("dave", outcome="refused", reason="mfa_required"):
        ssh_refused("dave", (PASSWORD_PROMPT, PASSWORDS["dave"]))
    with logged("alice", outcome="accepted", challenges="SOFTWARE_TOKEN_MFA"):
        equal(ssh_login("alice", (PASSWORD_PROMPT, PASSWORDS["alice"]), (CODE_PROMPT, totp("alice"))),
              "alice")

with step("R-PAM-03 a configuration that others can write is not trusted"):
    run("chmod", "0666", "/etc/cognito/cognitod.conf")
    contains(run("cognitod", "--check", status=None), "cognitod.conf")
    ssh_by_key("dave", status=255)
    equal(ssh_login("locke", (PASSWORD_PROMPT, PASSWORDS["locke"])), "locke")
    run("chmod", "0644", "/etc/cognito/cognitod.conf")

service("stop", "cognitod")
finish()
