"""What Hugging Face's own pipeline finds in each picture of a folder, as JSON: the other side of the parity check.

usage: pipeline_labels.py IMAGES_DIR CHECKPOINT_DIR OUTPUT.json [--pixels DIR]
Every query's best class and box, no threshold, float32, one image a batch. With --pixels it also reads DIR/NAME.png, the
pixels as another decoder saw them, so that a difference can be split into decoding and the rest.
"""

import argparse
import json
import pathlib

import torch
from PIL import Image, ImageOps
from transformers import AutoImageProcessor, AutoModelForObjectDetection


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("images", type=pathlib.Path)
    parser.add_argument("checkpoint")
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--pixels", type=pathlib.Path)
    options = parser.parse_args()
    model = AutoModelForObjectDetection.from_pretrained(options.checkpoint).eval()
    processor = AutoImageProcessor.from_pretrained(options.checkpoint)
    found = {}
    for path in sorted(options.images.iterdir()):
        source = options.pixels / (path.name + ".png") if options.pixels else path
        image = ImageOps.exif_transpose(Image.open(source)).convert("RGB")
        inputs = processor(images=[image], return_tensors="pt")
        with torch.inference_mode():
            out = model(**inputs)
        result = processor.post_process_object_detection(out, threshold=0.0, target_sizes=[image.size[::-1]])[0]
        found[path.name] = {key: result[key].tolist() for key in ("scores", "labels", "boxes")}
    options.output.write_text(json.dumps(found))


if __name__ == "__main__":
    main()
