"""Opens the table in the tools that its page names; loads each export with its tool's own library and looks that every box of the
table comes back.

    python check_exports.py LABELS EXPORTS

LABELS is the label table; EXPORTS holds coco.json, tasks.json with tasks.config.xml, cvat.xml, yolo/ and fiftyone/, all made
from it without --image-root and without --min-score. Every tool has to give the same boxes, clipped to their image, within
ROUNDING pixels (datumaro within HUNDREDTHS, which it rounds to), and the same classes; scores too where the format has a place
for them.
"""

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow.parquet as parquet

ROUNDING = 0.001 + 1e-4  # what the exports promise, and float32 in the tools' own arithmetic
HUNDREDTHS = 0.005 + ROUNDING
SCORE = 1e-6


def table(labels):
    """By name, each image's size and boxes: (label, score, x_min, y_min, x_max, y_max)."""
    rows = [row for row in parquet.read_table(labels).to_pylist() if row["status"] == "ok"]
    shared = shared_folder([row["image_uri"] for row in rows])
    images = {}
    for row in rows:
        width, height = row["width"], row["height"]
        boxes = []
        for box in row["boxes"]:
            x_min, x_max = (min(max(box[side], 0), width) for side in ("x_min", "x_max"))
            y_min, y_max = (min(max(box[side], 0), height) for side in ("y_min", "y_max"))
            if x_max > x_min and y_max > y_min:
                boxes.append((box["label"], box["score"], x_min, y_min, x_max, y_max))
        images[row["image_uri"][len(shared):]] = (width, height, boxes)
    return images


def shared_folder(uris):
    least, greatest = min(uris), max(uris)
    same = 0
    while same < min(len(least), len(greatest)) and least[same] == greatest[same]:
        same += 1
    return least[: least.rindex("/", 0, same) + 1]


def check(tool, expected, found, rounding=ROUNDING, scores=True):
    """FOUND: by name, boxes as in the table; score None where the tool has none."""
    assert set(found) == set(expected), (tool, set(found) ^ set(expected))
    worst = 0.0
    boxes = 0
    for name, (_, _, wanted) in expected.items():
        # The tools keep the order of boxes, which is by descending score.
        assert len(found[name]) == len(wanted), (tool, name, len(found[name]), len(wanted))
        for one, other in zip(wanted, found[name]):
            assert one[0] == other[0], (tool, name, one, other)
            assert not scores or abs(one[1] - other[1]) < SCORE, (tool, name, one, other)
            worst = max(worst, *np.abs(np.subtract(one[2:], other[2:])))
            boxes += 1
    assert worst < rounding, (tool, worst)
    print(f"{tool}: {len(found)} images, {boxes} boxes, at most {worst:.6f} pixels off")


def coco(file):
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    truth = COCO(str(file))
    found = {}
    for image in truth.imgs.values():
        found[image["file_name"]] = [
            (truth.cats[a["category_id"]]["name"], a["score"], *corners(*a["bbox"])) for a in truth.imgToAnns[image["id"]]
        ]
    evaluation = COCOeval(truth, truth.loadRes(truth.dataset["annotations"]), "bbox")
    evaluation.params.maxDets = [1, 10, 1000]
    evaluation.evaluate()
    evaluation.accumulate()
    precision = evaluation.eval["precision"][:, :, :, 0, -1]
    assert precision[precision > -1].mean() > 0.999, "an export evaluated against itself"
    return found


def corners(x, y, width, height):
    return x, y, x + width, y + height


def label_studio(file, expected):
    from label_studio_sdk.converter import Converter
    from label_studio_sdk.label_interface import LabelInterface

    config = file.with_suffix(".config.xml").read_text()
    interface = LabelInterface(config)
    interface.validate()
    tasks = json.loads(file.read_text())
    shared = shared_folder([task["data"]["image"] for task in tasks])
    found = {}
    for task in tasks:
        (prediction,) = task["predictions"]
        assert prediction["model_version"], task
        # The SDK asks for a score of each prediction; the format does not, and an image without boxes has none.
        assert not prediction["result"] or interface.validate_prediction(prediction), task
        boxes = []
        for result in prediction["result"]:
            assert interface.validate_region(result), result
            value, width, height = result["value"], result["original_width"], result["original_height"]
            x, y, w, h = (
                value["x"] * width / 100,
                value["y"] * height / 100,
                value["width"] * width / 100,
                value["height"] * height / 100,
            )
            boxes.append((value["rectanglelabels"][0], result["score"], *corners(x, y, w, h)))
        found[task["data"]["image"][len(shared):]] = boxes
    converted = sum(len(boxes) for boxes in label_studio_to_coco(Converter, config, tasks).values())
    assert converted == sum(len(boxes) for _, _, boxes in expected.values()), converted
    return found


