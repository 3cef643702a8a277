# SPDX-License-Identifier: Apache-2.0
# stage: --pool tests/e2e/identity.json
#
# Who becomes which Linux user, over collisions, deletion, renaming and restarts: a case-sensitive
# pool with custom attributes, real getent, id and sshd.
import hashlib
import os
import pwd
import time

from scenario import (PASSWORD_PROMPT, aws, contains, equal, fail, finish, lacks, logged, read_log,
                      run, secret, service, settings, ssh_login, ssh_refused, step, until)

POOL = os.environ["POOL_ID"]
BOUND_NAME = "another account has or had this login name and keeps it: this one needs another name"
SETTINGS = "/etc/cognito/cognitod.conf.d/90-scenario.conf"
PASSWORD = secret("Granite-Otter-58")
OTHER_PASSWORD = secret("Velvet-Anchor-31")


def person(username, *groups, password=PASSWORD, **attributes):
    """A user of the pool, in linux-users and these groups; the sub."""
    made = aws("AdminCreateUser", Username=username, MessageAction="SUPPRESS", UserAttributes=[
        {"Name": k.replace("custom_", "custom:"), "Value": v} for k, v in attributes.items()])
    aws("AdminSetUserPassword", Username=username, Password=password, Permanent=True)
    for group in ("linux-users",) + groups:
        aws("AdminAddUserToGroup", Username=username, GroupName=group)
    return next(a["Value"] for a in made["User"]["Attributes"] if a["Name"] == "sub")


def change(username, **attributes):
    aws("AdminUpdateUserAttributes", Username=username, UserAttributes=[
        {"Name": k.replace("custom_", "custom:"), "Value": v} for k, v in attributes.items()])


def uid_of(name):
    """By getent; None: there is no such user."""
    line = run("getent", "passwd", name, status=None)
    return int(line.split(":")[2]) if line else None


def facts(command, *argument, status=0):
    lines = run("cognitoctl", command, *argument, status=status).splitlines()
    return [tuple(line.split(": ", 1)) for line in lines]


def fact(name, key):
    """One fact about a user; "" when it is not there."""
    return dict(facts("user", name, status=None)).get(key, "")


def listed(key):
    return [v for k, v in facts("status") if k == key]


def swept():
    """Waits for a sweep that began after now."""
    def count():
        return int(dict(facts("status"))["syncs"])
    before = count()
    until("two sweeps", lambda: count() >= before + 2, 60)


def hash_uid(sub):
    """SHA-256("uid" NUL sub NUL) into the lower three quarters of hash_id_range."""
    low, high = 1879048192, 2147352575
    size = (high - low + 1) - (high - low + 1) // 4
    digest = hashlib.sha256(b"uid\0" + sub.encode() + b"\0").digest()
    return low + int.from_bytes(digest[:8], "big") % size


def line_for(**sources):
    """attributes_verified, as the manual says it is made."""
    text = "pam_cognito attributes v1\npool_id=%s\n" % POOL
    text += "".join("%s=%s\n" % kv for kv in sorted(sources.items()))
    return "v1:" + hashlib.sha256(text.encode()).hexdigest()


def users_settings(more="", **sources):
    settings("[users]\nattributes_verified = %s\n%s%s" % (
        line_for(**sources), "".join("%s = %s\n" % kv for kv in sources.items()), more))


# ---------------------------------------------------------------- by username and hash

ada = person("ada", preferred_username="countess")
with step("R-ID-18 the uid is the one that every host computes; one canonical name (R-ID-10)"):
    equal(uid_of("ada"), hash_uid(ada))
    equal(pwd.getpwnam("ada").pw_gid, hash_uid(ada))
    for spelling in ("Ada", "ADA", "countess"):
        equal(uid_of(spelling), None)
    equal(ssh_login("ada", (PASSWORD_PROMPT, PASSWORD)), "ada")
    ssh_refused("countess", (PASSWORD_PROMPT, PASSWORD))

