"""What Hugging Face's processors make of images: sizes, resized pixels, the network's input.

usage: make_preprocessing.py OUT_DIR        (the resources beside TestPreprocessing, where rgb.ppm is: the pixels of make_images.py's rgb.png)
Made with transformers 4.57.1, Pillow 13.0.0 and NumPy 2.4.6, seed 11.
sizes.csv     rule, its two numbers, height, width -> resized height, width
resized/      rgb.ppm resized by Pillow: FILTER_WIDTHxHEIGHT.ppm
*_input.f32   a processor's pixel_values for rgb.ppm, float32 little-endian; its picture before that: *_input.ppm
"""
import csv
import sys
from pathlib import Path

import numpy as np
from PIL import Image
from transformers import DetrImageProcessor, RTDetrImageProcessor
from transformers.image_transforms import get_size_with_aspect_ratio
from transformers.models.detr.image_processing_detr import get_image_size_for_max_height_width

OUT = Path(sys.argv[1])
rng = np.random.default_rng(11)
PICTURE = Image.open(OUT / "rgb.ppm").convert("RGB")


def sides():
    """Mostly sizes of photographs, some near the edges of the rule."""
    kind = rng.integers(4)
    if kind == 0:
        return tuple(int(v) for v in rng.integers(1, 4000, 2))
    if kind == 1:
        return tuple(int(v) for v in rng.integers(300, 900, 2))
    if kind == 2:
        short = int(rng.integers(30, 2000))
        return tuple(rng.permutation([short, int(short * 1333 / 800) + int(rng.integers(-2, 3))]).tolist())
    return tuple(rng.permutation([800, int(rng.integers(790, 1400))]).tolist())


def sizes():
    rows = []
    while len(rows) < 1500:
        height, width = sides()
        shortest, longest = [(800, 1333), (480, 800), (320, 512), (600, 1000), (800, 800)][rng.integers(5)]
        found = get_size_with_aspect_ratio((height, width), shortest, longest)
        if min(found) > 0:
            rows.append(("shortest_edge", shortest, longest, height, width, *found))
    while len(rows) < 1800:
        height, width = sides()
        most = [(600, 800), (1333, 800), (224, 224)][rng.integers(3)]
        found = get_image_size_for_max_height_width(np.zeros((3, height, width), np.uint8), *most, "channels_first")
        if min(found) > 0:
            rows.append(("within", *most, height, width, *found))
    with open(OUT / "sizes.csv", "w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def resized():
    (OUT / "resized").mkdir(exist_ok=True)
    for name, pillow in (("bilinear", Image.Resampling.BILINEAR), ("bicubic", Image.Resampling.BICUBIC)):
        for size in ((90, 68), (20, 15), (64, 20), (45, 34), (45, 60), (133, 101), (7, 90)):
            PICTURE.resize(size, pillow).save(OUT / f"resized/{name}_{size[0]}x{size[1]}.ppm")


def inputs():
    detr = DetrImageProcessor(size={"shortest_edge": 24, "longest_edge": 40})
    rt_detr = RTDetrImageProcessor(size={"height": 32, "width": 32})
    for name, processor in (("detr", detr), ("rtdetr", rt_detr)):
        options = dict(return_tensors="np", input_data_format="channels_last")
        values = processor(PICTURE, **options)["pixel_values"][0]
        plain = processor(PICTURE, do_rescale=False, do_normalize=False, **options)["pixel_values"][0]
        values.astype("<f4").tofile(OUT / f"{name}_input.f32")
        Image.fromarray(plain.transpose(1, 2, 0).astype(np.uint8)).save(OUT / f"{name}_input.ppm")


sizes()
resized()
inputs()
