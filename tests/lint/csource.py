# SPDX-License-Identifier: Apache-2.0
#
# What the lint rules share: which files there are, C text without comments, calls and functions
# in it. Enough of C for our own layout (clang-format keeps it), not a parser.
import os
import re
import subprocess
import sys

TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def files(top, folders, suffixes):
    """Paths relative to top: what git knows, or in a tarball what is there."""
    try:
        out = subprocess.run(["git", "-C", top, "ls-files", "-z", "--"] + folders, check=True,
                             capture_output=True, text=True).stdout
        paths = [p for p in out.split("\0") if p]
    except (OSError, subprocess.CalledProcessError):
        paths = [os.path.relpath(os.path.join(d, f), top) for folder in folders
                 for d, _, fs in os.walk(os.path.join(top, folder)) for f in fs]
    return sorted(p for p in paths
                  if p.endswith(tuple(suffixes)) and os.path.isfile(os.path.join(top, p)))


def text_of(top, path):
    with open(os.path.join(top, path), encoding="utf-8") as f:
        return f.read()


def code_of(text, keep_strings=False):
    """Comments (and strings) blanked, line numbers kept."""
    def blank(match):
        token = match.group(0)
        if token[0] != "/":
            return token if keep_strings else token[0] + token[-1]
        return " " + "\n" * token.count("\n")
    return TOKEN.sub(blank, text)


def calls(code, names):
    """(line, name, arguments) of every call of one of names."""
    for match in re.finditer(r"(?<![\w.>])(%s)\s*\(" % "|".join(names), code):
        depth, at = 1, match.end()
        while depth > 0 and at < len(code):
            depth += {"(": 1, ")": -1}.get(code[at], 0)
            at += 1
        yield code.count("\n", 0, match.start()) + 1, match.group(1), code[match.end():at - 1]


def functions(code):
    """(line, lines) of every function: its brace stands alone in the first column."""
    start = None
    for number, line in enumerate(code.splitlines(), 1):
        if line == "{":
            start = number
        elif line.startswith("}") and start is not None:
            yield start, number - start - 1
            start = None


def report(findings):
    """Prints the findings; the exit status says whether there were any."""
    for path, line, what in findings:
        print("%s:%d: %s" % (path, line, what))
    sys.exit(1 if findings else 0)