twin = person("Ada", password=OTHER_PASSWORD)
with step("R-ID-02 R-ID-10 a twin by case does not get the name that is bound"):
    until("the twin to be listed", lambda: any(twin in v for v in listed("hidden_user")), 60)
    equal(listed("hidden_user"), ["Ada (%s): %s" % (twin, BOUND_NAME)])
    equal(uid_of("ada"), hash_uid(ada))
    equal(uid_of(str(hash_uid(twin))), None)
    ssh_refused("ada", (PASSWORD_PROMPT, OTHER_PASSWORD))
    equal(ssh_login("ada", (PASSWORD_PROMPT, PASSWORD)), "ada")

with step("R-ID-02 cognitoctl user tells of both, and the log once"):
    equal(fact("ada", "sub"), ada)
    contains(fact("ada", "name_also_claimed_by"), twin)
    equal(fact("Ada", "sub"), twin)
    equal(fact(twin, "on_this_host"), "no: " + BOUND_NAME)
    contains(fact(twin, "name_belongs_to"), ada)
    swept()
    equal(read_log("cognitod").count("hidden kind=user name=Ada sub=%s reason=another" % twin), 1)

with step("R-ID-02 the same after a restart"):
    service("restart", "cognitod")
    swept()
    equal(fact("ada", "sub"), ada)
    equal(fact(twin, "on_this_host"), "no: " + BOUND_NAME)

with step("R-ID-10 twins that are both new both stand back, until one is gone"):
    service("stop", "cognitod")
    bea, other_bea = person("bea"), person("Bea", password=OTHER_PASSWORD)
    service("start", "cognitod")
    swept()
    equal(uid_of("bea"), None)
    for sub in (bea, other_bea):
        equal(fact(sub, "on_this_host"),
              "no: another user has this login name: one of them needs another")
    ssh_refused("bea", (PASSWORD_PROMPT, PASSWORD))
    aws("AdminDeleteUser", Username="Bea")
    until("bea to exist", lambda: uid_of("bea") == hash_uid(bea), 60)

with step("R-ID-15 deleted and made again: neither name nor uid for the new one, also after restarts"):
    aws("AdminDeleteUser", Username="Ada")
    aws("AdminDeleteUser", Username="ada")
    new_ada = person("ada", password=OTHER_PASSWORD)
    for _ in range(2):
        swept()
        equal(fact(new_ada, "on_this_host"), "no: " + BOUND_NAME)
        contains(fact(new_ada, "name_belongs_to"), ada)
        if uid_of("ada") not in (None, hash_uid(ada)):
            fail("ada has another uid")
        equal(uid_of(str(hash_uid(new_ada))), None)
        ssh_refused("ada", (PASSWORD_PROMPT, OTHER_PASSWORD))
        service("restart", "cognitod")

with step("R-ID-19 R-ID-08 a pool user with a local user's name, in an admin group: nothing for either"):
    locke = person("locke", "linux-admins")
    until("locke to be listed", lambda: any(locke in v for v in listed("hidden_user")), 60)
    equal(fact(locke, "on_this_host"), "no: a local account has this name")
    equal(run("id", "locke"), "uid=4242(locke) gid=4242(locke) groups=4242(locke)\n")
    ssh_refused("locke", (PASSWORD_PROMPT, PASSWORD))

with step("R-ID-08 a pool user named sudo gets no group of that name"):
    sudo = person("sudo")
    until("sudo to be a user", lambda: uid_of("sudo") == hash_uid(sudo), 60)
    equal(run("id", "-G", "sudo").split()[0], str(hash_uid(sudo)))
    equal(run("getent", "group", "sudo").split(":")[2], "27")
    run("getent", "group", str(hash_uid(sudo)), status=2)
    lacks(run("sudo", "-l", "-U", "sudo", status=None), "(ALL")

# ---------------------------------------------------------------- uid from an attribute

