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
import re
import statistics

import networks
from sides import HERE, ROOT, in_turn, labelled, processor, python, rate, ratio, run

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
    report(options, in_turn(sides, options.rounds, "/s"))


def peer(script, options, photographs, checkpoint, *more):
    out = python(HERE / script, photographs, checkpoint, options.work / "peer", "--cores", options.cores, "--batch", PEER_BATCH, *more)
    return float(re.search(r"([\d.]+) images/s", out).group(1))


def boxmill(options, photographs, checkpoint, precision):
    labels = options.work / precision
    run([ROOT / "boxmill", "label", "--input", photographs, "--output", labels, "--overwrite", "--detector", checkpoint,
         "--refiner", "none", "--precision", precision], JAVA_TOOL_OPTIONS=f"-Dspark.master=local[{options.cores}] -Dspark.ui.enabled=false")
    return rate(labelled(labels, options.count), options.cores * PEER_BATCH)


def report(options, rows):
    base = rows[BASE]
    print(f"\n{options.count} photographs of 640x480, DETR-R50 at 800x1066, {options.cores} cores of {processor()}")
    print(f"{'whole job':36s} {'images/s':>9s} {'ratio':>7s} {'spread':>12s}")
    for name, rates in rows.items():
        middle, spread = ratio(rates, base)
        print(f"{name:36s} {statistics.median(rates):9.2f} {middle:>7s} {spread:>12s}")


if __name__ == "__main__":
    main()
