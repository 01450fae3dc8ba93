"""Runs a command and writes what it took. Arguments: FILE COMMAND...

FILE gets {"wall": seconds, "cpu": seconds of user and system, "peak": bytes resident at most, "exit": code}. The command is started by a
small process of its own, since Linux counts the size of the process that starts another as that one's peak.
"""
import json
import os
import sys
import time

file, command = sys.argv[1], sys.argv[2:]
started = time.perf_counter()
child = os.fork()
if child == 0:
    try:
        os.execvp(command[0], command)
    except OSError as error:
        print(f"{command[0]}: {error.strerror}", file=sys.stderr, flush=True)
        os._exit(127)
_, status, usage = os.wait4(child, 0)
wall = time.perf_counter() - started
with open(file, "w", encoding="utf-8") as out:
    json.dump({"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "peak": usage.ru_maxrss * 1024, "exit": os.waitstatus_to_exitcode(status)}, out)
