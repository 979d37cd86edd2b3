"""Golden files of soft-nms and nmw: random boxes, and what ensemble-boxes makes of them.

Made with Python 3.11 and the packages of requirements.txt:
    python make_suppression_golden.py ../resources/dev/boxmill/refiners/boxes/suppression.json
Boxes are relative, in center form. ensemble-boxes returns Soft-NMS's boxes with the scores that they had; the
scores that they fell to are what its inner function leaves in its argument.
"""

import json
import pathlib
import sys

import numpy as np
from ensemble_boxes import non_maximum_weighted
from ensemble_boxes.ensemble_boxes_nms import cpu_soft_nms_float

LINEAR, GAUSSIAN = 1, 2


def boxes(rng):
    objects = int(rng.integers(1, 8))
    center, size = rng.uniform(0.3, 0.7, (objects, 2)), rng.uniform(0.05, 0.4, (objects, 2))
    rows = []
    for object in range(objects):
        for _ in range(int(rng.integers(1, 6))):
            moved = center[object] + rng.normal(0, 0.1, 2) * size[object]
            rows.append(np.concatenate([moved, size[object] * rng.uniform(0.8, 1.2, 2)]))
    return np.array(rows, np.float32), rng.uniform(0.02, 0.99, len(rows)).astype(np.float32)


def corners(center_form):
    box = center_form.astype(float)
    return np.concatenate([box[:, :2] - box[:, 2:] / 2, box[:, :2] + box[:, 2:] / 2], axis=1)


def center_form(box):
    return [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2, box[2] - box[0], box[3] - box[1]]


def soft(found, scores, method, sigma, iou, threshold):
    fallen = scores.astype(float)
    kept = cpu_soft_nms_float(corners(found), fallen, Nt=iou, sigma=sigma, thresh=threshold, method=method)
    order = np.argsort(-fallen[fallen > threshold])
    return [
        {"index": int(kept[i]), "score": float(fallen[fallen > threshold][i])} for i in order
    ]


def weighted(found, scores, iou):
    moved, kept, _ = non_maximum_weighted(
        [corners(found)], [scores.astype(float)], [np.zeros(len(scores), int)], iou_thr=iou
    )
    return [{"score": float(s), "box": center_form(b.tolist())} for b, s in zip(moved, kept)]


def cases():
    rng = np.random.default_rng(17)
    for number in range(20):
        found, scores = boxes(rng)
        sigma, iou = float(rng.choice([0.2, 0.5, 1.0])), float(rng.choice([0.3, 0.5, 0.7]))
        threshold = float(rng.choice([0.001, 0.05]))
        yield {
            "boxes": found.astype(float).tolist(),
            "scores": scores.astype(float).tolist(),
            "sigma": sigma,
            "iou": iou,
            "min_score": threshold,
            "gaussian": soft(found, scores, GAUSSIAN, sigma, iou, threshold),
            "linear": soft(found, scores, LINEAR, sigma, iou, threshold),
            "weighted": weighted(found, scores, iou),
        }


if __name__ == "__main__":
    pathlib.Path(sys.argv[1]).write_text(json.dumps(list(cases())) + "\n")
