"""Golden files of the calibration: curves by scikit-learn, and the calibration errors of pycocotools' matches.

Made with Python 3.11 and the packages of requirements.txt:
    python make_calibration_golden.py ../resources/dev/boxmill/job
It writes calibration/curves.json: for each case scores and outcomes, and what scikit-learn's isotonic and
sigmoid calibration predict; and evaluate/calibration.json: D-ECE and LaECE of the cases of
make_evaluation_golden.py, by the papers' formulas over pycocotools' matches at IoU 0.5.
"""

import contextlib
import io
import json
import pathlib
import sys

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from sklearn.calibration import _SigmoidCalibration
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

NEAREST = 1e-6
POOLED_BINS = 20
CLASS_BINS = 25


def logit(scores):
    inside = np.clip(scores, NEAREST, 1 - NEAREST)
    return np.log(inside / (1 - inside))


def cases():
    rng = np.random.default_rng(22)
    for name, count, power, digits in (
        ("modest", 2000, 2.7, None),
        ("sure", 700, 0.4, None),
        ("tied", 500, 1.0, 1),
        ("few", 12, 1.0, None),
    ):
        scores = rng.uniform(0.02, 0.99, count).astype(np.float32).astype(np.float64)
        if digits is not None:
            scores = scores.round(digits)
        odds = (scores / (1 - np.minimum(scores, 0.999))) ** power
        yield name, scores, (rng.random(count) < odds / (1 + odds)).astype(int)
    yield "separable", np.array([0.1, 0.2, 0.3, 0.7, 0.8, 0.9]), np.array([0, 0, 0, 1, 1, 1])
    yield "certain", np.array([0.0, 0.25, 0.5, 0.5, 1.0, 1.0]), np.array([0, 1, 0, 1, 1, 1])
    yield "right", np.array([0.3, 0.6, 0.9]), np.array([1, 1, 1])


def platt(scores, right, at):
    """The same twice: as scikit-learn stops, and to the optimum of the same loss."""
    positive, negative = right.sum(), (1 - right).sum()
    target = np.where(right == 1, (positive + 1) / (positive + 2), 1 / (negative + 2))
    exact = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-13, max_iter=1000).fit(
        np.tile(logit(scores), 2)[:, None],
        np.repeat([1, 0], len(scores)),
        sample_weight=np.concatenate([target, 1 - target]),
    )
    sigmoid = _SigmoidCalibration().fit(logit(scores), right)
    return exact.predict_proba(logit(at)[:, None])[:, 1], sigmoid.predict(logit(at))


def curves():
    written = []
    for name, scores, right in cases():
        at = np.concatenate([np.linspace(0, 1, 41), scores[:20]])
        isotonic = IsotonicRegression(out_of_bounds="clip").fit(scores, right)
        case = {
            "name": name,
            "scores": scores.tolist(),
            "right": right.tolist(),
            "at": at.tolist(),
            "isotonic": isotonic.predict(at).tolist(),
        }
        if 0 < right.sum() < len(right):
            exact, sigmoid = platt(scores, right, at)
            case |= {"platt": exact.tolist(), "sigmoid": sigmoid.tolist()}
        written.append(case)
    return written


def matches(truth, results):
    """Of each category: scores of the detections that count, and IoU with the object found, or 0."""
    with contextlib.redirect_stdout(io.StringIO()):
        ground_truth = COCO(str(truth))
        evaluation = COCOeval(ground_truth, ground_truth.loadRes(str(results)), "bbox")
        evaluation.evaluate()
    images = len(evaluation.params.imgIds)
    areas = len(evaluation.params.areaRng)
    for k, category in enumerate(evaluation.params.catIds):
        scores, overlaps = [], []
        for i, image in enumerate(evaluation.params.imgIds):
            found = evaluation.evalImgs[k * areas * images + i]
            if found is None:
                continue
            objects = [one["id"] for one in evaluation._gts[image, category]]
            for d, score in enumerate(found["dtScores"]):
                if found["dtIgnore"][0][d]:
                    continue
                match = int(found["dtMatches"][0][d])
                scores.append(score)
                overlaps.append(evaluation.ious[image, category][d][objects.index(match)] if match else 0.0)
        yield np.array(scores), np.array(overlaps)


def error(scores, targets, bins):
    """sum of n / N |mean score - mean target|: targets 0 and 1 give precision, overlaps precision times IoU."""
    index = np.minimum(np.searchsorted(np.linspace(0, 1, bins + 1), scores, side="right") - 1, bins - 1)
    total = 0.0
    for bin in range(bins):
        held = index == bin
        if held.any():
            total += held.sum() / len(scores) * abs(scores[held].mean() - targets[held].mean())
    return total


def errors(folder):
    written = {}
    for name in ("plain", "crowds", "ties", "many", "single"):
        categories = list(matches(folder / f"{name}.truth.json", folder / f"{name}.results.json"))
        scores = np.concatenate([one[0] for one in categories])
        overlaps = np.concatenate([one[1] for one in categories])
        by_class = [error(s, o, CLASS_BINS) for s, o in categories if len(s)]
        written[name] = {
            "boxes": len(scores),
            "D-ECE": error(scores, (overlaps > 0).astype(float), POOLED_BINS),
            "LaECE": float(np.mean(by_class)),
        }
    return written


def main(folder):
    (folder / "calibration").mkdir(exist_ok=True)
    (folder / "calibration" / "curves.json").write_text(json.dumps(curves()) + "\n")
    (folder / "evaluate" / "calibration.json").write_text(json.dumps(errors(folder / "evaluate")) + "\n")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