def label_studio_to_coco(converter, config, tasks):
    """What Label Studio itself would give back once people have accepted the predictions."""
    accepted = [
        {"id": number, "data": task["data"], "annotations": [{"id": number, "result": task["predictions"][0]["result"]}]}
        for number, task in enumerate(tasks, 1)
    ]
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "accepted.json")
        source.write_text(json.dumps(accepted))
        converter(config, folder, download_resources=False).convert_to_coco(
            str(source), str(Path(folder, "out")), output_image_dir=str(Path(folder, "images")), is_dir=False
        )
        written = json.loads(Path(folder, "out", "result.json").read_text())
    boxes = {}
    for annotation in written["annotations"]:
        boxes.setdefault(annotation["image_id"], []).append(annotation["bbox"])
    return boxes


def cvat(file, expected):
    import datumaro

    with tempfile.TemporaryDirectory() as folder:
        # datumaro asks that the images lie beside the annotations; it takes their sizes from the XML.
        for name in expected:
            image = Path(folder, "images", name)
            image.parent.mkdir(parents=True, exist_ok=True)
            image.touch()
        shutil.copy(file, folder)
        dataset = datumaro.Dataset.import_from(str(Path(folder, file.name)), "cvat")
        names = [label.name for label in dataset.categories()[datumaro.AnnotationType.label]]
        return {item.id: [cvat_box(annotation, names) for annotation in item.annotations] for item in dataset}


def cvat_box(annotation, names):
    return names[annotation.label], float(annotation.attributes["score"]), *annotation.points


def yolo(folder, expected):
    found = {}
    with tempfile.TemporaryDirectory() as drawn:
        for name, (width, height, _) in expected.items():
            draw_black(Path(drawn, name), width, height)
        # supervision looks into no folders below; YOLO itself does.
        for below in {Path(name).parent for name in expected}:
            found |= yolo_folder(folder, Path(drawn), below)
    return found


def draw_black(file, width, height):
    from PIL import Image

    file.parent.mkdir(parents=True, exist_ok=True)
    Image.new("L", (width, height)).save(file)


def yolo_folder(folder, images, below):
    import supervision

    dataset = supervision.DetectionDataset.from_yolo(
        images_directory_path=str(images / below),
        annotations_directory_path=str(folder / "labels" / below),
        data_yaml_path=str(folder / "data.yaml"),
    )
    found = {}
    for path, _, detections in dataset:
        boxes = zip(detections.class_id, detections.xyxy.astype(float))
        found[str(Path(path).relative_to(images))] = [(dataset.classes[class_id], None, *box) for class_id, box in boxes]
    return found


def fiftyone(folder, expected):
    """By FiftyOne's importer alone: a dataset of it would need its database."""
    os.environ["FIFTYONE_DO_NOT_TRACK"] = "true"
    from fiftyone.utils.data.importers import FiftyOneImageDetectionDatasetImporter

    paths = {}
    with FiftyOneImageDetectionDatasetImporter(dataset_dir=str(folder), data_path="data.json") as importer:
        for path, _, label in importer:
            paths[path] = label.detections
    shared = shared_folder(list(paths))
    found = {}
    for path, detections in paths.items():
        name = path[len(shared):]
        width, height, _ = expected[name]
        found[name] = []
        for detection in detections:
            x, y, w, h = detection.bounding_box
            box = corners(x * width, y * height, w * width, h * height)
            found[name].append((detection.label, detection.confidence, *box))
    return found


def without_extension(images):
    return {name.rsplit(".", 1)[0]: image for name, image in images.items()}


def open_table(labels):
    """The lines of schemas/README.md that open the table: each has to give all rows and columns, and nothing else."""
    import duckdb
    import pandas as pd
    import polars as pl
    import pyarrow.dataset as ds

    folder = str(labels)
    shapes = {
        "pandas": lambda: pd.read_parquet(folder).shape,
        "pyarrow": lambda: ds.dataset(folder).to_table().shape,
        "Polars": lambda: pl.read_parquet(f"{folder}/*.parquet").shape,
        "Polars, lazy": lambda: pl.scan_parquet(f"{folder}/*.parquet").collect().shape,
        "Polars, the folder's name": lambda: pl.read_parquet(folder, use_pyarrow=True).shape,
        "DuckDB": lambda: duckdb.sql(f"from '{folder}/*.parquet'").shape,
        "DuckDB, the folder's name": lambda: duckdb.sql(f"from read_parquet('{folder}')").shape,
        "DuckDB, any depth": lambda: duckdb.sql(f"from '{folder}/**/*.parquet'").shape,
    }
    wanted = parquet.read_table(labels).shape
    for tool, shape in shapes.items():
        assert shape() == wanted, (tool, shape(), wanted)
    print(f"table: {wanted[0]} rows, {wanted[1]} columns in {', '.join(shapes)}")


def main(labels, exports):
    open_table(labels)
    expected = table(labels)
    check("COCO, pycocotools", expected, coco(exports / "coco.json"))
    check("Label Studio, label-studio-sdk", expected, label_studio(exports / "tasks.json", expected))
    check("CVAT, datumaro", without_extension(expected), cvat(exports / "cvat.xml", expected), HUNDREDTHS)
    check("YOLO, supervision", expected, yolo(exports / "yolo", expected), scores=False)
    check("FiftyOne, fiftyone", expected, fiftyone(exports / "fiftyone", expected))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
