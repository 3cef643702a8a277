# SPDX-License-Identifier: Apache-2.0
#
# /dev/log of the stage: one line a message into the file $1, priorities kept, so that scenarios
# can assert what modules and programs log.
import os
import socket
import sys

sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
sock.bind("/dev/log")
os.chmod("/dev/log", 0o666)
with open(sys.argv[1], "ab", 0) as log:
    while True:
        log.write(sock.recv(65536).rstrip(b"\n\0") + b"\n")
