"""Golden files of the evaluation: random sets and what pycocotools and lvis say about them.

Made with Python 3.11, numpy 2.4.6, pycocotools 2.0.11, lvis 0.5.3:
    python make_evaluation_golden.py ../resources/dev/boxmill/job/evaluate
For each case NAME it writes NAME.truth.json, NAME.results.json and NAME.expected.json: the numbers, and
per category precision (mean over recall points, by area and IoU) and recall (by area, limit and IoU).
"""

import contextlib
import io
import json
import pathlib
import sys

import numpy as np

np.float = float  # lvis 0.5.3 still asks for it
from lvis import LVIS, LVISEval, LVISResults  # noqa: E402
from pycocotools.coco import COCO  # noqa: E402
from pycocotools.cocoeval import COCOeval  # noqa: E402

COCO_NAMES = "AP AP50 AP75 APs APm APl AR1 AR10 AR100 ARs ARm ARl".split()
SIZE = (640, 480)


def boxes(rng, count):
    """Boxes of all three sizes, some of them exactly on the borders of the areas."""
    side = np.exp(rng.uniform(np.log(6), np.log(300), size=(count, 2)))
    side[rng.random(count) < 0.1] = (32, 32)
    side[rng.random(count) < 0.1] = (96, 96)
    corner = rng.uniform(-10, 1, size=(count, 2)) + rng.random((count, 2)) * np.array(SIZE) * 0.8
    return np.concatenate([corner, side], axis=1).round(1)


def truth(rng, images, categories, objects, crowds=0.0, first_id=1):
    """Objects of the last category are absent; every fifth image is empty."""
    annotations = []
    for image in range(images):
        count = 0 if image % 5 == 4 else int(rng.integers(1, objects + 1))
        for box in boxes(rng, count):
            category = int(rng.integers(0, max(1, categories - 1)))
            fill = rng.choice([1.0, 1.0, 0.7])
            annotations.append(
                {
                    "id": len(annotations) + first_id,
                    "image_id": 10 + 3 * image,
                    "category_id": 2 * category + 1,
                    "bbox": box.tolist(),
                    "area": float(round(box[2] * box[3] * fill, 2)),
                    "iscrowd": int(rng.random() < crowds),
                }
            )
    return {
        "images": [
            {"id": 10 + 3 * i, "file_name": f"{i:06d}.jpg", "width": SIZE[0], "height": SIZE[1]}
            for i in reversed(range(images))
        ],
        "annotations": annotations,
        "categories": [{"id": 2 * c + 1, "name": f"kind {c}"} for c in range(categories)],
    }


def results(rng, dataset, strangers, digits=3, repeats=1):
    """Jittered objects and strangers; scores of few digits tie often."""
    found = []
    ids = [category["id"] for category in dataset["categories"]]
    for annotation in dataset["annotations"]:
        for _ in range(int(rng.integers(0, 3)) * repeats):
            box = np.array(annotation["bbox"])
            move = rng.normal(size=4) * rng.choice([0, 0.02, 0.1]) * np.tile(np.abs(box[2:]) + 1, 2)
            category = annotation["category_id"] if rng.random() < 0.8 else int(rng.choice(ids))
            found.append((annotation["image_id"], category, (box + move).round(2), rng.random()))
    for image in dataset["images"]:
        for box in boxes(rng, strangers):
            found.append((image["id"], int(rng.choice(ids)), box, rng.random() * 0.7))
    rng.shuffle(found)
    return [
        {
            "image_id": image,
            "category_id": category,
            "bbox": [float(v) for v in box],
            "score": round(float(score), digits),
        }
        for image, category, box, score in found
    ]


def odd(rng):
    """What annotators get wrong."""
    dataset = truth(rng, 12, 4, 6, crowds=0.2, first_id=0)
    annotations = dataset["annotations"]
    annotations[3]["bbox"][2] = 0.0
    annotations[4]["bbox"][3] = -5.0
    annotations[5]["area"] = 0.0
    annotations[6]["bbox"] = [600.0, 400.0, 300.0, 300.0]
    annotations[7]["category_id"] = 99
    annotations[8]["image_id"] = 9999
    annotations[10]["id"] = annotations[9]["id"]
    annotations[14]["id"] = annotations[2]["id"]
    annotations[15]["id"] = annotations[8]["id"]
    annotations[11]["ignore"] = 1
    found = results(rng, dataset, 3)
    found = [one for one in found if one["image_id"] != 9999]
    found[0]["category_id"] = 77
    found.append(dict(found[5], bbox=annotations[0]["bbox"], score=0.99, category_id=1, image_id=10))
    return dataset, found


