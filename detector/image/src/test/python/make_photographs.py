"""Writes photographs as files of many formats, with what Pillow sees in them (NAME.ppm), for BenchDecoders.

usage: make_photographs.py OUT_DIR
Made with Pillow 13.0.0 and the photographs that scikit-image 0.26 carries.
"""
import sys
from pathlib import Path

import skimage
from PIL import Image

OUT = Path(sys.argv[1])
OUT.mkdir(parents=True, exist_ok=True)
DATA = Path(skimage.__file__).parent / "data"


def photograph(name, size):
    return Image.open(DATA / name).convert("RGB").resize(size, Image.Resampling.BICUBIC)


for i, name in enumerate(["motorcycle_left.png", "coffee.png", "astronaut.png", "rocket.jpg", "retina.jpg"]):
    photograph(name, (640, 480)).save(OUT / f"photograph{i}.jpg", quality=90)
street = photograph("motorcycle_left.png", (640, 480))
street.save(OUT / "progressive.jpg", quality=90, progressive=True)
street.convert("L").save(OUT / "gray.jpg", quality=90)
street.convert("CMYK").save(OUT / "cmyk.jpg", quality=90)
street.save(OUT / "lossless.png")
street.save(OUT / "lossy.webp", quality=85)
street.save(OUT / "lossless.webp", lossless=True)
street.save(OUT / "palette.gif")
street.save(OUT / "raw.bmp")
street.save(OUT / "lzw.tif", compression="tiff_lzw")
photograph("motorcycle_left.png", (4000, 3000)).save(OUT / "twelve_megapixels.jpg", quality=90)
for file in sorted(OUT.iterdir()):
    if file.suffix != ".ppm":
        Image.open(file).convert("RGB").save(str(file) + ".ppm")
