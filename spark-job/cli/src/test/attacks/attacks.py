"""Plays what people bring, and what breaks things, against boxmill's commands.

usage: attacks.py SCENE WORK_DIR [--table FILE] [--write] [--only KIND …]
SCENE is a picture in which the embedded detector finds objects. Needs the packages of spark-job/bench/python/requirements.txt and
of requirements.txt beside this file, a JDK, and a built clone.
Prints a line for each attack and a table: kind, tried, survived. Ends with status 1 if one was not survived, or if FILE does not
hold the same table (--write puts it there).
"""

import argparse
import os
import pathlib
import re
import sys

import annotations
import archives
import checkpoints
import folders
import lists
import outputs
import pictures
import plugins
import strangers
import tables
from lab import Lab

KINDS = {
    "picture files": pictures,
    "folders": folders,
    "lists": lists,
    "tables": tables,
    "archives": archives,
    "checkpoints": checkpoints,
    "annotations": annotations,
    "plugins": plugins,
    "label tables": outputs,
    "strangers": strangers,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scene", type=pathlib.Path)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--table", type=pathlib.Path)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--only", nargs="*", default=list(KINDS), choices=KINDS)
    options = parser.parse_args()
    lab = Lab(options.work.absolute(), options.scene.absolute())
    try:
        for kind in options.only:
            for attack in KINDS[kind].ATTACKS:
                lab.play(kind, attack)
    finally:
        lab.boxmill.close()
    table = markdown(lab.outcomes)
    print(f"\n{table}")
    if options.table:
        compare(options.table, table, options.write)
    if any(not held for outcomes in lab.outcomes.values() for _, held in outcomes):
        sys.exit("Not all was survived")


def markdown(outcomes):
    lines = ["| kind | tried | survived |", "|---|---:|---:|"]
    counts = [(kind, len(tried), sum(held for _, held in tried)) for kind, tried in outcomes.items()]
    counts.append(("all", sum(tried for _, tried, _ in counts), sum(held for _, _, held in counts)))
    return "\n".join(lines + [f"| {kind} | {tried} | {held} |" for kind, tried, held in counts])


def compare(page, table, write):
    text = page.read_text()
    pattern = re.compile(r"^\| kind \| tried \|.*?^\| all .*?$", re.DOTALL | re.MULTILINE)
    if write:
        page.write_text(pattern.sub(table, text))
    elif pattern.search(text).group() != table:
        sys.exit(f"{page} holds another table: give --write")


if __name__ == "__main__":
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    main()
