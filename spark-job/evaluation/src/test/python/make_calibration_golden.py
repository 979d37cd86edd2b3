"""Golden files of the calibration: curves by scikit-learn, and the calibration errors of detection_calibration.

Made with Python 3.11, the packages of requirements.txt, and the code of Kuzucu et al. 2024 as it is at this commit:
    pip install git+https://github.com/fiveai/detection_calibration@bf59c92f5416ac4b66a7c2c67b44487777ff2ea4
    python make_calibration_golden.py ../resources/dev/boxmill/job
It writes calibration/curves.json: for each case scores and outcomes, and what scikit-learn's isotonic and
sigmoid calibration predict; and evaluate/calibration.json: D-ECE and LaECE of the cases of
make_evaluation_golden.py, as detection_calibration computes them.
"""

import contextlib
import io
import json
import pathlib
import sys

import numpy as np
from detection_calibration.coco_calibration import CalibrationCOCO
from sklearn.calibration import _SigmoidCalibration
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

NEAREST = 1e-6
POOLED_BINS = 10
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


def errors(folder):
    """What the code of the papers' authors says of each case, by the IoU from which a box is right."""
    written = {}
    for name in ("plain", "crowds", "ties", "many", "single"):
        files = [str(folder / f"{name}.{part}.json") for part in ("truth", "results")]
        detection = calibration(*files, 0.5, bin_count=POOLED_BINS, is_dece=True)
        written[name] = {
            "boxes": int(sum(detection.calibration_info_all[kind].sum() for kind in ("tps", "fps"))),
            "D-ECE": detection.accumulate_errors(),
            "LaECE": {iou: calibration(*files, float(iou), bin_count=CLASS_BINS).accumulate_errors() for iou in ("0.0", "0.1", "0.5", "0.75")},
        }
    return written


def calibration(truth, results, iou, **settings):
    """As `evaluate_calibration` of the package calls itself."""
    with contextlib.redirect_stdout(io.StringIO()):
        of = CalibrationCOCO(truth, truth, tau=iou, **settings)
        of.cocoDt = of.cocoGt.loadRes(results)
        of.evaluate()
        of.prepare_input()
        # classes without objects, which LaECE leaves out, and on which D-ECE fails
        of.calibration_info = {k: one for k, one in of.calibration_info.items() if one}
        of.compute_single_errors()
    return of


def main(folder):
    (folder / "calibration").mkdir(exist_ok=True)
    (folder / "calibration" / "curves.json").write_text(json.dumps(curves()) + "\n")
    (folder / "evaluate" / "calibration.json").write_text(json.dumps(errors(folder / "evaluate")) + "\n")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