with step("R-ID-01 a source that users may write is refused without the line, and with another one's"):
    for verified in ("", "attributes_verified = %s\n" % line_for(uid_attribute="custom:login")):
        with open(SETTINGS, "w", encoding="ascii") as f:
            f.write("[users]\nuid_attribute = custom:uid\n" + verified)
        text = run("cognitod", "--check", status=1)
        contains(text, "attributes_verified: is not the line of this pool_id" if verified
                 else "users may be able to write this attribute")
    with open(SETTINGS, "w", encoding="ascii") as f:
        f.write("[users]\nuid_attribute = custom:uid\nattributes_verified = %s\n"
                % line_for(uid_attribute="custom:uid"))
    run("cognitod", "--check")

service("stop", "cognitod")
cara = person("cara", custom_uid="20010")
time.sleep(1.1)  # the pool counts whole seconds
cody = person("cody", custom_uid="20010")
BAD = ["", "0", "999", "-20011", "+20011", " 20011", "020011", "0x4e2b", "2e4", "20011.0", "20011\n",
       "4294987307", "65534", "61184", "4242", "200000", "\u0662\u0660\u0660\u0661\u0661"]
bad = [person("bad%02d" % i, custom_uid=value) for i, value in enumerate(BAD)]
users_settings(uid_attribute="custom:uid")
swept()

with step("R-ID-02 R-ID-18 two new users with one uid: the older account keeps it, both are told of"):
    equal(uid_of("cara"), 20010)
    equal(uid_of("cody"), None)
    contains(fact(cody, "on_this_host"), "has or had this uid and keeps it: [ids] gives")
    contains(fact(cody, "uid_belongs_to"), cara)
    contains(" ".join(listed("hidden_user")), "cody (%s): another account has or had this uid" % cody)

with step("R-ID-03 R-ID-05 R-ID-06 a uid that is no decimal number or not allowed: no user, and why"):
    for i, sub in enumerate(bad):
        equal(uid_of("bad%02d" % i), None)
        if not fact(sub, "on_this_host").startswith("no: "):
            fail("%r is on this host" % BAD[i])
    equal(fact(bad[BAD.index("4242")], "on_this_host"), "no: the uid is in use on this host")

with step("R-ID-04 who was bound by hash keeps uid and login, whatever an attribute says"):
    change("bea", custom_uid="20020")
    until("it to be told", lambda: any(bea in v for v in listed("not_followed")), 60)
    equal(uid_of("bea"), hash_uid(bea))
    equal(fact("bea", "not_followed"), "the pool says another uid now")
    service("restart", "cognitod")
    swept()
    equal(uid_of("bea"), hash_uid(bea))

with step("[ids] is the way out of a collision; a pinned uid is nobody else's"):
    users_settings("[ids]\n%s = 20077\n" % cody, uid_attribute="custom:uid")
    person("dan", custom_uid="20077")
    swept()
    equal(uid_of("cody"), 20077)
    equal(uid_of("cara"), 20010)
    equal(uid_of("dan"), None)
    equal(ssh_login("cody", (PASSWORD_PROMPT, PASSWORD)), "cody")

# ---------------------------------------------------------------- other sources

with step("R-ID-10 R-ID-16 login_name = preferred_username: in by it at the first attempt, by nothing else"):
    ursula = person("ursula-7", preferred_username="Uschi")
    users_settings(login_name="preferred_username")
    with logged("uschi", outcome="accepted"):
        equal(ssh_login("uschi", (PASSWORD_PROMPT, PASSWORD)), "uschi")
    equal(uid_of("ursula-7"), None)
    equal(fact("uschi", "pool_username"), "ursula-7")

with step("R-ID-04 renamed in the pool: the login name stays, and it is told"):
    change("ursula-7", preferred_username="ulla")
    until("it to be told", lambda: any(ursula in v for v in listed("not_followed")), 60)
    equal(uid_of("uschi"), hash_uid(ursula))
    equal(uid_of("ulla"), None)
    service("restart", "cognitod")
    swept()
    equal(uid_of("uschi"), hash_uid(ursula))

