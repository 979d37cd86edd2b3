"""Times boxmill's other commands beside the Python tools that a user would pick instead: evaluation, export, training.

usage: bench_tools.py [--work DIR] [--rounds 3] [--images 100000] [--scenes 480] [--only evaluate export train train-detector]
Both sides read the same files, on all cores, and what they make is compared before it is timed: COCO's twelve numbers of 5,000
images with 100 detections each, every box of an export of --images images, and the loss of one step over all --scenes drawn
scenes. Times are those of whole commands, start of Java and Spark or of Python included. Only for training the start and the
load of the detector cancel out: its time is that of three epochs less that of one, by their images; boxmill's has the
validation after each epoch, on one image of a hundred. The ratio is that of the same round. A detector's training is timed like
that too, with the most memory of each side; its losses are held to the authors' by tests, as those of transformers differ.
"""

import argparse
import csv
import json
import os
import pathlib
import re
import shutil
import statistics
import sys

import numpy
import pyarrow
import pyarrow.parquet
from sides import HERE, ROOT, in_turn, peak, processor, python, ratio, run, seconds

BOXMILL = ROOT / "boxmill"
EMBEDDED = ROOT / "detector/embedded/src/main/resources/dev/boxmill/embedded"
HELD_OUT = 0.01
DETR_SCENES = 18  # DETR-R50 takes seconds for each; two are held out, a batch remains
CHUNK = 512  # images in a file of a table that two cores label


def main():
    kinds = {"evaluate": evaluation, "export": export, "train": training, "train-detector": detector_training}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "target/bench")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--images", type=int, default=100_000)
    parser.add_argument("--scenes", type=int, default=480)
    parser.add_argument("--only", nargs="+", choices=kinds, default=list(kinds))
    options = parser.parse_args()
    rows = [row for kind in options.only for row in kinds[kind](options)]
    print(f"\n{os.cpu_count()} cores of {processor()}")
    print(f"{'command':44s} {'the other':24s} {'boxmill':>9s} {'other':>9s} {'ratio':>7s} {'spread':>12s}")
    for command, other, unit, ours, theirs in rows:
        middle, spread = ratio(theirs, ours)
        values = "".join(f"{statistics.median(side):7.1f} {unit}" for side in (ours, theirs))
        print(f"{command:44s} {other:24s} {values} {middle:>7s} {spread:>12s}")


def row(options, command, other, unit, ours, theirs):
    print(command, flush=True)
    values = in_turn({"boxmill": ours, other: theirs}, options.rounds, f" {unit}")
    return command, other, unit, values["boxmill"], values[other]


def evaluation(options):
    work = options.work / "evaluation"
    truth, results, numbers = work / "truth.json", work / "results.json", work / "numbers.json"
    if not results.exists():
        python(HERE / "make_results.py", work)

    def ours():
        run([BOXMILL, "evaluate", "--results", results, "--ground-truth", truth, "--json", numbers])

    def theirs():
        return python(HERE / "coco_eval.py", truth, results)

    ours()
    expected, found = json.loads(theirs().splitlines()[-1])["numbers"], json.loads(numbers.read_text())
    require(max(abs(found[name] - number) for name, number in expected.items()) < 1e-9, f"{found}, {expected}")
    yield row(options, "evaluate", "pycocotools", "s ", lambda: seconds(ours), lambda: seconds(theirs))


def export(options):
    table = repeated(labels(options), options.work / f"table-{options.images}", options.images)
    for format, boxes in {"coco": coco_boxes, "label-studio": task_boxes}.items():
        files = [options.work / f"{side}-{format}.json" for side in ("boxmill", "python")]

        def ours():
            run([BOXMILL, "export", "--labels", table, "--format", format, "--output", files[0], "--overwrite"])

        def theirs():
            python(HERE / "export_peer.py", table, files[1], "--format", format)

        ours()
        theirs()
        require_same_boxes(*(boxes(json.loads(file.read_text())) for file in files), options.images)
        yield row(options, f"export --format {format}", "pyarrow, json", "s ", lambda: seconds(ours), lambda: seconds(theirs))


def training(options):
    scenes = drawn(options)
    one_step = theirs_trained(scenes, 1, options.scenes)
    images = int(re.search(r"(\d+) images to train on", one_step).group(1))

    def milliseconds_per_image(train):
        return 1000 * (seconds(lambda: train(3)) - seconds(lambda: train(1))) / (2 * images)

    for precision in ("fp32", "bf16"):
        output = options.work / f"refiner-{precision}"

        def ours(epochs, batch=16):
            return ours_trained(scenes, output, precision, epochs, batch)

        def theirs(epochs):
            return theirs_trained(scenes, epochs, 16)

        ours(1, options.scenes)
        losses = [float(next(csv.DictReader(open(output / "curve.csv")))["loss"]), float(re.search(r"epoch 1: loss ([\d.]+)", one_step).group(1))]
        print(f"loss of the first step over all scenes: boxmill {losses[0]}, PyTorch {losses[1]}")
        require(abs(losses[0] / losses[1] - 1) < (0.002 if precision == "fp32" else 0.05), f"losses {losses}")
        yield row(options, f"train-refiner --precision {precision}", "PyTorch, float32", "ms",
                  lambda: milliseconds_per_image(ours), lambda: milliseconds_per_image(theirs))


