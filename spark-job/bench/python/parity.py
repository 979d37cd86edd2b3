"""Checks boxmill's labels against Hugging Face's own pipeline, picture by picture, and says where the rest comes from.

usage: parity.py pictures PHOTOGRAPHS_DIR OUTPUT_DIR
       parity.py compare PICTURES_DIR CHECKPOINT_DIR LABELS_DIR [--score 1e-3] [--pixels 0.5]

`pictures` writes each photograph three times: as JPEG, as PNG with the JPEG's pixels as Pillow decodes them, and as PNG in
the very size that the network takes. The last needs neither decoding nor resizing, so its difference is arithmetic's; the
second adds resizing, the first decoding. `compare` wants the label table of

    ./boxmill label --input PICTURES_DIR --output LABELS_DIR --detector CHECKPOINT_DIR --refiner none --precision fp32 --min-score 0

and ends with status 1 if a score differs by more than --score or a box's corner by more than --pixels.
"""

import argparse
import pathlib
import sys
import urllib.parse

import duckdb
import torch
from PIL import Image, ImageOps
from transformers import AutoImageProcessor, AutoModelForObjectDetection

KINDS = {"-sized.png": "arithmetic", ".png": "arithmetic + resizing", ".jpg": "arithmetic + resizing + decoding"}
SIZED = (1066, 800)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    pictures = commands.add_parser("pictures")
    pictures.add_argument("photographs", type=pathlib.Path)
    pictures.add_argument("output", type=pathlib.Path)
    pictures.set_defaults(run=write_pictures)
    comparison = commands.add_parser("compare")
    comparison.add_argument("pictures", type=pathlib.Path)
    comparison.add_argument("checkpoint")
    comparison.add_argument("labels", type=pathlib.Path)
    comparison.add_argument("--score", type=float, default=1e-3)
    comparison.add_argument("--pixels", type=float, default=0.5)
    comparison.set_defaults(run=compare)
    options = parser.parse_args()
    options.run(options)


def write_pictures(options):
    options.output.mkdir(parents=True, exist_ok=True)
    for path in sorted(options.photographs.iterdir()):
        picture = Image.open(path).convert("RGB")
        picture.save(options.output / (path.stem + ".jpg"), quality=92)
        decoded = Image.open(options.output / (path.stem + ".jpg")).convert("RGB")
        decoded.save(options.output / (path.stem + ".png"))
        decoded.resize(SIZED).save(options.output / (path.stem + "-sized.png"))


def compare(options):
    labels = read_labels(options.labels)
    model = AutoModelForObjectDetection.from_pretrained(options.checkpoint).eval()
    processor = AutoImageProcessor.from_pretrained(options.checkpoint)
    worst = {kind: [0.0, 0.0, 0, 0] for kind in KINDS.values()}
    for path in sorted(options.pictures.iterdir()):
        expected = pipeline(model, processor, path)
        score, pixels = difference(expected, labels[path.name], path.name)
        kind = worst[next(name for ending, name in KINDS.items() if path.name.endswith(ending))]
        kind[:] = [max(kind[0], score), max(kind[1], pixels), kind[2] + 1, kind[3] + len(expected)]
    print(f"{'largest difference from':36s} {'score':>9s} {'box, px':>9s} {'pictures':>9s} {'boxes':>7s}")
    for kind, (score, pixels, count, boxes) in worst.items():
        print(f"{kind:36s} {score:9.2e} {pixels:9.4f} {count:9d} {boxes:7d}")
    if any(score > options.score or pixels > options.pixels for score, pixels, _, _ in worst.values()):
        sys.exit(f"Differs by more than {options.score} in score or {options.pixels} px in a box")


def read_labels(folder):
    rows = duckdb.sql(
        f"select image_uri, [[b.score, b.label_id, b.x_min, b.y_min, b.x_max, b.y_max] for b in boxes] as boxes"
        f" from '{folder}/*.parquet' where status = 'ok'"
    ).fetchall()
    return {pathlib.PurePosixPath(urllib.parse.unquote(uri)).name: boxes for uri, boxes in rows}


def pipeline(model, processor, path):
    image = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
    inputs = processor(images=[image], return_tensors="pt")
    with torch.inference_mode():
        out = model(**inputs)
    result = processor.post_process_object_detection(out, threshold=0.0, target_sizes=[image.size[::-1]])[0]
    found = zip(result["scores"].tolist(), result["labels"].tolist(), result["boxes"].tolist())
    return sorted(([score, label, *box] for score, label, box in found), reverse=True)


def difference(expected, found, name):
    """The largest difference in score and in corner, each box with its nearest of the same class that is left."""
    if len(expected) != len(found):
        sys.exit(f"{name}: {len(found)} boxes, the pipeline has {len(expected)}")
    left, worst = list(found), [0.0, 0.0]
    for box in expected:
        same = [other for other in left if other[1] == box[1]]
        if not same:
            sys.exit(f"{name}: no box left of class {box[1]}")
        nearest = min(same, key=lambda other: apart(box, other))
        left.remove(nearest)
        worst = [max(worst[0], abs(box[0] - nearest[0])), max(worst[1], apart(box, nearest))]
    return worst


def apart(box, other):
    return max(abs(a - b) for a, b in zip(box[2:], other[2:]))


if __name__ == "__main__":
    main()
