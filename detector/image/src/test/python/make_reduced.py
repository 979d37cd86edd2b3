"""What Pillow's draft mode, libjpeg's scaled decoding, sees in the JPEGs of make_images.py: golden files of TestScaledReading.

usage: pip install pillow && python make_reduced.py ../resources/dev/boxmill/image
"""

import pathlib
import sys

from PIL import Image, ImageOps

NAMES = ["baseline.jpg", "progressive.jpg", "gray.jpg", "s411.jpg", "s422.jpg", "turn6.jpg", "turn7.jpg"]


def main():
    folder = pathlib.Path(sys.argv[1])
    (folder / "reduced").mkdir(exist_ok=True)
    for name in NAMES:
        for reduction in (2, 4, 8):
            picture = Image.open(folder / "pictures" / name)
            width, height = picture.size
            picture.draft("RGB" if picture.mode != "L" else "L", (width // reduction, height // reduction))
            picture = ImageOps.exif_transpose(picture).convert("RGB")
            picture.save(folder / "reduced" / f"{name}.{reduction}.ppm")


main()
