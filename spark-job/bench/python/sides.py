"""Sides of a benchmark in turn, and what their ratios say."""

import os
import pathlib
import platform
import re
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]


def in_turn(sides, rounds, unit):
    """What each side gave in each round: {name: list}."""
    values = {name: [] for name in sides}
    for number in range(rounds):
        for name, side in sides.items():
            values[name].append(side())
        print(f"round {number + 1}: " + ", ".join(f"{name} {of[-1]:.2f}{unit}" for name, of in values.items()), flush=True)
    return values


def ratio(values, others):
    """Median and spread of the rounds' ratios, as text."""
    ratios = [value / other for value, other in zip(values, others, strict=True)]
    return f"{statistics.median(ratios):.2f}", f"{min(ratios):.2f}-{max(ratios):.2f}"


def python(script, *arguments):
    return run([sys.executable, script, *arguments])


def run(command, **environment):
    """What a command printed; one that fails ends the benchmark."""
    done = subprocess.run([str(word) for word in command], env={**os.environ, **environment}, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def peak(command):
    """The most memory that a command held, in MiB; one that fails ends the benchmark."""
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{' '.join(map(str, command))} ended with {os.waitstatus_to_exitcode(status)}")
    return usage.ru_maxrss / 1024


def seconds(act):
    """How long a call takes."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def processor():
    try:
        text = pathlib.Path("/proc/cpuinfo").read_text()
        flags = " ".join(flag for flag in ("amx_bf16", "avx512_bf16") if flag in text)
        return re.search(r"model name\s*: (.*)", text).group(1) + (f" ({flags})" if flags else "")
    except (OSError, AttributeError):
        return platform.processor() or platform.machine()


def labeled(table, count):
    """When each image of a label table was labeled, in order, in seconds; a table with other rows ends the benchmark."""
    import duckdb

    rows = duckdb.sql(f"select epoch(labeled_at) from '{table}/*.parquet' where status = 'ok' order by 1").fetchall()
    if len(rows) != count:
        sys.exit(f"{len(rows)} of {count} images labeled in {table}")
    return [row[0] for row in rows]


def rate(moments, skipped):
    """Images per second without start and load: from the first images, which are skipped, to the last."""
    return (len(moments) - skipped) / (moments[-1] - moments[skipped - 1])
