"""Corrects drafts in annotation tools: loads each export with its tool's own library, changes boxes as people do, and writes the result in
the tool's own form.

    python correct_exports.py LABELS EXPORTS CORRECTED

LABELS and EXPORTS are those of check_exports.py. CORRECTED gets truth.json, the corrected boxes in COCO's form written by hand, and the same
from each tool: label-studio.json (its tasks as JSON) and label-studio-coco.json, cvat.xml, fiftyone/ (labels.json) and fiftyone-coco.json.
`boxmill evaluate` gives the same numbers for all of them, and `boxmill train-detector` trains on each: .ci/run does both.
"""

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from check_exports import shared_folder, table

UNTOUCHED = 2  # the last images, which nobody looked at


def corrected(boxes, width, height):
    """One box gone, one moved, one of another class: (label, x_min, y_min, x_max, y_max)."""
    kept = [(label, *corners) for label, _, *corners in boxes if corners[2] - corners[0] > 2 and corners[3] - corners[1] > 2]
    if len(kept) > 1:
        kept.pop()
    if kept:
        label, x_min, y_min, x_max, y_max = kept[0]
        kept[0] = ("star" if label != "star" else "leaf", x_min, y_min, x_max, y_max)
        label, x_min, y_min, x_max, y_max = kept[-1]
        kept[-1] = (label, x_min, y_min, min(x_max + 3, width), min(y_max + 2, height))
    return kept


def truth(wanted, names):
    categories = {name: number for number, name in enumerate(names, 1)}
    images, annotations = [], []
    for number, (image, (width, height, boxes)) in enumerate(wanted.items(), 1):
        images.append(dict(id=number, file_name=image, width=width, height=height))
        for label, x_min, y_min, x_max, y_max in boxes:
            bbox = [x_min, y_min, x_max - x_min, y_max - y_min]
            annotations.append(
                dict(id=len(annotations) + 1, image_id=number, category_id=categories[label], bbox=bbox, area=bbox[2] * bbox[3], iscrowd=0)
            )
    return dict(images=images, annotations=annotations, categories=[dict(id=i, name=name) for name, i in categories.items()])


def to_label_studio(exports, target, wanted):
    """What the server keeps of a task that people submitted, and its converter's two exports of that."""
    from label_studio_sdk.converter import Converter
    from label_studio_sdk.label_interface import LabelInterface

    config = (exports / "tasks.config.xml").read_text()
    interface = LabelInterface(config)
    tasks = json.loads((exports / "tasks.json").read_text())
    shared = shared_folder([task["data"]["image"] for task in tasks])
    submitted = []
    for number, task in enumerate(tasks, 1):
        name = task["data"]["image"][len(shared):]
        annotations = []
        if name in wanted:
            width, height, boxes = wanted[name]
            result = []
            for i, (label, x_min, y_min, x_max, y_max) in enumerate(boxes):
                value = dict(x=100 * x_min / width, y=100 * y_min / height, width=100 * (x_max - x_min) / width,
                             height=100 * (y_max - y_min) / height, rotation=0, rectanglelabels=[label])
                region = dict(id=f"r{i}", type="rectanglelabels", from_name="label", to_name="image", original_width=width,
                              original_height=height, image_rotation=0, value=value)
                assert interface.validate_region(region), region
                result.append(region)
            annotations.append(dict(id=number, was_cancelled=False, ground_truth=False, result=result))
        submitted.append(dict(id=number, data=task["data"], annotations=annotations, predictions=task["predictions"]))
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "submitted.json")
        source.write_text(json.dumps(submitted))
        converter = Converter(config, folder, download_resources=False)
        converter.convert_to_json(str(source), str(Path(folder, "json")), is_dir=False)
        shutil.copy(Path(folder, "json", "result.json"), target / "label-studio.json")
        source.write_text(json.dumps([task for task in submitted if task["annotations"]]))
        converter.convert_to_coco(str(source), str(Path(folder, "coco")), output_image_dir=str(Path(folder, "images")), is_dir=False)
        shutil.copy(Path(folder, "coco", "result.json"), target / "label-studio-coco.json")