def federated(rng, images, categories, objects):
    """An LVIS set: some categories negative, some not exhaustive, crowd flags that do not matter."""
    dataset = truth(rng, images, categories, objects, crowds=0.05)
    ids = [category["id"] for category in dataset["categories"]]
    for category in dataset["categories"]:
        category["frequency"] = str(rng.choice(["r", "c", "f"]))
    for annotation in dataset["annotations"]:
        if rng.random() < 0.05:
            annotation["ignore"] = 1
    for image in dataset["images"]:
        there = {a["category_id"] for a in dataset["annotations"] if a["image_id"] == image["id"]}
        rest = [one for one in ids if one not in there]
        image["neg_category_ids"] = [one for one in rest if rng.random() < 0.3]
        image["not_exhaustive_category_ids"] = [one for one in ids if rng.random() < 0.2]
    return dataset


def cases():
    def rng(seed):
        return np.random.default_rng(20261121 + seed)

    yield "plain", "coco", *with_results(rng(101), truth(rng(1), 20, 6, 8), strangers=4)
    yield "crowds", "coco", *with_results(rng(102), truth(rng(2), 20, 4, 10, 0.3), strangers=4, repeats=2)
    yield "ties", "coco", *with_results(rng(103), truth(rng(3), 15, 3, 8, 0.1), strangers=4, digits=1)
    yield "many", "coco", *with_results(rng(104), truth(rng(4), 4, 2, 12), strangers=150, digits=2)
    yield "single", "coco", *with_results(rng(105), truth(rng(5), 1, 1, 1), strangers=1, repeats=2)
    yield "odd", "coco", *odd(rng(6))
    yield "federated", "lvis", *with_results(rng(107), federated(rng(7), 25, 12, 8), strangers=12)
    yield "federated-many", "lvis", *with_results(
        rng(108), federated(rng(8), 4, 6, 10), strangers=330, digits=2
    )


def with_results(rng, dataset, **how):
    return dataset, results(rng, dataset, **how)


def coco(truth_file, results_file):
    dataset = COCO(truth_file)
    evaluation = COCOeval(dataset, dataset.loadRes(results_file), "bbox")
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    precision = evaluation.eval["precision"][..., -1]
    return {
        "numbers": dict(zip(COCO_NAMES, evaluation.stats.tolist())),
        "precision": precision.mean(axis=1).transpose(1, 2, 0).tolist(),
        "recall": evaluation.eval["recall"].transpose(1, 2, 3, 0).tolist(),
    }


def lvis(truth_file, results_file):
    dataset = LVIS(truth_file)
    evaluation = LVISEval(dataset, LVISResults(dataset, results_file), "bbox")
    evaluation.run()
    return {
        "numbers": {name: float(value) for name, value in evaluation.get_results().items()},
        "precision": evaluation.eval["precision"].mean(axis=1).transpose(1, 2, 0).tolist(),
        "recall": evaluation.eval["recall"].transpose(1, 2, 0)[:, :, None, :].tolist(),
    }


def rounded(value):
    """Twelve digits: three more than the tests compare."""
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    if isinstance(value, list):
        return [rounded(one) for one in value]
    return float(f"{value:.12g}")


def main(folder):
    for name, style, dataset, found in cases():
        path = pathlib.Path(folder, name)
        files = {"truth": dataset, "results": found}
        for kind, content in files.items():
            path.with_suffix(f".{kind}.json").write_text(json.dumps(content, separators=(",", ":")) + "\n")
        evaluate = {"coco": coco, "lvis": lvis}[style]
        with contextlib.redirect_stdout(io.StringIO()):
            expected = evaluate(*(str(path.with_suffix(f".{kind}.json")) for kind in files))
        expected = {"style": style, **rounded(expected)}
        path.with_suffix(".expected.json").write_text(json.dumps(expected, separators=(",", ":")) + "\n")
        print(name, len(dataset["annotations"]), len(found), expected["numbers"])


if __name__ == "__main__":
    main(sys.argv[1])
