# SPDX-License-Identifier: Apache-2.0
# stage: --pool-index 2 --set users.login_name=email --set users.email_domains=example.com
#
# A pool whose usernames are e-mail addresses: the login name is the local part of the verified
# address, what is sent is the stored Username, a UUID (R-ID-16).
import control
from scenario import (CODE_PROMPT, PASSWORDS, PASSWORD_PROMPT, aws, contains, equal, finish,
                      logged, run, secret, ssh_login, ssh_refused, step, totp)

with step("id of an e-mail pool's user"):
    contains(run("id", "frank"), "(linux-users)")

with step("ssh by the local part of the address, password and code"):
    with logged("frank", service="sshd", outcome="accepted", challenges="SOFTWARE_TOKEN_MFA"):
        equal(ssh_login("frank", (PASSWORD_PROMPT, PASSWORDS["frank"]),
                        (CODE_PROMPT, totp("frank@example.com"))), "frank")

with step("the whole address is no login name"):
    ssh_refused("frank@example.com", (PASSWORD_PROMPT, PASSWORDS["frank"]))

with step("an address of another domain, or one not verified, gives no login (R-ID-01)"):
    password = secret("Evening-Train-9")
    for address, verified in (("grace@elsewhere.example.org", "true"), ("heidi@example.com", "false")):
        user = aws("AdminCreateUser", Username=address, MessageAction="SUPPRESS", UserAttributes=[
            {"Name": "email", "Value": address}, {"Name": "email_verified", "Value": verified}])
        name = user["User"]["Username"]
        aws("AdminSetUserPassword", Username=name, Password=password, Permanent=True)
        aws("AdminAddUserToGroup", Username=name, GroupName="linux-users")
        ssh_refused(address.split("@")[0], (PASSWORD_PROMPT, password))

equal(control.count("AdminGetUser"), 0)
finish()
