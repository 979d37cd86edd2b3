"""Annotations and detections of the size of COCO's validation set, as COCO's files: truth.json and results.json.

usage: make_results.py OUTPUT_DIR [--images 5000] [--detections 100] [--seed 1]
Seven objects an image, each found by a box nearby, the rest of the boxes at random; the same call draws the same set.
"""

import argparse
import json
import pathlib

import numpy

CATEGORIES, OBJECTS, SIZE = 80, 7, (640, 480)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--images", type=int, default=5000)
    parser.add_argument("--detections", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    truth, results = draw(numpy.random.default_rng(options.seed), options.images, options.detections)
    (options.output / "truth.json").write_text(json.dumps(truth))
    (options.output / "results.json").write_text(json.dumps(results))
    print(f"{options.images} images, {len(truth['annotations'])} objects, {len(results)} detections in {options.output}")


def draw(random, images, detections):
    shape = (images, detections)
    extent = 10 * numpy.exp(3.4 * random.random((*shape, 2)))
    boxes = numpy.concatenate([random.random((*shape, 2)) * (SIZE - extent), extent], 2).round(3)
    categories = random.integers(1, CATEGORIES + 1, shape)
    crowds = random.random((images, OBJECTS)) < 0.01
    annotations = []
    for image in range(images):
        for box, category, crowd in zip(boxes[image].tolist(), categories[image].tolist(), crowds[image].tolist()):
            annotations.append({
                "id": len(annotations) + 1, "image_id": image + 1, "category_id": category, "iscrowd": int(crowd),
                "area": box[2] * box[3], "bbox": box})
    near = boxes[:, :OBJECTS]
    near += 0.04 * random.standard_normal(near.shape) * near[..., [2, 3, 2, 3]]
    scores = random.random(shape).round(5)
    scores[:, OBJECTS:] /= 2
    results = [
        {"image_id": image + 1, "category_id": category, "bbox": box, "score": score}
        for image in range(images)
        for category, box, score in zip(categories[image].tolist(), boxes[image].tolist(), scores[image].tolist())
    ]
    truth = {
        "images": [{"id": i + 1, "file_name": f"{i + 1}.jpg", "width": SIZE[0], "height": SIZE[1]} for i in range(images)],
        "categories": [{"id": i + 1, "name": f"kind {i + 1}"} for i in range(CATEGORIES)],
        "annotations": annotations,
    }
    return truth, results


if __name__ == "__main__":
    main()
