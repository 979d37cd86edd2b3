"""Draws a part of the images of COCO annotations: files of those to train on and of those held out.

usage: split_annotations.py ANNOTATIONS IMAGES_DIR OUTPUT_DIR [--share 0.3] [--seed 0]
Writes train.json and val.json, COCO annotations, and val.txt, a list of the held-out images' paths that `label` takes.
"""

import argparse
import json
import pathlib
import random


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("annotations", "images", "output"):
        parser.add_argument(name, type=pathlib.Path)
    parser.add_argument("--share", type=float, default=0.3)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    truth = json.loads(options.annotations.read_text())
    ids = sorted(image["id"] for image in truth["images"])
    held_out = set(random.Random(options.seed).sample(ids, round(options.share * len(ids))))
    options.output.mkdir(parents=True, exist_ok=True)
    write(truth, set(ids) - held_out, options.output / "train.json")
    images = write(truth, held_out, options.output / "val.json")
    paths = [str((options.images / image["file_name"]).absolute()) for image in images]
    (options.output / "val.txt").write_text("\n".join(paths) + "\n")


def write(truth, ids, path):
    images = [image for image in truth["images"] if image["id"] in ids]
    objects = [object for object in truth["annotations"] if object["image_id"] in ids]
    path.write_text(json.dumps({**truth, "images": images, "annotations": objects}))
    print(f"{path}: {len(images)} images, {len(objects)} objects")
    return images


if __name__ == "__main__":
    main()
