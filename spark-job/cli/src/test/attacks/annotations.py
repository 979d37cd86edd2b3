"""Ground truth as annotation tools export it."""

import gzip
import json


def labeled(lab):
    if not hasattr(lab, "labels"):
        lab.labels = lab.folder() / "labels"
        lab.label(lab.scene, output=lab.labels)
    return lab.labels


def truth(lab, name=None, ids=int):
    """The labels that boxmill made, as annotations: AP 1."""
    row = lab.expected()
    names = class_names(lab)
    used = sorted({int(box[5]) for box in row.boxes if box[0] > 0.5})
    boxes = [box for box in row.boxes if box[0] > 0.5]
    return {
        "images": [{"id": ids(7), "file_name": lab.scene.name, "width": row.width, "height": row.height}],
        "categories": [{"id": ids(label), "name": name or names[label]} for label in used],
        "annotations": [
            {"id": ids(i + 1), "image_id": ids(7), "category_id": ids(int(box[5])), "iscrowd": 0, "area": (box[3] - box[1]) * (box[4] - box[2]),
             "bbox": [box[1], box[2], box[3] - box[1], box[4] - box[2]]} for i, box in enumerate(boxes)],
    }


def class_names(lab):
    import duckdb
    return dict(duckdb.sql(f"select distinct b.label_id, b.label from (select unnest(boxes) b from '{labeled(lab)}/*.parquet')").fetchall())


def evaluate(lab, content, *options, name="truth.json"):
    folder = lab.folder()
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    reply = lab.boxmill.run("evaluate", "--labels", labeled(lab), "--ground-truth", path, "--json", folder / "numbers.json", *options)
    numbers = (folder / "numbers.json").read_text() if (folder / "numbers.json").exists() else ""
    return reply, numbers


def forms(lab, survived):
    _, expected = evaluate(lab, truth(lab))
    survived("COCO's form", expected, "no numbers")
    root = truth(lab)
    root["categories"].insert(0, {"id": 0 if all(c["id"] for c in root["categories"]) else 99, "name": "shapes", "supercategory": "none"})
    more = truth(lab)
    more["images"][0] |= {"date_captured": None, "license": "x", "extra": {"fields": [1]}}
    forms = {"ids as text": truth(lab, ids=str), "Roboflow's root": root, "more keys": more, "gzip": gzip.compress(json.dumps(truth(lab)).encode()),
             "with a byte order mark": b"\xef\xbb\xbf" + json.dumps(truth(lab)).encode()}
    for name, content in forms.items():
        reply, numbers = evaluate(lab, content, name="truth.json.gz" if name == "gzip" else "truth.json")
        survived(name, numbers and (numbers == expected or json.loads(numbers).keys() == json.loads(expected).keys()), reply)


def refused(lab, survived):
    broken = truth(lab)
    broken["annotations"][0]["image_id"] = 12345
    negative = truth(lab)
    negative["annotations"][0]["bbox"] = ["a", 0, 1, 1]
    reply, numbers = evaluate(lab, broken)
    survived("an annotation of an unknown image", numbers and "left out" in reply.said, reply)
    for name, content in {"no class fits": truth(lab, name="zebra"), "a box of text": negative,
                          "not JSON": b"{", "an empty file": b"", "a list": b"[1]"}.items():
        reply, numbers = evaluate(lab, content)
        survived(name, reply.exit == 2 and not numbers and "\tat " not in reply.said, reply)


def more_forms(lab, survived):
    def changed(change):
        content = truth(lab)
        change(content)
        return content

    def empty_image(content):
        content["images"].append({"id": 8, "file_name": "other.png", "width": 10, "height": 10})

    forms = {
        "floats as ids": changed(lambda c: [c["images"][0].update(id=7.0), [a.update(image_id=7.0) for a in c["annotations"]]]),
        "folders in file names": changed(lambda c: c["images"][0].update(file_name=f"train/images/{lab.scene.name}")),
        "backslashes in file names": changed(lambda c: c["images"][0].update(file_name=f"train\\{lab.scene.name}")),
        "no areas, no crowds": changed(lambda c: [[a.pop("area"), a.pop("iscrowd")] for a in c["annotations"]]),
        "no ids of annotations": changed(lambda c: [a.pop("id") for a in c["annotations"]]),
        "polygons beside boxes": changed(lambda c: [a.update(segmentation=[[0, 0, 1, 1, 2, 2]]) for a in c["annotations"]]),
        "masks beside boxes": changed(lambda c: [a.update(segmentation={"counts": "abc", "size": [1, 1]}) for a in c["annotations"]]),
        "large ids": changed(lambda c: [c["images"][0].update(id=2**53 + 1), [a.update(image_id=2**53 + 1) for a in c["annotations"]]]),
        "an image of the truth without a row": changed(empty_image),
        "a box of no area more": changed(lambda c: c["annotations"].append(c["annotations"][0] | {"id": 999, "bbox": [1, 1, 0, 0], "area": 0})),
        "the same category twice": changed(lambda c: c["categories"].append(dict(c["categories"][0]))),
        "blanks around class names": changed(lambda c: [k.update(name=f" {k['name']} ") for k in c["categories"]]),
        "UTF-16": json.dumps(truth(lab)).encode("utf-16"),
        "NaN in a box": json.dumps(changed(lambda c: c["annotations"][0].update(bbox=[float("nan"), 0, 1, 1]))).encode(),
        "a null box": changed(lambda c: c["annotations"][0].update(bbox=None)),
        "no categories": changed(lambda c: c.pop("categories")),
        "no annotations": changed(lambda c: c.update(annotations=[])),
    }
    for name, content in forms.items():
        reply, numbers = evaluate(lab, content)
        survived(name, (numbers or reply.exit == 2 and "Cannot" in reply.said) and "\tat " not in reply.said and "Exception" not in reply.said, reply)


ATTACKS = [forms, refused, more_forms]
