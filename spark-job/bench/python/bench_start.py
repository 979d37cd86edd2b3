"""Measures how long `label` takes from the command to the first label, with several launchers in turn.

    python bench_start.py IMAGE ./boxmill [OTHER_CLONE/boxmill …] [--rounds 5]

Each round runs every launcher once, one after the other, on one image with the embedded detector. Printed for each: the median of the seconds until the
label's file is in the table, of the whole command, and of the processor's time, and their ratios to the last launcher's of the same round.
"""

import argparse
import pathlib
import resource
import shutil
import statistics
import subprocess
import tempfile
import time

POLL_SECONDS = 0.01


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("image", type=pathlib.Path)
    parser.add_argument("launchers", type=pathlib.Path, nargs="+")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    for launcher in options.launchers:
        measure(launcher, options.image)  # what a first start makes, and the file cache
    rounds = [[measure(launcher, options.image) for launcher in options.launchers] for _ in range(options.rounds)]
    print(f"{'launcher':40} {'first label':>16} {'whole command':>16} {'processor':>16}")
    for index, launcher in enumerate(options.launchers):
        cells = []
        for what in range(3):
            seconds = statistics.median(measured[index][what] for measured in rounds)
            ratio = statistics.median(measured[index][what] / measured[-1][what] for measured in rounds)
            cells.append(f"{seconds:7.2f} s {ratio:6.2f}")
        print(f"{str(launcher):40} " + " ".join(cells))


def measure(launcher, image):
    """Seconds until the first label, of the whole command, and of processors."""
    folder = pathlib.Path(tempfile.mkdtemp())
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    command = [launcher.resolve(), "label", "--input", image.resolve(), "--output", folder / "labels"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    first = None
    while process.poll() is None:
        if first is None and any((folder / "labels").glob("*.parquet")):
            first = time.monotonic() - began
        time.sleep(POLL_SECONDS)
    whole = time.monotonic() - began
    if process.returncode or first is None:
        raise SystemExit(f"{launcher}: status {process.returncode}\n{process.stderr.read().decode()}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    shutil.rmtree(folder)
    return first, whole, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


main()
