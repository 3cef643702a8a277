# SPDX-License-Identifier: Apache-2.0
#
# R-NET-02: only https, only a verified peer; without that nobody gets in and nothing is sent.
import shutil

import control
from scenario import (PASSWORDS, PASSWORD_PROMPT, contains, equal, fail, finish, logged, run,
                      service, settings, ssh_login, ssh_refused, step, until)

with step("R-NET-02 a certificate of a CA that is not ours: refused, nothing arrives at the pool"):
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
        "-keyout", "/dev/null", "-out", "/etc/cognito/other-ca.pem", "-subj", "/CN=other", "-days", "2")
    with open("/etc/cognito/cognitod.conf.d/90-scenario.conf", "w", encoding="ascii") as f:
        f.write("[pool]\nca_bundle = /etc/cognito/other-ca.pem\n")
    # Or what the daemon of before asked for is counted when it is answered: the keys take a while.
    until("the pool's keys", lambda: control.count("JWKS") > 0, 60)
    service("stop", "cognitod")
    before = control.count()
    service("start", "cognitod")
    with logged("dave", outcome="refused"):  # known from before the restart, and asked
        ssh_refused("dave", (PASSWORD_PROMPT, PASSWORDS["dave"]))
    equal(control.count(), before, "requests at the pool")

with step("R-NET-09 the right certificate is put into the file: a login works, without a restart"):
    shutil.copyfile("/etc/cognito/pool-ca.pem", "/etc/cognito/other-ca.pem")
    equal(ssh_login("dave", (PASSWORD_PROMPT, PASSWORDS["dave"])), "dave")

with step("the local user does not notice"):
    equal(ssh_login("locke", (PASSWORD_PROMPT, PASSWORDS["locke"])), "locke")

with step("R-NET-02 an endpoint without https is no configuration"):
    with open("/etc/cognito/cognitod.conf.d/90-scenario.conf", "w", encoding="ascii") as f:
        f.write("[pool]\nendpoint_url = http://127.0.0.1:8443\n")
    if run("cognitod", "--check", status=None) == "":
        fail("not a word")
    run("sh", "-c", "cognitod --check && exit 9; exit 0")

with step("with the right CA again, a login works"):
    settings("")
    equal(ssh_login("dave", (PASSWORD_PROMPT, PASSWORDS["dave"])), "dave")

with step("R-NET-09 a pool that breaks every connection: refused, not hung, then well again"):
    control.fault("*", -1, "close")
    with logged("dave", outcome="refused"):
        ssh_refused("dave", (PASSWORD_PROMPT, PASSWORDS["dave"]))
    control.demand("clear")
    contains(run("cognitoctl", "status"), "pool: ")

finish()
