#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
#
# What programs and files understand stands in their manual pages, and the other way round: keys of
# the configuration, options of cognitod, commands of cognitoctl, arguments of the PAM module. And
# nobody is told to run a command of cognitoctl that does not exist.
# usage: options.py TOP BUILD
import glob
import re
import sys

top = sys.argv[1]

# (source, pattern of a name in it, manual page, pattern of a name in that)
RULES = [
    ("src/config/keys.c", r'\{ "\w+", "(\w+)", KEY_', "doc/cognitod.conf.5", r"^\.It Cm (\w+) Pq"),
    ("src/daemon/main.c", r'^    \{ "([a-z-]+)", \w+, "', "doc/cognitod.8", r"^\.It Fl -([a-z-]+)"),
    ("src/cli/main.c", r'^    \{ "([a-z]+)", "', "doc/cognitoctl.8", r"^\.It Cm ([a-z]+)"),
    ("pam/args.c", r'^    \{ "(\w+)", offsetof', "doc/pam_cognito.8", r"^\.It Cm (\w+)"),
]


def names(path, pattern):
    with open("%s/%s" % (top, path), encoding="utf-8") as f:
        return set(re.findall(pattern, f.read(), re.M))


# What messages and pages tell people to run: cognitoctl WORD in a string, in .Ql or in backticks.
RUN = re.compile(r'(?:"[^"\n]*|\.Ql |`)\bcognitoctl(?: Cm)? ([a-z]+)')
FILES = [f for d in ("src", "pam", "nss", "conf", "doc") for f in glob.glob(top + "/" + d + "/**", recursive=True)
         if f.endswith((".c", ".h", ".conf", ".5", ".8", ".md"))]

bad = 0
commands = names("src/cli/main.c", r'^    \{ "([a-z]+)", "')
for path in FILES + [top + "/README.md", top + "/SECURITY.md"]:
    with open(path, encoding="utf-8") as f:
        for name in sorted(set(RUN.findall(f.read())) - commands):
            print("%s tells people to run cognitoctl %s, which is not there" % (path, name))
            bad += 1
for source, in_source, page, in_page in RULES:
    has, says = names(source, in_source), names(page, in_page)
    if not has:
        print("%s: no name found" % source)
        bad += 1
    for name in sorted(has - says):
        print("%s does not explain %s of %s" % (page, name, source))
        bad += 1
    for name in sorted(says - has):
        print("%s explains %s, which %s does not have" % (page, name, source))
        bad += 1
sys.exit(bad != 0)
