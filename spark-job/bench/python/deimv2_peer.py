"""Fine-tunes a DEIMv2 over HGNetV2 with its authors' modules and losses, and writes a directory that boxmill loads: beside `train-detector`.

    git clone https://github.com/Intellindust-AI-Lab/DEIMv2           (read at commit 0fff8d4)
    pip install torch==2.7.1 torchvision==0.22.1 safetensors pillow
    deimv2_peer.py DEIMv2 DETECTOR_DIR IMAGES_DIR ANNOTATIONS OUTPUT_DIR [--epochs 20] [--batch 8] [--seed 0] ...

Classes are learned anew, with --from-nothing all weights. Every second image is mirrored (--no-flip: none), all are resized as the
detector's processor says, and none is cropped or mixed; rates warm up and fall along a cosine; what is written is the exponential
average of all steps' weights and statistics. Prints each epoch's mean loss and the time.
"""

import argparse
import json
import math
import pathlib
import re
import shutil
import sys
import time

import torch
import torchvision
from PIL import Image
from safetensors.torch import load_file, save_file
from torch import nn

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.append(str(ROOT / "detector/detr/src/test/python"))
import make_golden_fine_training as deimv2  # noqa: E402

LOSSES = dict(loss_mal=1, loss_bbox=5, loss_giou=2, loss_fgl=0.15, loss_ddf=1.5)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("code", "detector", "images", "annotations", "output"):
        parser.add_argument(name, type=pathlib.Path)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--backbone-rate", type=float, default=1e-3)
    parser.add_argument("--warm-up", type=int, default=20)
    parser.add_argument("--ema", type=float, default=0.98)
    parser.add_argument("--clip", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--from-nothing", action="store_true")
    parser.add_argument("--no-flip", action="store_true")
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    images = Images(options.images, json.loads(options.annotations.read_text()), size(options.detector), not options.no_flip)
    detector = Detector(options.code.resolve(), options.detector, images.names, options.from_nothing)
    loader = torch.utils.data.DataLoader(images, options.batch, shuffle=True, collate_fn=lambda batch: tuple(zip(*batch)))
    steps = options.epochs * len(loader)
    optimizer = adamw(detector.model, options)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1, (step + 1) / options.warm_up) * 0.5 * (1 + math.cos(math.pi * step / steps)))
    average = torch.optim.swa_utils.AveragedModel(
        detector.model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(options.ema), use_buffers=True)
    average.update_parameters(detector.model)
    start = time.perf_counter()
    for epoch in range(1, options.epochs + 1):
        losses = []
        for pixels, truths in loader:
            loss = detector.loss(torch.stack(pixels), list(truths))
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(detector.model.parameters(), options.clip)
            optimizer.step()
            schedule.step()
            average.update_parameters(detector.model)
            losses.append(loss.item())
        print(f"epoch {epoch}: loss {sum(losses) / len(losses):.4f}, {time.perf_counter() - start:.0f} s", flush=True)
    detector.write(average.module, options.output)


def size(directory):
    sides = json.loads((directory / "preprocessor_config.json").read_text())["size"]
    return sides["height"], sides["width"]


class Images(torch.utils.data.Dataset):
    """Pictures from 0 to 1, and the objects' classes and boxes (cxcywh, as shares)."""

    def __init__(self, folder, truth, size, flip):
        self.folder, self.size, self.flip, self.images = folder, size, flip, truth["images"]
        self.names = {index: category["name"] for index, category in enumerate(truth["categories"])}
        self.index = {category["id"]: index for index, category in enumerate(truth["categories"])}
        self.objects = {image["id"]: [] for image in self.images}
        for annotation in truth["annotations"]:
            self.objects[annotation["image_id"]].append(annotation)

    def __len__(self):
        return len(self.images)

    def __getitem__(self, number):
        image = self.images[number]
        picture = Image.open(self.folder / image["file_name"]).convert("RGB")
        objects = self.objects[image["id"]]
        corners = torch.tensor([object["bbox"] for object in objects]).reshape(-1, 4)
        boxes = torchvision.ops.box_convert(corners, "xywh", "cxcywh") / torch.tensor([image["width"], image["height"]] * 2)
        pixels = torchvision.transforms.functional.to_tensor(torchvision.transforms.functional.resize(picture, self.size))
        if self.flip and torch.rand(()) < 0.5:
            pixels, boxes = pixels.flip(-1), torch.cat([1 - boxes[:, :1], boxes[:, 1:]], 1)
        return pixels, {"labels": torch.tensor([self.index[object["category_id"]] for object in objects], dtype=torch.long), "boxes": boxes}


