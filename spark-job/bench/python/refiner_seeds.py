"""What a RefineBox gains on held-out images, and how far that depends on chance: `train-refiner` once for each seed.

usage: python spark-job/bench/python/refiner_seeds.py WORK [--seeds 0,1,2] -- [train-refiner's options but --output and --seed]

A seed draws the first weights, the order of images, and their poses; the held-out images stay the same. The best epoch is the one that
`train-refiner` keeps, chosen on the held-out images themselves; the last is chosen by nothing. Trainings that lie in WORK go on, or are
read if they have ended.
"""

import argparse
import csv
import pathlib
import statistics
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--seeds", default="0,1,2")
    split = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    options, more = parser.parse_args(sys.argv[1:split]), sys.argv[split + 1 :]
    rows = [trained(options.work / f"seed-{seed}", seed, more) for seed in options.seeds.split(",")]
    print("| seed | detector alone | last epoch | gain | best epoch | gain |\n|---|---:|---:|---:|---:|---:|")
    for seed, (alone, last, best) in zip(options.seeds.split(","), rows):
        print(f"| {seed} | {alone:.4f} | {last:.4f} | {last - alone:+.4f} | {best:.4f} | {best - alone:+.4f} |")
    gains = [[row[i] - row[0] for row in rows] for i in (1, 2)]
    print("| mean (range) | | | {} | | {} |".format(*(
        f"{statistics.mean(gain):+.4f} ({min(gain):+.4f} to {max(gain):+.4f})" for gain in gains)))


def trained(output, seed, more):
    """AP of the detector, and with the weights of the last and the best epoch."""
    subprocess.run([ROOT / "boxmill", "train-refiner", "--output", output, "--seed", seed, *more], check=True)
    with open(output / "curve.csv") as curve:
        epochs = list(csv.DictReader(curve))
    return float(epochs[-1]["detector_ap"]), float(epochs[-1]["ap"]), max(float(epoch["ap"]) for epoch in epochs)


if __name__ == "__main__":
    main()
