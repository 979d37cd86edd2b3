"""Real photographs to benchmark on: crops and mirrored crops of the pictures that scikit-image ships, as JPEG files.

usage: make_photographs.py OUTPUT_DIR [--count 96]
640x480, the size of a typical COCO photograph; the same call writes the same files.
"""

import argparse
import pathlib
import random

import skimage.data
from PIL import Image, ImageOps

NAMES = ["astronaut", "chelsea", "coffee", "rocket", "retina", "hubble_deep_field", "immunohistochemistry"]
SIZE = (640, 480)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=96)
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    pictures = [Image.fromarray(getattr(skimage.data, name)()).convert("RGB") for name in NAMES]
    for i in range(options.count):
        draw(pictures[i % len(pictures)], random.Random(i)).save(options.output / f"photograph-{i:04d}.jpg", quality=92)
    print(f"{options.count} photographs of {SIZE[0]}x{SIZE[1]} in {options.output}")


def draw(picture, chance):
    scale = chance.uniform(0.7, 1.0) * min(picture.width / SIZE[0], picture.height / SIZE[1])
    width, height = int(SIZE[0] * scale), int(SIZE[1] * scale)
    x, y = chance.randint(0, picture.width - width), chance.randint(0, picture.height - height)
    crop = picture.resize(SIZE, Image.Resampling.LANCZOS, box=(x, y, x + width, y + height))
    return ImageOps.mirror(crop) if chance.random() < 0.5 else crop


if __name__ == "__main__":
    main()
