"""The sahi package around boxmill's network, for `boxmill bench tiles`, which starts it.

usage: ./boxmill bench tiles --peer "python spark-job/bench/python/sahi_peer.py"

    pip install sahi==0.12.8 torch==2.7.1 safetensors transformers==4.57.1

The first argument is a folder with the network as a TorchScript archive, its weights and settings; the second one a folder of
scenes. Two networks are in sahi's hands: the detector as its users have it, in transformers through sahi's own model, and boxmill's
program. Prints JSON: for each, with one slice at a time (sahi's default) and with eight, seconds of all pictures, from their files
to joined boxes, and a file of COCO results. The network is loaded, and one picture is done, before the clock runs.
"""

import json
import pathlib
import sys
import time

import numpy as np
import torch
from safetensors.torch import load_file
from sahi import AutoDetectionModel
from sahi.models.base import DetectionModel
from sahi.predict import get_sliced_prediction
from sahi.prediction import ObjectPrediction


class Network(DetectionModel):
    """boxmill's program, called as boxmill calls it: slices are resized by it, and batched where sahi gives several."""

    def __init__(self, folder, settings):
        self.settings = settings
        self.tables = {}
        module = torch.jit.load(folder / "network.pt", map_location="cpu")
        for name, weight in load_file(folder / "weights.safetensors").items():
            module.take(name, weight)
        module.prepare()
        names = settings["names"]
        super().__init__(model=module, confidence_threshold=settings["min-score"], device="cpu", category_mapping=names, load_at_init=True)

    def load_model(self):
        pass

    def set_model(self, model, **kwargs):
        self.model = model

    def perform_inference(self, image):
        self.perform_batch_inference([image])

    def perform_batch_inference(self, images):
        size = torch.tensor([self.settings["height"], self.settings["width"]], dtype=torch.float32)
        there = torch.empty(0)
        inputs = {
            str(i): self.model.resize_picture({"image": torch.from_numpy(image), "size": size, "there": there})["image"]
            for i, image in enumerate(images)
        }
        found = self.model.detect_pictures(inputs | self.tables.get(len(images), {}))
        self.tables.setdefault(len(images), {name: table for name, table in found.items() if name.startswith("table.")})
        self._original_predictions = [
            (logits, boxes, image.shape) for logits, boxes, image in zip(found["logits"].sigmoid(), found["boxes"], images)
        ]
        self._original_shapes = [image.shape for image in images]

    def _create_object_prediction_list_from_original_predictions(self, shift_amount_list=[[0, 0]], full_shape_list=None):
        if not isinstance(shift_amount_list[0], list):
            shift_amount_list = [shift_amount_list]
        if full_shape_list is not None and not isinstance(full_shape_list[0], list):
            full_shape_list = [full_shape_list]
        self._object_prediction_list_per_image = [
            self.predictions(*one, shift, full_shape_list[i] if full_shape_list else None)
            for i, (one, shift) in enumerate(zip(self._original_predictions, shift_amount_list))
        ]

    def predictions(self, scores, boxes, shape, shift, full_shape):
        height, width = shape[:2]
        best, places = scores.flatten().topk(min(self.settings["limit"], scores.numel()))
        kept = best > self.confidence_threshold
        best, places = best[kept], places[kept]
        labels, queries = places % scores.shape[1], places // scores.shape[1]
        cx, cy, w, h = boxes[queries].unbind(-1)
        scale = torch.tensor([width, height, width, height])
        corners = (torch.stack([cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2], -1) * scale).clamp(min=0).minimum(scale).tolist()
        return [
            ObjectPrediction(bbox=box, category_id=label, category_name=self.category_mapping[str(label)], score=score, shift_amount=shift, full_shape=full_shape)
            for box, label, score in zip(corners, labels.tolist(), best.tolist())
            if box[2] > box[0] and box[3] > box[1]
        ]


def predict(network, file, settings, batch):
    return get_sliced_prediction(
        str(file), network, slice_height=settings["side"], slice_width=settings["side"], overlap_height_ratio=settings["overlap"],
        overlap_width_ratio=settings["overlap"], perform_standard_pred=settings["full"], postprocess_type=settings["join"],
        postprocess_match_metric=settings["match"], postprocess_match_threshold=settings["threshold"], verbose=0, batch_size=batch,
        force_postprocess_type=True,
    ).object_prediction_list


def in_transformers(settings):
    return AutoDetectionModel.from_pretrained(
        model_type="huggingface", model_path=settings["directory"], confidence_threshold=settings["min-score"], device="cpu")


def side(title, network, scenes, settings, batch, folder):
    truth = json.loads((scenes / "annotations.json").read_text())
    category = {one["name"]: one["id"] for one in truth["categories"]}
    predict(network, scenes / "images" / truth["images"][0]["file_name"], settings, batch)
    results = []
    start = time.perf_counter()
    for image in truth["images"]:
        found = predict(network, scenes / "images" / image["file_name"], settings, batch)
        results += [
            {"image_id": image["id"], "category_id": category[p.category.name], "bbox": np.array(p.bbox.to_xywh()).tolist(), "score": p.score.value}
            for p in found
        ]
    seconds = time.perf_counter() - start
    name = f"results-{title}-{batch}.json"
    (folder / name).write_text(json.dumps(results))
    return {"title": f"`sahi` around {title}, {batch} slice{'s' if batch > 1 else ''} at a time", "seconds": seconds, "results": name}


def main():
    folder, scenes = map(pathlib.Path, sys.argv[1:3])
    settings = json.loads((folder / "settings.json").read_text())
    torch.set_num_threads(settings["threads"])
    with torch.inference_mode(), torch.jit.optimized_execution(False):
        networks = {"transformers": in_transformers(settings), "boxmill's program": Network(folder, settings)}
        print(json.dumps([side(*one, scenes, settings, batch, folder) for one in networks.items() for batch in (1, 8)]))


if __name__ == "__main__":
    main()
