"""What `label --decode scaled` costs in AP and saves in time, on photographs enlarged to a telephone's 12 megapixels.

usage: python spark-job/bench/python/scaled_decoding.py DETECTOR IMAGES ANNOTATIONS WORK [--rounds 3] [--most N]

Each photograph is enlarged to 4000 pixels at its longer side (Lanczos) and saved as a JPEG of quality 90, and its annotations with it:
pictures of a telephone's size, not of its detail. Each round labels them once with each `--decode`, in turn. Printed for each: AP by
`evaluate`, and the median of images per second, as `label` counts them. Needs the packages of requirements.txt.
"""

import argparse
import json
import pathlib
import re
import statistics
import subprocess

from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parents[3]
LONGER_SIDE = 4000
DECODINGS = ("full", "scaled")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("detector")
    parser.add_argument("images", type=pathlib.Path)
    parser.add_argument("annotations", type=pathlib.Path)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--most", type=int, help="photographs; default: all")
    options = parser.parse_args()
    truth = enlarge(options.images, options.annotations, options.work, options.most)
    speeds = {decoding: [] for decoding in DECODINGS}
    for number in range(options.rounds):
        for decoding in DECODINGS:
            labels = options.work / f"{decoding}-{number}"
            said = boxmill(
                "label", "--input", options.work / "images", "--output", labels, "--detector", options.detector, "--decode", decoding,
                "--precision", "fp32", "--min-score", "0.001", "--overwrite")
            speeds[decoding].append(float(re.search(r"([\d.,]+) images/s", said)[1].replace(",", "")))
    print("| `--decode` | AP | AP50 | AP75 | images/s |\n|---|---:|---:|---:|---:|")
    for decoding in DECODINGS:
        numbers = options.work / f"{decoding}.json"
        boxmill("evaluate", "--labels", options.work / f"{decoding}-0", "--ground-truth", truth, "--json", numbers)
        found = json.loads(numbers.read_text())
        figures = " | ".join(f"{found[name]:.4f}" for name in ("AP", "AP50", "AP75"))
        print(f"| `{decoding}` | {figures} | {statistics.median(speeds[decoding]):.1f} |")
    ratios = [scaled / full for full, scaled in zip(speeds["full"], speeds["scaled"])]
    print(f"scaled over full, round by round: {', '.join(f'{ratio:.2f}' for ratio in ratios)}")


def enlarge(images, annotations, work, most):
    """Pictures, and the file of their annotations."""
    truth = json.loads(annotations.read_text())
    truth["images"] = truth["images"][:most]
    folder = work / "images"
    folder.mkdir(parents=True, exist_ok=True)
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