with step("login_name = custom:NAME: found by the next sweep, as the pool cannot be asked"):
    users_settings(login_name="custom:login")
    vera = person("vera", custom_login="Vera.K")
    until("vera.k to exist", lambda: uid_of("vera.k") == hash_uid(vera), 60)
    equal(ssh_login("vera.k", (PASSWORD_PROMPT, PASSWORD)), "vera.k")
    equal(uid_of("vera"), None)

with step("R-ID-12 R-ID-13 home, shell and gecos: what fits, else the template and the default"):
    ROWS = [  # home, shell, name -> home, shell, gecos
        ("/home/elsewhere", "/bin/sh", "Eva", "/home/elsewhere", "/bin/sh", "Eva"),
        ("/root", "/bin/evil", "a:b", None, "/bin/bash", ""),
        ("/home/../etc", "/bin/sh:x", "x\nroot2:x:0:0::/:/bin/sh", None, "/bin/bash", ""),
        ("/home//x", "bin/sh", "\u202etxt", None, "/bin/bash", ""),
        ("/home/" + "x" * 300, "", "J\u00f6rg", None, "/bin/bash", "J\u00f6rg"),
    ]
    users_settings(home_attribute="custom:home", shell_attribute="custom:shell")
    for n, row in enumerate(ROWS):
        person("eva%d" % n, custom_home=row[0], custom_shell=row[1], name=row[2])
    until("the last to exist", lambda: uid_of("eva%d" % (len(ROWS) - 1)) is not None, 60)
    for n, row in enumerate(ROWS):
        line = run("getent", "passwd", "eva%d" % n)
        equal(line.count("\n"), 1)
        equal(line.rstrip("\n").split(":")[4:],
              [row[5], row[3] or "/home/eva%d" % n, row[4]])

# ---------------------------------------------------------------- groups and lists

with step("R-ID-07 nobody is in a local group; [local_groups] puts one pool group into several"):
    gina = person("gina", "linux-admins")
    settings("[access]\nallow_groups = linux-users\n  linux-admins\n[local_groups]\nlinux-admins =\n")
    until("gina to exist", lambda: uid_of("gina") is not None, 60)
    equal(sorted(run("id", "-Gn", "gina").split()), ["gina", "linux-admins", "linux-users"])
    settings("[local_groups]\nlinux-admins = sudo\nlinux-admins = adm\nlinux-admins = nosuchgroup\n")
    until("the sweep", lambda: "adm" in run("id", "-Gn", "gina").split(), 60)
    equal(sorted(run("id", "-Gn", "gina").split()), ["adm", "gina", "linux-admins", "linux-users", "sudo"])
    lacks(run("getent", "group", "sudo"), "gina")

with step("R-ID-04 another primary_group is for who comes later; the others keep theirs, and it is told"):
    gina_gid = run("id", "-g", "gina")
    settings("[users]\nprimary_group = linux-admins\n")
    person("hank")
    until("hank to exist", lambda: uid_of("hank") is not None, 60)
    equal(run("id", "-g", "hank"), "30001\n")
    for _ in range(2):
        swept()
        equal(run("id", "-g", "gina"), gina_gid)
        contains(fact("gina", "primary_group"), "private gid=" + gina_gid.strip())
        contains(fact("gina", "not_followed"), "primary_group = linux-admins")
        equal(fact("hank", "primary_group"), "linux-admins gid=30001")
        contains(" ".join(listed("not_followed")), "primary_group = linux-admins: ")
        equal(read_log("cognitod").count("primary_group = linux-admins is not followed for "), 1)

with step("R-ID-04 cognitod --rebind-gids is the way to have it all the same"):
    contains(run("cognitod", "--rebind-gids", status=1), "in use by another process")
    service("stop", "cognitod")
    contains(run("cognitod", "--rebind-gids"), " users: when cognitod starts next")
    equal({os.stat("/var/lib/cognitod/" + name).st_uid for name in os.listdir("/var/lib/cognitod")},
          {os.stat("/var/lib/cognitod").st_uid})
    service("start", "cognitod")
    swept()
    equal(listed("not_followed"), [v for v in listed("not_followed") if "primary_group" not in v])

