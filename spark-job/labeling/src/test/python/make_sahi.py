"""Slices of pictures, and boxes of slices joined, by the sahi package: golden files of TestTiling and TestBoxJoin.

    pip install sahi==0.12.8
    python make_sahi.py ../resources/dev/boxmill/job/tiles/sahi.json
"""

import json
import sys

import numpy as np
from sahi.postprocess.backends import set_postprocess_backend
from sahi.postprocess.combine import GreedyNMMPostprocess, NMMPostprocess, NMSPostprocess
from sahi.prediction import ObjectPrediction
from sahi.slicing import get_slice_bboxes

RULES = {"greedynmm": GreedyNMMPostprocess, "nmm": NMMPostprocess, "nms": NMSPostprocess}
CLASSES = ["ship", "car", "tree"]


def slices():
    cases = []
    for width, height, side, overlap in [
        (4000, 3000, 640, 0.2), (640, 640, 640, 0.2), (641, 500, 640, 0.2), (1000, 700, 300, 0.0), (1023, 97, 128, 0.33), (50, 60, 640, 0.5),
        (1153, 1152, 640, 0.2),
    ]:
        boxes = get_slice_bboxes(height, width, side, side, overlap_height_ratio=overlap, overlap_width_ratio=overlap)
        cases.append({"width": width, "height": height, "side": side, "overlap": overlap, "slices": [[int(v) for v in b] for b in boxes]})
    return cases


def floats(values):
    """As float32 has them, in the fewest digits that tell it."""
    return [float(str(np.float32(v))) for v in values]


def scene(random, objects, duplicates):
    """Objects as several slices see them: moved, cut off, some with another class, scores and places that are equal."""
    boxes = []
    for _ in range(objects):
        x, y = random.uniform(0, 900, 2)
        w, h = random.uniform(10, 120, 2)
        name = int(random.integers(len(CLASSES)))
        for _ in range(random.integers(1, duplicates + 1)):
            left, top = random.normal(0, 0.08 * w), random.normal(0, 0.08 * h)
            right, bottom = random.normal(0, 0.08 * w), random.normal(0, 0.08 * h)
            corners = [max(0, x + left), max(0, y + top), max(0, x + left) + 1 + abs(w + right), max(0, y + top) + 1 + abs(h + bottom)]
            if random.random() < 0.3:
                corners[2] = corners[0] + (corners[2] - corners[0]) * random.uniform(0.2, 0.7)
            score = round(float(random.uniform(0.05, 1)), 1 if random.random() < 0.5 else 4)
            label = int(random.integers(len(CLASSES))) if random.random() < 0.15 else name
            boxes.append([label, *floats([score]), *floats(corners)])
            if random.random() < 0.05:
                boxes.append(list(boxes[-1]))
    return boxes


def predictions(boxes):
    return [ObjectPrediction(bbox=b[2:], score=b[1], category_id=b[0], category_name=CLASSES[b[0]]) for b in boxes]


def joined(boxes, rule, match, threshold, across):
    post = RULES[rule](match_threshold=threshold, match_metric=match.upper(), class_agnostic=across)
    kept = post(predictions(boxes))
    return [[p.category.id, *floats([p.score.value]), *floats(p.bbox.to_xyxy())] for p in kept]


def joins():
    random = np.random.default_rng(22)
    cases = []
    for boxes in [scene(random, 22, 5), scene(random, 60, 3), scene(random, 1, 1), []]:
        results = []
        for rule in RULES:
            for match in ("ios", "iou"):
                for threshold, across in ((0.5, False), (0.5, True), (0.2, False)):
                    found = joined(boxes, rule, match, threshold, across) if boxes else []
                    results.append({"rule": rule, "match": match, "threshold": threshold, "across": across, "boxes": found})
        cases.append({"boxes": boxes, "results": results})
    return cases


if __name__ == "__main__":
    set_postprocess_backend("numpy")
    with open(sys.argv[1], "w") as file:
        json.dump({"slices": slices(), "joins": joins()}, file, separators=(",", ":"))
