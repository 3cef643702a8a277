# SPDX-License-Identifier: Apache-2.0
#
# The include arrows: which folder may include headers of which, and which files may know a
# foreign library. usage: includes.py TOP
import re
import sys

import csource

HOUSE = ["base", "config", "identity", "store", "net", "cognito"]
MAY = {
    "base": ["base"],
    "wire": ["wire", "base"],
    "client": ["client", "wire", "base"],
    "snap": ["snap", "base"],
    "config": ["config", "base"],
    "identity": ["identity", "config", "base"],
    "store": ["store", "config", "base"],
    "net": ["net", "config", "base"],
    "cognito": ["cognito", "net", "config", "base"],
    "access": ["access", "base", "client", "snap", "config"],
    "sshkeys": ["access", "base", "snap"],
    "daemon": ["daemon", "wire", "snap"] + HOUSE,
    "cli": ["cli", "base", "wire", "client", "snap", "config"],
    "admin": ["admin", "base", "config", "identity", "net", "cognito"],
    "pam": ["pam", "base", "wire", "client", "snap", "config", "access"],
    "nss": ["nss", "base", "wire", "client", "snap"],
}
# header prefix -> (folders, at most so many files)
LIBRARIES = {
    "curl/": (["net"], 1),
    "json-c/": (["net"], 2),
    "security/": (["pam"], None),
    "openssl/": (["net", "cognito", "identity", "store"], None),
    "event2/": (["daemon", "net", "cognito"], None),
    "systemd/": (["daemon"], None),
    "sqlite3.h": (["store"], None),
    "ini.h": (["config"], 1),
    "nss.h": (["nss", "daemon"], None),
    "qrencode.h": (["cognito"], 1),
}
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]', re.M)


def folder_of(path):
    parts = path.split("/")
    return parts[1] if parts[0] == "src" else parts[0]


def main(top):
    found, users = [], {name: set() for name in LIBRARIES}
    for path in csource.files(top, ["src", "pam", "nss"], (".c", ".h")):
        text = csource.code_of(csource.text_of(top, path), keep_strings=True)
        folder = folder_of(path)
        for match in INCLUDE.finditer(text):
            line = text.count("\n", 0, match.start(2)) + 1
            header = match.group(2)
            if match.group(1) == '"':
                target = header.split("/")[0] if "/" in header else folder
                if target not in MAY.get(folder, []):
                    found.append((path, line, "%s must not include %s" % (folder, header)))
                continue
            for name, (folders, _) in LIBRARIES.items():
                if header.startswith(name):
                    users[name].add(path)
                    if folder not in folders:
                        found.append((path, line, "<%s> belongs in %s" % (header, ", ".join(folders))))
    for name, (_, most) in LIBRARIES.items():
        if most is not None and len(users[name]) > most:
            found.append((sorted(users[name])[most], 1, "<%s> in more than %d file(s): %s"
                          % (name, most, " ".join(sorted(users[name])))))
    csource.report(found)


main(sys.argv[1])
