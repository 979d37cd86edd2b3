"""Times the whole job, photographs in and Parquet out, beside the same job as users of Python write it.

usage: bench_job.py [--work DIR] [--count 48] [--rounds 3] [--cores 2]
The others: PySpark's mapInPandas and Ray Data around Hugging Face transformers, and PySpark around ONNX Runtime.
Same photographs, same DETR-R50 (random weights: only time counts), same number of cores, runs in turn, nothing else on the
machine. A rate leaves out the start and the load of the model: it is what is left after each core's first images, divided
by the time from then to the last row. The ratio is that of the same round, so that a machine's drift cancels out.
"""

import argparse
import os
import pathlib
import platform
import re
import statistics
import subprocess
import sys

import duckdb
import networks

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[3]
PEER_BATCH = 2
BASE = "transformers in PySpark, float32"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "target/bench")
    parser.add_argument("--count", type=int, default=48)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cores", type=int, default=os.cpu_count())
    options = parser.parse_args()
    photographs, checkpoint = options.work / "photographs", options.work / "detr"
    python(HERE / "make_photographs.py", photographs, "--count", options.count)
    if not (checkpoint / "model.safetensors").exists():
        python(HERE / "make_detr.py", checkpoint)
    if not (checkpoint / "model.onnx").exists():
        networks.export(checkpoint, 800, 1066)
    sides = {
        BASE: lambda: peer("spark_peer.py", options, photographs, checkpoint),
        "transformers in Ray Data, float32": lambda: peer("ray_peer.py", options, photographs, checkpoint),
        "ONNX Runtime in PySpark, float32": lambda: peer("spark_peer.py", options, photographs, checkpoint, "--runtime", "onnxruntime"),
        "boxmill, float32": lambda: boxmill(options, photographs, checkpoint, "fp32"),
        "boxmill, bfloat16": lambda: boxmill(options, photographs, checkpoint, "bf16"),
    }
    rows = {name: [] for name in sides}
    for number in range(options.rounds):
        for name, side in sides.items():
            rows[name].append(side())
        print(f"round {number + 1}: " + ", ".join(f"{name} {rates[-1]:.2f}/s" for name, rates in rows.items()), flush=True)
    report(options, rows)


def python(script, *arguments):
    return run([sys.executable, script, *arguments])


def peer(script, options, photographs, checkpoint, *more):
    out = python(HERE / script, photographs, checkpoint, options.work / "peer", "--cores", options.cores, "--batch", PEER_BATCH, *more)
    return float(re.search(r"([\d.]+) images/s", out).group(1))


def boxmill(options, photographs, checkpoint, precision):
    labels = options.work / precision
    run([ROOT / "boxmill", "label", "--input", photographs, "--output", labels, "--overwrite", "--detector", checkpoint,
         "--refiner", "none", "--precision", precision], JAVA_TOOL_OPTIONS=f"-Dspark.master=local[{options.cores}] -Dspark.ui.enabled=false")
    finished = [row[0] for row in duckdb.sql(
        f"select epoch(labelled_at) from '{labels}/*.parquet' where status = 'ok' order by 1").fetchall()]
    if len(finished) != options.count:
        sys.exit(f"{len(finished)} of {options.count} photographs labelled")
    first = options.cores * PEER_BATCH
    return (len(finished) - first) / (finished[-1] - finished[first - 1])


def run(command, **environment):
    done = subprocess.run([str(word) for word in command], env={**os.environ, **environment}, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


def report(options, rows):
    base = rows[BASE]
    print(f"\n{options.count} photographs of 640x480, DETR-R50 at 800x1066, {options.cores} cores of {processor()}")
    print(f"{'whole job':36s} {'images/s':>9s} {'ratio':>7s} {'spread':>12s}")
    for name, rates in rows.items():
        ratios = [rate / other for rate, other in zip(rates, base)]
        spread = f"{min(ratios):.2f}-{max(ratios):.2f}"
        print(f"{name:36s} {statistics.median(rates):9.2f} {statistics.median(ratios):7.2f} {spread:>12s}")


def processor():
    try:
        text = pathlib.Path("/proc/cpuinfo").read_text()
        flags = " ".join(flag for flag in ("amx_bf16", "avx512_bf16") if flag in text)
        return re.search(r"model name\s*: (.*)", text).group(1) + (f" ({flags})" if flags else "")
    except (OSError, AttributeError):
        return platform.processor() or platform.machine()


if __name__ == "__main__":
    main()
