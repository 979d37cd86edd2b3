"""Evaluates COCO results as everybody does, with pycocotools: the peer of EvaluationBenchmark.

    python coco_eval.py truth.json results.json
The last line is JSON: seconds from the files to the numbers, and the twelve numbers.
"""

import json
import sys
import time

from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

NAMES = "AP AP50 AP75 APs APm APl AR1 AR10 AR100 ARs ARm ARl".split()


def main(truth_file, results_file):
    started = time.perf_counter()
    truth = COCO(truth_file)
    evaluation = COCOeval(truth, truth.loadRes(results_file), "bbox")
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    seconds = time.perf_counter() - started
    print(json.dumps({"seconds": seconds, "numbers": dict(zip(NAMES, evaluation.stats.tolist()))}))


if __name__ == "__main__":
    main(*sys.argv[1:])
