# SPDX-License-Identifier: Apache-2.0
# stage: --set directory.refresh_interval=1h --set directory.disabled_interval=1h
#
# A user created after the sweep, with a pool that takes 400 ms an answer: the first attempt works,
# because root's look-up of an unknown name makes the daemon ask the pool (R-NSS-09).
import control
from scenario import (PASSWORD_PROMPT, aws, contains, equal, finish, logged, not_logged, promptly,
                      run, secret, ssh_login, ssh_refused, step)

PASSWORD = secret("Evening-Train-8")


def create(name, group):
    aws("AdminCreateUser", Username=name, MessageAction="SUPPRESS", UserAttributes=[
        {"Name": "email", "Value": name + "@example.com"},
        {"Name": "email_verified", "Value": "true"}])
    aws("AdminSetUserPassword", Username=name, Password=PASSWORD, Permanent=True)
    aws("AdminAddUserToGroup", Username=name, GroupName=group)


create("grace", "linux-users")
create("heidi", "linux-users")
create("ivan", "customers")
create("judy", "linux-admins")
control.latency(400)

with step("a user other than root does not make the daemon ask (R-IPC-05)"):
    before = control.count()
    promptly(lambda: run("id", "grace", status=1, user="locke"), most_s=1)
    equal(control.count(), before, "requests at the pool")

with step("the first attempt over ssh works"):
    with logged("grace", outcome="accepted"):
        equal(ssh_login("grace", (PASSWORD_PROMPT, PASSWORD)), "grace")

with step("root's id of another new user works at once"):
    contains(run("id", "heidi"), "(linux-users)")
    contains(run("id", "heidi", user="locke"), "(heidi)")

with step("a new user in no group that the configuration names is unknown"):
    with not_logged("ivan"):
        ssh_refused("ivan", (PASSWORD_PROMPT, PASSWORD))
    run("getent", "passwd", "ivan", status=2)

with step("a new user in a named group that may not log in is refused by that"):
    with logged("judy", outcome="refused", reason="not_in_allow_groups"):
        ssh_refused("judy", (PASSWORD_PROMPT, PASSWORD))

with step("an unknown name is asked once, then remembered"):
    run("id", "nobody-here", status=1)
    before = control.count("ListUsers")
    run("id", "nobody-here", status=1)
    equal(control.count("ListUsers"), before, "ListUsers calls")

finish()
