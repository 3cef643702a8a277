# SPDX-License-Identifier: Apache-2.0
#
# No function over 100 lines, no file over 700 (tests: 1000). usage: sizes.py TOP
import sys

import csource

FUNCTION_MOST = 100
FILE_MOST = {"tests/": 1000, "": 700}


def main(top):
    found = []
    for path in csource.files(top, ["src", "pam", "nss", "tests"], (".c", ".h", ".py", ".sh")):
        text = csource.text_of(top, path)
        lines = text.count("\n")
        most = next(n for prefix, n in FILE_MOST.items() if path.startswith(prefix))
        if lines > most:
            found.append((path, lines, "file of more than %d lines" % most))
        if path.endswith(".c"):
            for line, size in csource.functions(csource.code_of(text)):
                if size > FUNCTION_MOST:
                    found.append((path, line, "function of %d lines" % size))
    csource.report(found)


main(sys.argv[1])