class Detector:
    """The authors' network with a checkpoint's weights, but for what depends on the classes."""

    def __init__(self, code, directory, names, from_nothing):
        authors = deimv2.modules("deimv2", code)
        self.directory = directory
        self.config = json.loads((directory / "config.json").read_text())
        before, self.shared = len(self.config["id2label"]), self.config["share_bbox_head"]
        self.config["id2label"] = {str(index): name for index, name in names.items()}
        self.config["label2id"] = {name: index for index, name in names.items()}
        stored = load_file(directory / "model.safetensors")
        stored = {name: tensor for name, tensor in stored.items() if not name.endswith("num_batches_tracked")}
        self.stored = {name: classes(name, tensor, before, len(names)) for name, tensor in stored.items()}
        self.model = nn.ModuleDict(dict(
            backbone=deimv2.hgnet(authors, self.config), encoder=deimv2.encoder_of(authors, "deimv2", self.config),
            decoder=deimv2.decoder_of(authors, "deimv2", self.config)))
        own = self.model.state_dict()
        kept = {name: tensor for name, tensor in self.stored.items() if tensor is stored[name]}
        kept = {} if from_nothing else deimv2.authors_names(kept, "deimv2", self.shared)
        self.model.load_state_dict({name: tensor.reshape(own[name].shape) for name, tensor in kept.items()}, strict=False)
        self.model.train()
        matcher = authors.matcher.HungarianMatcher(
            dict(cost_class=2, cost_bbox=5, cost_giou=2), use_focal_loss=True, alpha=0.25, gamma=2.0)
        local = self.config.get("encoder_type") != "lite"
        self.criterion = authors.criterion.DEIMCriterion(
            matcher, LOSSES, num_classes=len(names), reg_max=self.config["max_num_bins"], alpha=0.75, gamma=1.5,
            losses=["mal", "boxes", "local"] if local else ["mal", "boxes"], use_uni_set=local)

    def loss(self, pixels, truths):
        model = self.model
        return sum(self.criterion(model["decoder"](model["encoder"](model["backbone"](pixels)), truths), truths).values())

    def write(self, model, output):
        output.mkdir(parents=True, exist_ok=True)
        shutil.copy(self.directory / "preprocessor_config.json", output)
        (output / "config.json").write_text(json.dumps(self.config, indent=2))
        values = {name: tensor for name, tensor in model.state_dict().items() if "num_batches" not in name and tensor.is_floating_point()}
        traced = deimv2.authors_names(self.stored, "deimv2", self.shared)
        values = {name: tensor for name, tensor in values.items() if name in traced}
        found = deimv2.by_stored_name(values, self.stored, "deimv2", self.shared)
        save_file({name: tensor.contiguous() for name, tensor in found.items()}, output / "model.safetensors", {"format": "pt"})


def classes(name, tensor, before, now):
    """A tensor of another number of classes; one that has no classes as it is."""
    if re.search(r"(class_embed(\.\d+)?|enc_score_head)\.(weight|bias)$", name) and tensor.shape[0] - before in (0, 1):
        return torch.zeros(tensor.shape[0] - before + now, *tensor.shape[1:])
    return tensor


def adamw(model, options):
    """The groups of the authors' configuration."""
    groups = {}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            rate = options.backbone_rate if name.startswith("backbone") else options.rate
            decay = 0.0 if re.search("norm|bn", name) else 1e-4
            groups.setdefault((rate, decay), []).append(parameter)
    return torch.optim.AdamW([dict(params=of, lr=rate, weight_decay=decay) for (rate, decay), of in groups.items()], lr=options.rate)


if __name__ == "__main__":
    main()
