"""Golden files of the fusion: random boxes of several tables, and what ensemble-boxes makes of them.

Made with Python 3.11 and the packages of requirements.txt:
    python make_fusion_golden.py ../resources/dev/boxmill/job/fuse/fusion.json
Each case has tables of boxes in pixels, the options, and the fused boxes by descending score. No two scores
are equal: the package leaves the order of equal ones to its sort.
"""

import json
import pathlib
import sys
import warnings

import numpy as np
from ensemble_boxes import weighted_boxes_fusion

CONFIDENCES = ("avg", "max", "box_and_model_avg", "absent_model_aware_avg")
WIDTH, HEIGHT = 640, 480


def tables(rng, count, classes, objects):
    """Boxes of some objects in each table, moved a little, and others anywhere; some over the border."""
    corner = rng.uniform(-20, 1, (objects, 2)) + rng.random((objects, 2)) * (WIDTH * 0.9, HEIGHT * 0.9)
    size = rng.uniform(8, 200, (objects, 2))
    kind = rng.integers(0, classes, objects)
    for _ in range(count):
        boxes, scores, labels = [], [], []
        for object in range(objects):
            for _ in range(rng.integers(0, 3)):
                moved = corner[object] + rng.normal(0, 0.12, 2) * size[object]
                grown = size[object] * rng.uniform(0.8, 1.25, 2)
                boxes.append(np.concatenate([moved, moved + grown]))
                scores.append(rng.uniform(0.02, 0.999))
                labels.append(kind[object] if rng.random() < 0.8 else rng.integers(0, classes))
        order = np.argsort(scores)[::-1]
        yield (
            np.array(boxes, np.float32).reshape(-1, 4)[order],
            np.array(scores, np.float32)[order],
            np.array(labels, int)[order],
        )


def fused(found, weights, iou, threshold, confidence):
    scale = np.array([WIDTH, HEIGHT, WIDTH, HEIGHT], float)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        boxes, scores, labels = weighted_boxes_fusion(
            [one[0].astype(float) / scale for one in found],
            [one[1].astype(float) for one in found],
            [one[2] for one in found],
            weights=weights,
            iou_thr=iou,
            skip_box_thr=threshold,
            conf_type=confidence,
        )
    return [
        {"label": int(label), "score": float(min(1.0, score)), "box": (box * scale).tolist()}
        for box, score, label in zip(boxes, scores, labels)
    ]


def cases():
    rng = np.random.default_rng(55)
    for number in range(24):
        count = int(rng.integers(1, 5))
        found = list(tables(rng, count, int(rng.integers(1, 4)), int(rng.integers(0, 14))))
        weights = [1.0] * count if number % 3 == 0 else rng.choice([0.5, 1.0, 2.0, 3.0], count).tolist()
        iou = float(rng.choice([0.4, 0.55, 0.7]))
        threshold = float(rng.choice([0.0, 0.1]))
        confidence = CONFIDENCES[number % 4]
        yield {
            "confidence": confidence,
            "weights": weights,
            "iou": iou,
            "min_score": threshold,
            "tables": [
                [
                    {"label": int(label), "score": float(score), "box": box.astype(float).tolist()}
                    for box, score, label in zip(*one)
                ]
                for one in found
            ],
            "fused": fused(found, weights, iou, threshold, confidence),
        }


if __name__ == "__main__":
    content = {"width": WIDTH, "height": HEIGHT, "cases": list(cases())}
    pathlib.Path(sys.argv[1]).write_text(json.dumps(content) + "\n")
