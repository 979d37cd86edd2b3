"""Runs boxmill's commands, a line of words each from standard input, one after another in one process of `./boxmill bench commands`.

usage: python spark-job/bench/python/commands.py < FILE
A start of Java and Spark takes longer than most commands. What each prints is printed. Ends with the first status that is not 0.
"""

import json
import pathlib
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]


def main():
    server = subprocess.Popen(
        [ROOT / "boxmill", "bench", "commands"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    for line in sys.stdin.read().replace("\\\n", " ").splitlines():
        print(f"boxmill {line}", flush=True)
        server.stdin.write(json.dumps(shlex.split(line)) + "\n")
        server.stdin.flush()
        reply = server.stdout.readline()
        if not reply:
            sys.exit(f"The process ended with status {server.wait()}")
        reply = json.loads(reply)
        print(reply["said"], flush=True)
        if reply["exit"]:
            sys.exit(reply["exit"])
    server.stdin.close()
    sys.exit(server.wait())


main()
