"""What transformers' processor of RF-DETR makes of an image: resized without antialiasing, as floats.

usage: make_preprocessing_rf_detr.py OUT_DIR        (the resources beside TestPicturePreprocessor, where rgb.ppm is)
Made with the packages of requirements-5.txt.
rfdetr_FILTER.f32   pixel_values (3, 21, 17) of rgb.ppm, float32 little-endian
"""
import sys
from pathlib import Path

import numpy as np
from PIL import Image
from transformers import RfDetrImageProcessor

OUT = Path(sys.argv[1])
PICTURE = Image.open(OUT / "rgb.ppm").convert("RGB")

for name, resample in (("bilinear", 2), ("bicubic", 3)):
    processor = RfDetrImageProcessor(size={"height": 21, "width": 17}, resample=resample)
    values = np.asarray(processor(PICTURE, return_tensors="np")["pixel_values"][0])
    values.astype("<f4").tofile(OUT / f"rfdetr_{name}.f32")
