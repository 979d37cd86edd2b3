"""What the AP of the published DEIMv2-Atto on COCO128 hangs on: how its images are resized.

usage: python spark-job/bench/python/resized_ap.py CHECKPOINT IMAGES ANNOTATIONS

Runs the authors' network on images that are resized in each of the ways that are around, and prints pycocotools' figures. Boxes are
the best 100 of an image, or, as the authors' evaluation has it, the best 300, of which pycocotools takes 100 a category. Needs
requirements-runtimes.txt and pycocotools.
"""

import argparse
import contextlib
import io
import json
import pathlib

import torch
from PIL import Image
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from runtimes_peer import as_published
from torchvision.transforms.v2 import functional
from transformers import AutoImageProcessor, AutoModelForObjectDetection

SIZE = [320, 320]


def bilinear(image, dtype):
    pixels = functional.pil_to_tensor(image)[None].to(dtype)
    return torch.nn.functional.interpolate(pixels, size=SIZE, mode="bilinear", antialias=True)


def ways(checkpoint):
    processor = AutoImageProcessor.from_pretrained(checkpoint)
    return {
        "Pillow, as the authors' evaluation": lambda image: functional.pil_to_tensor(functional.resize(image, SIZE))[None] / 255,
        "PyTorch's kernel for bytes, as boxmill": lambda image: bilinear(image, torch.uint8) / 255,
        "floats, not rounded": lambda image: bilinear(image, torch.float32) / 255,
        "floats, rounded": lambda image: bilinear(image, torch.float32).round().clamp(0, 255) / 255,
        "transformers' processor, on this CPU": lambda image: processor(images=image, return_tensors="pt")["pixel_values"],
    }


def found(model, pixels, size, most):
    out = model(pixel_values=pixels)
    classes = out.logits.shape[-1]
    scores, index = out.logits.sigmoid().flatten(1).topk(most, dim=1)
    boxes = out.pred_boxes[0, index[0] // classes] * torch.tensor([*size, *size])
    boxes[:, :2] -= boxes[:, 2:] / 2
    return zip(scores[0].tolist(), (index[0] % classes).tolist(), boxes.tolist())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint")
    parser.add_argument("images", type=pathlib.Path)
    parser.add_argument("annotations", type=pathlib.Path)
    options = parser.parse_args()
    model = as_published(AutoModelForObjectDetection.from_pretrained(options.checkpoint).eval())
    pictures = json.loads(options.annotations.read_text())["images"]
    print("| resized by | AP, best 100 | AP50 | AP75 | AP, best 300 |\n|---|---:|---:|---:|---:|")
    for name, resize in ways(options.checkpoint).items():
        results = {100: [], 300: []}
        for picture in pictures:
            image = Image.open(options.images / picture["file_name"]).convert("RGB")
            with torch.inference_mode():
                boxes = list(found(model, resize(image), image.size, 300))
            for most, kept in results.items():
                kept += [{"image_id": picture["id"], "category_id": label, "score": score, "bbox": box} for score, label, box in boxes[:most]]
        few, many = (figures(options.annotations, kept) for kept in results.values())
        print(f"| {name} | {few[0]:.4f} | {few[1]:.4f} | {few[2]:.4f} | {many[0]:.4f} |", flush=True)


def figures(annotations, results):
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO(str(annotations))
        evaluation = COCOeval(truth, truth.loadRes(results), "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return evaluation.stats


if __name__ == "__main__":
    main()
