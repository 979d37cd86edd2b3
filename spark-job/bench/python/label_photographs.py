"""A sheet of real photographs with a detector's boxes: pictures that scikit-image ships and whose licence lets anyone publish them.

usage: python spark-job/bench/python/label_photographs.py CHECKPOINT SHEET.jpg [--min-score 0.4]

CHECKPOINT is what `./boxmill label --detector` takes, of classes as COCO names them.
"""

import argparse
import colorsys
import pathlib
import subprocess
import tempfile
import zlib

import duckdb
import skimage.data
from PIL import Image, ImageDraw, ImageFont

ROOT = pathlib.Path(__file__).resolve().parents[3]
# Public domain: astronaut (NASA), rocket (SpaceX). CC0: coffee (Rachel Michetti), camera (Lav Varshney), chelsea (Stefan van der Walt).
NAMES = ["astronaut", "coffee", "camera", "chelsea", "rocket"]
HEIGHT, GAP, COLUMNS = 300, 6, 3


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint")
    parser.add_argument("sheet", type=pathlib.Path)
    parser.add_argument("--min-score", type=float, default=0.4)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        photographs = pathlib.Path(folder) / "photographs"
        photographs.mkdir()
        for name in NAMES:
            Image.fromarray(getattr(skimage.data, name)()).convert("RGB").save(photographs / f"{name}.png")
        labels = pathlib.Path(folder) / "labels"
        subprocess.run(
            [ROOT / "boxmill", "label", "--input", photographs, "--output", labels, "--detector", options.checkpoint,
             "--refiner", "none", "--min-score", str(options.min_score)], check=True)
        rows = duckdb.sql(f"select image_uri, boxes from read_parquet('{labels}/*.parquet') where status = 'ok'").fetchall()
        boxes = {pathlib.PurePath(uri).stem: found for uri, found in rows}
        pictures = [drawn(Image.open(photographs / f"{name}.png"), boxes[name]) for name in NAMES]
    sheet(pictures).save(options.sheet, quality=82, optimize=True)
    for name in NAMES:
        print(f"{name}: " + ", ".join(f"{box['label']} {box['score']:.2f}" for box in boxes[name]))
    print(f"{options.sheet}: {options.sheet.stat().st_size // 1024} KB")


def drawn(picture, boxes):
    """The picture at the sheet's height, best boxes on top."""
    scale = HEIGHT / picture.height
    picture = picture.resize((round(picture.width * scale), HEIGHT), Image.Resampling.LANCZOS)
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(13)
    for box in sorted(boxes, key=lambda box: box["score"]):
        corners = [box[side] * scale for side in ("x_min", "y_min", "x_max", "y_max")]
        text = f"{box['label']} {box['score']:.2f}"
        draw.rectangle(corners, outline=color(box["label"]), width=3)
        left, top = max(0, corners[0]), max(0, corners[1])
        draw.rectangle([left, top, left + draw.textlength(text, font) + 6, top + 17], fill=color(box["label"]))
        draw.text((left + 3, top + 1), text, fill="black", font=font)
    return picture


def color(label):
    return tuple(round(255 * part) for part in colorsys.hsv_to_rgb(zlib.crc32(label.encode()) % 360 / 360, 0.6, 1))


def sheet(pictures):
    rows = [pictures[i:i + COLUMNS] for i in range(0, len(pictures), COLUMNS)]
    width = max(sum(picture.width + GAP for picture in row) - GAP for row in rows)
    all_rows = Image.new("RGB", (width, len(rows) * (HEIGHT + GAP) - GAP), "white")
    for i, row in enumerate(rows):
        x = 0
        for picture in row:
            all_rows.paste(picture, (x, i * (HEIGHT + GAP)))
            x += picture.width + GAP
    return all_rows


if __name__ == "__main__":
    main()
