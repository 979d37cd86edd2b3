"""Puts errors into COCO annotations, and counts how many of them a review finds first.

    python annotation_errors.py put annotations.json wrong.json --share 0.1 --seed 22
    python annotation_errors.py count wrong.json review/table --first 0.2

`put` gives one object of each chosen image one error: its annotation goes, its box moves by about half of its
size, or its class becomes another one, in turn. The file says which images have which error. `count` reads the
table of `boxmill review` and says how many of these images are among the first.
"""

import argparse
import json
import pathlib
import random

ERRORS = ("overlooked", "badly placed", "wrongly named")


def put(truth, share, rng):
    by_image = {}
    for annotation in truth["annotations"]:
        by_image.setdefault(annotation["image_id"], []).append(annotation)
    images = sorted(by_image)
    chosen = rng.sample(images, max(1, round(share * len(truth["images"]))))
    names = {image["id"]: image["file_name"] for image in truth["images"]}
    categories = [category["id"] for category in truth["categories"]]
    errors, dropped = {}, set()
    for number, image in enumerate(chosen):
        error = ERRORS[number % len(ERRORS)]
        annotation = rng.choice(by_image[image])
        if error == "overlooked":
            dropped.add(annotation["id"])
        elif error == "badly placed":
            x, y, width, height = annotation["bbox"]
            annotation["bbox"] = [
                max(0, x + rng.choice((-1, 1)) * rng.uniform(0.4, 0.6) * width),
                max(0, y + rng.choice((-1, 1)) * rng.uniform(0.4, 0.6) * height),
                width,
                height,
            ]
        else:
            others = [category for category in categories if category != annotation["category_id"]]
            annotation["category_id"] = rng.choice(others)
        errors[names[image]] = error
    truth["annotations"] = [one for one in truth["annotations"] if one["id"] not in dropped]
    truth["info"] = {"errors": errors}
    return truth


def count(truth, table, first):
    import pyarrow.parquet

    rows = pyarrow.parquet.read_table(table).to_pylist()
    rows.sort(key=lambda row: (row["annotation_quality"], row["image_uri"]))
    errors = truth["info"]["errors"]
    seen = {row["image_uri"].rsplit("/", 1)[-1] for row in rows[: round(first * len(rows))]}
    print(f"{len(rows)} images, {len(errors)} with an error; among the first {first:.0%}:")
    for error in (*ERRORS, "all"):
        of = [name for name, kind in errors.items() if error in (kind, "all")]
        print(f"  {error:14} {sum(name in seen for name in of)} of {len(of)}")


def main():
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command", required=True)
    putting = commands.add_parser("put")
    putting.add_argument("annotations", type=pathlib.Path)
    putting.add_argument("wrong", type=pathlib.Path)
    putting.add_argument("--share", type=float, default=0.1)
    putting.add_argument("--seed", type=int, default=22)
    counting = commands.add_parser("count")
    counting.add_argument("wrong", type=pathlib.Path)
    counting.add_argument("table", type=pathlib.Path)
    counting.add_argument("--first", type=float, default=0.2)
    given = parser.parse_args()
    if given.command == "put":
        truth = json.loads(given.annotations.read_text())
        given.wrong.write_text(json.dumps(put(truth, given.share, random.Random(given.seed))))
    else:
        count(json.loads(given.wrong.read_text()), given.table, given.first)


if __name__ == "__main__":
    main()