with step("primary_group by a pool group; who has none of it is not half a user (R-ID-03)"):
    equal(run("id", "-g", "gina"), "30001\n")
    equal(run("id", "-gn", "gina"), "linux-admins\n")
    aws("DeleteGroup", GroupName="linux-admins")
    aws("CreateGroup", GroupName="linux-admins", Description="gid=30099")
    aws("AdminAddUserToGroup", Username="gina", GroupName="linux-admins")
    until("it to be told (R-ID-04)", lambda: any("linux-admins: the pool says another gid" in v
                                                 for v in listed("not_followed")), 60)
    service("restart", "cognitod")
    swept()
    equal(run("id", "-g", "gina"), "30001\n")
    settings("[users]\nprimary_group = no-such-group\n")
    ivan = person("ivan")
    until("ivan to be listed", lambda: any(ivan in v for v in listed("hidden_user")), 60)
    equal(fact(ivan, "on_this_host"), "no: the primary group does not exist")
    equal(uid_of("ivan"), None)
    equal(run("id", "-g", "gina"), "30001\n")

with step("enumerate = yes lists, group_members = no hides members, scope = all has everybody"):
    aws("AdminCreateUser", Username="henry", MessageAction="SUPPRESS", UserAttributes=[])
    settings("[directory]\nenumerate = yes\ngroup_members = no\nscope = all\n")
    until("henry to exist", lambda: uid_of("henry") is not None, 60)
    everybody = [line.split(":")[0] for line in run("getent", "passwd").splitlines()]
    for name in ("gina", "henry", "root", "locke"):
        equal(everybody.count(name), 1, name + " in getent passwd")
    contains(run("getent", "group"), "\nlinux-admins:x:30001:\n")
    contains(run("getent", "group"), "\ncustomers:x:")
    equal(run("getent", "group", "linux-users").split(":")[3], "\n")
    contains(run("id", "-Gn", "gina"), "linux-users")
    ssh_refused("henry", (PASSWORD_PROMPT, PASSWORD))

with step("R-ID-18 a group made while sweeps run has the gid of its description on every host"):
    for n in range(3):
        aws("CreateGroup", GroupName="team%d" % n, Description="gid=%d" % (31000 + n))
        aws("AdminAddUserToGroup", Username="gina", GroupName="team%d" % n)
        seen = set()
        def is_there():
            line = run("getent", "group", "team%d" % n, status=None)
            seen.add(line.split(":")[2] if line else None)
            return bool(line)
        until("the group", is_there, 60)
        equal(seen - {None}, {str(31000 + n)})
    settings("")
    swept()
    contains(run("getent", "group", "linux-users"), "gina")

# ---------------------------------------------------------------- no helper, no folder

with step("R-ID-14 no home is made by anything of ours, and nothing of ours runs as root for it"):
    with open("/etc/pam.d/common-session", encoding="utf-8") as f:
        lines = [line for line in f if "pam_mkhomedir" not in line]
    with open("/etc/pam.d/common-session", "w", encoding="utf-8") as f:
        f.writelines(lines)
    ida = person("ida")
    contains(ssh_login("ida", (PASSWORD_PROMPT, PASSWORD)), "ida")
    run("su", "ida", "-c", "true")
    equal(os.path.exists("/home/ida"), False)
    for path in ("/usr/sbin/cognitod", "/usr/bin/cognitoctl", "/usr/libexec/cognito-ssh-keys"):
        equal(os.stat(path).st_mode & 0o6000, 0, "setuid and setgid of " + path)
        equal(run("getcap", path, status=None).strip() if os.path.exists("/usr/sbin/getcap") else "", "")
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/status" % pid, encoding="utf-8") as f:
                status = dict(line.rstrip("\n").split(":\t", 1) for line in f if ":\t" in line)
        except OSError:
            continue
        if status["Name"].startswith("cognito") and status["Name"] != "cognito-pool":
            lacks(status["Uid"].split(), "0")

finish()
