"""What `label --decode scaled` costs in AP and saves in time, on photographs enlarged to a telephone's 12 megapixels.

usage: python spark-job/bench/python/scaled_decoding.py DETECTOR IMAGES ANNOTATIONS WORK [--rounds 3] [--most N] [--timed 32]

Each photograph is enlarged to 4000 pixels at its longer side (Lanczos) and saved as a JPEG of quality 90, and its annotations with it:
pictures of a telephone's size, not of its detail. DETECTOR labels them once with each `--decode`, and `evaluate` says its AP. Then
come the rounds: DETECTOR, and an RT-DETR-R18 of random weights, label the first --timed of them with each `--decode`, in turn. Printed
are medians of what `label` says of itself: images per second, and the shares of its tasks' time in which they wait for pictures and in
which the network runs. Needs the packages of requirements.txt.
"""

import argparse
import json
import pathlib
import shutil
import statistics
import subprocess

from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parents[3]
FAMILY = ROOT / "spark-job/bench/src/main/resources/dev/boxmill/job/bench/family.json"
TIMED_NETWORK = "RT-DETR R18"
LONGER_SIDE = 4000
DECODINGS = ("full", "scaled")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("detector", type=pathlib.Path)
    parser.add_argument("images", type=pathlib.Path)
    parser.add_argument("annotations", type=pathlib.Path)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--most", type=int, help="photographs; default: all")
    parser.add_argument("--timed", type=int, default=32, help="photographs of each run that is timed; default: 32")
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    truth = enlarge(options.images, options.annotations, options.work, options.most)
    print_precision(options.detector, options.work, truth)
    network = options.work / "rt-detr-r18"
    make_network(network)
    photographs = sorted((options.work / "images").iterdir())[:options.timed]
    print(f"\n| {len(photographs)} photographs | `--decode` | images/s | waiting for pictures | network |\n|---|---|---:|---:|---:|")
    for title, detector in ((options.detector.name, options.detector), (TIMED_NETWORK, network)):
        print_speed(title, detector, photographs, options.work, options.rounds)


def print_precision(detector, work, truth):
    print("| `--decode` | AP | AP50 | AP75 | AR100 |\n|---|" + 4 * "---:|")
    for decoding in DECODINGS:
        labels, numbers = work / decoding, work / f"{decoding}.json"
        label(detector, [work / "images"], labels, decoding, "--min-score", "0.001")
        boxmill("evaluate", "--labels", labels, "--ground-truth", truth, "--json", numbers)
        found = json.loads(numbers.read_text())
        figures = " | ".join(f"{found[name]:.4f}" for name in ("AP", "AP50", "AP75", "AR100"))
        print(f"| `{decoding}` | {figures} |", flush=True)


def print_speed(title, detector, photographs, work, rounds):
    runs = {decoding: [] for decoding in DECODINGS}
    for _ in range(rounds):
        for decoding in DECODINGS:
            runs[decoding].append(label(detector, photographs, work / "timed", decoding))
    speeds = {decoding: [run["images_per_second"] for run in runs[decoding]] for decoding in DECODINGS}
    for decoding in DECODINGS:
        shares = " | ".join(f"{100 * share(runs[decoding], stage):.0f} %" for stage in ("wait_for_pictures", "network"))
        print(f"| {title} | `{decoding}` | {statistics.median(speeds[decoding]):.2f} | {shares} |")
    ratios = [scaled / full for full, scaled in zip(speeds["full"], speeds["scaled"])]
    print(f"{title}: scaled over full, round by round: {', '.join(f'{ratio:.2f}' for ratio in ratios)}", flush=True)


def share(runs, stage):
    return statistics.median(run["time"][f"{stage}_seconds"] / run["time"]["task_seconds"] for run in runs)


def label(detector, inputs, output, decoding, *more):
    """What `label` measured of itself."""
    shutil.rmtree(output, ignore_errors=True)
    boxmill("label", "--input", *inputs, "--output", output, "--detector", detector, "--decode", decoding, "--precision", "fp32", *more)
    return json.loads((output / "_boxmill/metrics.json").read_text())


def make_network(folder):
    """An RT-DETR-R18 as transformers draws it: as fast as a trained one."""
    import torch
    from transformers import RTDetrConfig, RTDetrForObjectDetection, RTDetrImageProcessor

    row = next(row for row in json.loads(FAMILY.read_text()) if row["name"] == TIMED_NETWORK)
    torch.manual_seed(1)
    RTDetrForObjectDetection(RTDetrConfig(**row["config"])).save_pretrained(folder)
    RTDetrImageProcessor(size={"height": row["height"], "width": row["width"]}).save_pretrained(folder)


def enlarge(images, annotations, work, most):
    """Pictures, and the file of their annotations."""
    truth = json.loads(annotations.read_text())
    truth["images"] = truth["images"][:most]
    folder = work / "images"
    folder.mkdir(exist_ok=True)
    factors = {}
    for image in truth["images"]:
        picture = Image.open(images / image["file_name"]).convert("RGB")
        factor = LONGER_SIDE / max(picture.size)
        size = tuple(round(side * factor) for side in picture.size)
        file = folder / pathlib.Path(image["file_name"]).with_suffix(".jpg").name
        if not file.exists():
            picture.resize(size, Image.Resampling.LANCZOS).save(file, quality=90)
        image.update(file_name=file.name, width=size[0], height=size[1])
        factors[image["id"]] = factor
    truth["annotations"] = [
        {**one, "bbox": [value * factors[one["image_id"]] for value in one["bbox"]], "area": one["area"] * factors[one["image_id"]] ** 2,
         "segmentation": []}
        for one in truth["annotations"] if one["image_id"] in factors]
    path = work / "annotations.json"
    path.write_text(json.dumps(truth))
    return path


def boxmill(*words):
    done = subprocess.run([str(word) for word in (ROOT / "boxmill", *words)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise SystemExit(f"{words[0]}: status {done.returncode}\n{done.stdout}")
    return done.stdout


main()
