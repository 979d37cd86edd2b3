"""The exports as a user of Python writes them: the label table by pyarrow, a dictionary for each box, json.

usage: export_peer.py LABELS_DIR OUTPUT_FILE --format coco|label-studio
"""

import argparse
import json
import os.path
import pathlib

import pyarrow.compute
import pyarrow.parquet

COLUMNS = ["image_uri", "status", "width", "height", "model", "refiners"]
BOX = ["label_id", "label", "score", "x_min", "y_min", "x_max", "y_max"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labels", type=pathlib.Path)
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--format", choices=["coco", "label-studio"], required=True)
    options = parser.parse_args()
    images = read(options.labels)
    options.output.write_text(json.dumps(coco(images) if options.format == "coco" else tasks(images)))


def read(labels):
    """The labelled images by address, and the boxes that lie inside, in thousandths of a pixel."""
    columns = COLUMNS + [f"boxes.list.element.{name}" for name in BOX]
    table = pyarrow.concat_tables(pyarrow.parquet.ParquetFile(file).read(columns) for file in labels.glob("*.parquet"))
    images = table.filter(pyarrow.compute.field("status") == "ok").sort_by("image_uri").to_pylist()
    for image in images:
        for box in image["boxes"]:
            for name, limit in zip(BOX[3:], [image["width"], image["height"]] * 2):
                box[name] = round(min(max(box[name], 0), limit), 3)
        image["boxes"] = [box for box in image["boxes"] if box["x_max"] > box["x_min"] and box["y_max"] > box["y_min"]]
    return images


def coco(images):
    prefix = os.path.commonprefix([image["image_uri"] for image in images])
    folder = prefix[:prefix.rindex("/") + 1]
    annotations, names = [], {}
    for number, image in enumerate(images, 1):
        for box in image["boxes"]:
            names[box["label_id"]] = box["label"]
            width, height = round(box["x_max"] - box["x_min"], 3), round(box["y_max"] - box["y_min"], 3)
            annotations.append({
                "id": len(annotations) + 1, "image_id": number, "category_id": box["label_id"],
                "bbox": [box["x_min"], box["y_min"], width, height], "area": width * height, "iscrowd": 0, "score": box["score"]})
    return {
        "info": {"description": "labels of boxmill"},
        "annotations": annotations,
        "images": [
            {"id": number, "file_name": image["image_uri"][len(folder):], "width": image["width"], "height": image["height"]}
            for number, image in enumerate(images, 1)],
        "categories": [{"id": id, "name": name} for id, name in sorted(names.items())],
    }


def tasks(images):
    return [task(number, image) for number, image in enumerate(images, 1)]


def task(number, image):
    prediction = {"model_version": f"{image['model']} + {image['refiners']}" if image["refiners"] else image["model"]}
    if image["boxes"]:
        prediction["score"] = image["boxes"][0]["score"]
    prediction["result"] = [region(number, image, place, box) for place, box in enumerate(image["boxes"], 1)]
    return {"data": {"image": image["image_uri"]}, "predictions": [prediction]}


def region(number, image, place, box):
    width, height = image["width"], image["height"]
    return {
        "id": f"{number}-{place}", "type": "rectanglelabels", "from_name": "label", "to_name": "image",
        "original_width": width, "original_height": height, "image_rotation": 0, "score": box["score"],
        "value": {
            "x": round(100 * box["x_min"] / width, 6), "y": round(100 * box["y_min"] / height, 6),
            "width": round(100 * (box["x_max"] - box["x_min"]) / width, 6),
            "height": round(100 * (box["y_max"] - box["y_min"]) / height, 6),
            "rotation": 0, "rectanglelabels": [box["label"]]}}


if __name__ == "__main__":
    main()