def to_cvat(exports, target, wanted, images):
    """By datumaro, which reads and writes CVAT's form."""
    import datumaro

    with tempfile.TemporaryDirectory() as folder:
        for name in images:
            image = Path(folder, "images", name)
            image.parent.mkdir(parents=True, exist_ok=True)
            image.touch()
        shutil.copy(exports / "cvat.xml", folder)
        drafts = datumaro.Dataset.import_from(str(Path(folder, "cvat.xml")), "cvat")
        labels = drafts.categories()[datumaro.AnnotationType.label]
        names = [label.name for label in labels]
        stems = {name.rsplit(".", 1)[0]: name for name in wanted}
        items = []
        for item in drafts:
            if item.id in stems:
                width, height, boxes = wanted[stems[item.id]]
                annotations = [datumaro.Bbox(x0, y0, x1 - x0, y1 - y0, label=names.index(label), attributes=dict(occluded=False))
                               for label, x0, y0, x1, y1 in boxes]
                media = datumaro.Image.from_file(path=stems[item.id], size=(height, width))
                items.append(datumaro.DatasetItem(id=item.id, media=media, annotations=annotations))
        people = datumaro.Dataset.from_iterable(items, categories=drafts.categories())
        people.export(str(Path(folder, "out")), "cvat", save_media=False)
        (written,) = Path(folder, "out").glob("*.xml")
        shutil.copy(written, target / "cvat.xml")


def to_fiftyone(exports, target, wanted):
    """By FiftyOne's exporters alone: a dataset of it would need its database."""
    os.environ["FIFTYONE_DO_NOT_TRACK"] = "true"
    from fiftyone.core.labels import Detection, Detections
    from fiftyone.core.metadata import ImageMetadata
    from fiftyone.utils.coco import COCODetectionDatasetExporter
    from fiftyone.utils.data.exporters import FiftyOneImageDetectionDatasetExporter

    paths = json.loads((exports / "fiftyone" / "data.json").read_text())
    shared = shared_folder(list(paths.values()))
    names = json.loads((exports / "fiftyone" / "labels.json").read_text())["classes"]
    for folder, kind, more in (("fiftyone", FiftyOneImageDetectionDatasetExporter, {}), ("coco", COCODetectionDatasetExporter, {})):
        with kind(export_dir=str(target / folder), export_media=folder == "fiftyone", classes=names, **more) as exporter:
            for path in paths.values():
                name = path[len(shared):]
                if name in wanted:
                    width, height, boxes = wanted[name]
                    found = Detections(detections=[
                        Detection(label=label, bounding_box=[x0 / width, y0 / height, (x1 - x0) / width, (y1 - y0) / height])
                        for label, x0, y0, x1, y1 in boxes
                    ])
                    exporter.export_sample(path, found, metadata=ImageMetadata(width=width, height=height))
    shutil.copy(target / "coco" / "labels.json", target / "fiftyone-coco.json")
    shutil.rmtree(target / "coco")


def main(labels, exports, target):
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    drafts = table(labels)
    names = json.loads((exports / "fiftyone" / "labels.json").read_text())["classes"]
    seen = list(drafts)[:-UNTOUCHED]
    wanted = {name: (*drafts[name][:2], corrected(drafts[name][2], *drafts[name][:2])) for name in seen}
    (target / "truth.json").write_text(json.dumps(truth(wanted, names)))
    to_label_studio(exports, target, wanted)
    to_cvat(exports, target, wanted, list(drafts))
    to_fiftyone(exports, target, wanted)
    print(f"{len(wanted)} images, {sum(len(boxes) for *_, boxes in wanted.values())} boxes:", ", ".join(sorted(p.name for p in target.iterdir())))


def same(files):
    """Evaluations of the same labels by each tool's export of one truth."""
    numbers = {Path(file).stem: json.loads(Path(file).read_text()) for file in files}
    first, *others = numbers
    keys = [key for key, value in numbers[first].items() if isinstance(value, (int, float))]
    for other in others:
        for key in keys:
            assert abs(numbers[first][key] - numbers[other][key]) < 1e-3, (other, key, numbers[first][key], numbers[other][key])
    print(f"evaluations: {', '.join(numbers)} agree in {len(keys)} numbers")


if __name__ == "__main__":
    if sys.argv[1] == "--same":
        same(sys.argv[2:])
    else:
        main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
