# SPDX-License-Identifier: Apache-2.0
# stage: --set users.ssh_key_attribute=custom:ssh_keys --set users.trust_writable_attributes=yes
#
# Keys out of the directory: sshd asks cognito-ssh-keys, which reads the snapshot. Only who may log
# in has keys there, whatever the daemon does.
import os

from scenario import (aws, contains, equal, finish, lacks, promptly, run, service, ssh_by_key, step,
                      until)

KEYS = "/usr/libexec/cognito-ssh-keys"

run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "somebody@example.com", "-f", "/root/key")
with open("/root/key.pub", encoding="ascii") as f:
    PUBLIC = f.read().strip()
BARE = " ".join(PUBLIC.split()[:2])

with open("/etc/ssh/sshd_config", "a", encoding="ascii") as f:
    with open(os.environ["STAGE_SOURCE"] + "/conf/sshd/cognito.conf", encoding="ascii") as drop_in:
        f.write(drop_in.read())
service("restart", "sshd")


def give(user, keys):
    aws("AdminUpdateUserAttributes", Username=user,
        UserAttributes=[{"Name": "custom:ssh_keys", "Value": keys}])


def of(user):
    return run(KEYS, user, user="locke")


for name in ("dave", "mallory", "erin"):
    give(name, PUBLIC)

with step("a user's keys are there after the next sweep, without their comments (R-SNAP-04)"):
    until("dave's key", lambda: of("dave") == BARE + "\n", 30)
    lacks(of("dave"), "example.com")

with step("a login by a key out of the directory, with nothing in the home"):
    equal(ssh_by_key("dave"), "dave\n")

with step("no keys for a disabled user, one outside allow_groups, local users and nobody"):
    for name in ("mallory", "erin", "root", "locke", "nobody-here", "../x", ""):
        equal(of(name), "")
    ssh_by_key("mallory", status=255)

with step("several keys, one of them broken: the good ones count, cognitoctl tells of the other"):
    give("dave", "ssh-ed25519 AAAA broken\nrestrict,command=\"/usr/bin/id -un\" " + PUBLIC)
    until("the new keys", lambda: "restrict" in of("dave"), 30)
    equal(of("dave"), 'restrict,command="/usr/bin/id -un" %s\n' % BARE)
    equal(ssh_by_key("dave", "cat", "/etc/shadow"), "dave\n")
    contains(run("cognitoctl", "user", "dave"), "ssh_keys_refused: 1: a key is broken")

for verb, state in (("freeze", "frozen"), ("thaw", ""), ("stop", "stopped")):
    service(verb, "cognitod")
    if state:
        with step("daemon %s: the same keys, at once" % state):
            promptly(lambda: contains(of("dave"), BARE), most_s=1)
            equal(ssh_by_key("dave"), "dave\n")

finish()