def ours_trained(scenes, output, precision, epochs, batch):
    return run([
        BOXMILL, "train-refiner", "--input", scenes / "images", "--ground-truth", scenes / "annotations.json", "--output", output,
        "--overwrite", "--start-from", EMBEDDED / "refinebox.safetensors", "--epochs", epochs, "--batch", batch, "--scales", 1,
        "--mirrored", 0, "--precision", precision, "--validation-share", HELD_OUT])


def theirs_trained(scenes, epochs, batch):
    return python(HERE / "refiner_peer.py", EMBEDDED, scenes, EMBEDDED / "refinebox.safetensors", "--epochs", epochs,
                  "--batch", batch, "--held-out", HELD_OUT)


def detector_training(options):
    networks = {
        "embedded": (EMBEDDED, options.scenes, HELD_OUT, 32, 2),
        "DETR-R50": (detr(options), DETR_SCENES, 0.03, 16, 8),
    }
    for name, (detector, count, held_out, batch, accumulate) in networks.items():
        scenes = drawn(options, count)
        output = options.work / f"trained-{name}"

        def ours(epochs):
            shutil.rmtree(output, ignore_errors=True)
            return [
                BOXMILL, "train-detector", "--input", scenes / "images", "--ground-truth", scenes / "annotations.json", "--output", output,
                "--detector", detector, "--classes", "new", "--epochs", epochs, "--no-flip", "--no-crop", "--no-resize",
                "--precision", "fp32", "--validation-share", held_out, "--batch-size", batch, "--accumulate", accumulate]

        def theirs(epochs):
            return [
                sys.executable, HERE / "detector_peer.py", detector, scenes, "--epochs", epochs, "--held-out", held_out, "--batch", batch,
                "--accumulate", accumulate]

        images = int(re.search(r"(\d+) images to train on", run(theirs(1))).group(1))

        def milliseconds_per_image(command):
            return 1000 * (seconds(lambda: run(command(3))) - seconds(lambda: run(command(1)))) / (2 * images)

        yield row(options, f"train-detector, {name}", "PyTorch, transformers", "ms",
                  lambda: milliseconds_per_image(ours), lambda: milliseconds_per_image(theirs))
        yield row(options, f"train-detector, {name}, memory", "PyTorch, transformers", "MiB", lambda: peak(ours(1)), lambda: peak(theirs(1)))


def detr(options):
    directory = options.work / "detr"
    if not directory.exists():
        python(HERE / "make_detr.py", directory)
    return directory


def drawn(options, count=None):
    count = count or options.scenes
    scenes = options.work / f"scenes-{count}"
    if not scenes.exists():
        run([BOXMILL, "scenes", "--count", count, "--seed", 4711, "--output", scenes])
    return scenes


def labels(options):
    output = options.work / "scene-labels"
    run([BOXMILL, "label", "--input", drawn(options) / "images", "--output", output, "--overwrite"])
    return output


def repeated(labels, output, count):
    """A table of that many images: the labels' rows again and again, under other addresses, in files as `label` writes them."""
    rows = pyarrow.parquet.read_table(labels)
    if not output.exists():
        output.mkdir()
        for first in range(0, count, CHUNK):
            numbers = range(first, min(count, first + CHUNK))
            addresses = pyarrow.array([f"file:///photographs/{number // 1000:05d}/{number:08d}.jpg" for number in numbers])
            chunk = rows.take(pyarrow.array([number % len(rows) for number in numbers])).set_column(0, "image_uri", addresses)
            pyarrow.parquet.write_table(chunk.cast(rows.schema), output / f"part-{first:08d}.zstd.parquet", compression="zstd")
    return output


def coco_boxes(export):
    names = [image["file_name"] for image in export["images"]]
    return names, numpy.array([[box["image_id"], box["category_id"], *box["bbox"], box["score"]] for box in export["annotations"]])


def task_boxes(export):
    names = [task["data"]["image"] for task in export]
    regions = [region for task in export for region in task["predictions"][0]["result"]]
    sides = ("x", "y", "width", "height")
    return names, numpy.array([[*(region["value"][side] for side in sides), region["score"]] for region in regions])


def require_same_boxes(ours, theirs, images):
    """Thousandths of a pixel may be rounded either way."""
    (names, boxes), (other_names, other_boxes) = ours, theirs
    require(names == other_names and len(names) == images, f"{len(names)} and {len(other_names)} images of {images}")
    require(boxes.shape == other_boxes.shape, f"boxes {boxes.shape} and {other_boxes.shape}")
    require(numpy.abs(boxes - other_boxes).max() < 0.0015, f"boxes up to {numpy.abs(boxes - other_boxes).max()} apart")
    print(f"{len(names)} images, {len(boxes)} boxes: the same on both sides")


def require(holds, found):
    if not holds:
        sys.exit(f"Cannot compare times: the sides made different things: {found}")


if __name__ == "__main__":
    main()
