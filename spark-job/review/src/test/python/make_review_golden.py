"""Golden files of the review: annotations with errors, a detector's boxes, and cleanlab's ObjectLab scores.

Made with Python 3.11 and the packages of requirements.txt:
    python make_review_golden.py ../resources/dev/boxmill/job/annotations/objectlab.json
"""

import json
import pathlib
import sys

import numpy as np
from cleanlab.object_detection.rank import (
    _get_valid_inputs_for_compute_scores,
    compute_badloc_box_scores,
    compute_overlooked_box_scores,
    compute_swap_box_scores,
    get_label_quality_scores,
    pool_box_scores_per_image,
)

ALPHA = 0.9
CLASSES = 4
WIDTH, HEIGHT = 300, 200


def image(rng):
    """Objects; people miss some, misplace some, misname some, name some twice; the detector as well."""
    count = int(rng.integers(0, 6))
    size = rng.uniform(15, 90, (count, 2)).round(2)
    corner = (rng.random((count, 2)) * (np.array([WIDTH, HEIGHT]) - size)).round(2)
    kind = rng.integers(0, CLASSES, count)
    annotated, found = [], []
    for object in range(count):
        box = np.concatenate([corner[object], corner[object] + size[object]])
        if rng.random() < 0.85:
            moved = box + (rng.normal(0, 0.4, 4) * 20).round(2) * (rng.random() < 0.25)
            moved[2:] = np.maximum(moved[2:], moved[:2] + 1)
            name = kind[object] if rng.random() < 0.85 else rng.integers(0, CLASSES)
            annotated.append((int(name), moved.round(2).tolist()))
            if rng.random() < 0.1:
                annotated.append((int((name + 1) % CLASSES), moved.round(2).tolist()))
        for _ in range(int(rng.integers(0, 3))):
            seen = box + rng.normal(0, 2, 4).round(2)
            seen[2:] = np.maximum(seen[2:], seen[:2] + 1)
            name = kind[object] if rng.random() < 0.9 else rng.integers(0, CLASSES)
            score = rng.choice([rng.uniform(0.05, 0.5), rng.uniform(0.5, 0.95), rng.uniform(0.95, 1)])
            found.append((int(name), np.float32(score), seen.astype(np.float32)))
    found.sort(key=lambda one: -one[1])
    return annotated, found


def cleanlab_form(annotated, found):
    label = {
        "bboxes": np.array([box for _, box in annotated], float).reshape(-1, 4),
        "labels": np.array([name for name, _ in annotated], int),
    }
    prediction = np.empty(CLASSES, dtype=object)
    for name in range(CLASSES):
        rows = [np.append(box.astype(float), float(score)) for kind, score, box in found if kind == name]
        prediction[name] = np.array(rows, float).reshape(-1, 5)
    return label, prediction


def numbers(array):
    return [None if np.isnan(value) else float(value) for value in array]


def main(path):
    rng = np.random.default_rng(7)
    images = [image(rng) for _ in range(60)]
    pairs = [cleanlab_form(*one) for one in images]
    labels, predictions = [one[0] for one in pairs], [one[1] for one in pairs]
    inputs = _get_valid_inputs_for_compute_scores(ALPHA, labels, predictions)
    scores = {
        "overlooked": compute_overlooked_box_scores(auxiliary_inputs=inputs),
        "badly placed": compute_badloc_box_scores(auxiliary_inputs=inputs),
        "wrongly named": compute_swap_box_scores(auxiliary_inputs=inputs),
    }
    quality = get_label_quality_scores(labels, predictions, verbose=False)
    pooled = {name: pool_box_scores_per_image(value) for name, value in scores.items()}
    written = []
    for i, (annotated, found) in enumerate(images):
        written.append(
            {
                "annotated": [{"category": name, "box": box} for name, box in annotated],
                "found": [
                    {"category": name, "score": float(score), "box": box.astype(float).tolist()}
                    for name, score, box in found
                ],
                "least_similarity": float(inputs[i]["min_possible_similarity"]),
                "boxes": {name: sorted(numbers(value[i][~np.isnan(value[i])])) for name, value in scores.items()},
                "pooled": {name: float(value[i]) for name, value in pooled.items()},
                "quality": float(quality[i]),
            }
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"width": WIDTH, "height": HEIGHT, "images": written}) + "\n")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
