"""The training of a RefineBox as a user of PyTorch writes it, over a frozen RT-DETR of transformers.

usage: refiner_peer.py DETECTOR_DIR SCENES_DIR START_WEIGHTS [--epochs 1] [--batch 16] [--held-out 0.01]
SCENES_DIR is what `boxmill scenes` drew; images, batches, losses and optimizer are those of `boxmill train-refiner`, which leaves
the same images out. Prints the images that it trained on, and each epoch's mean loss of a box.
"""

import argparse
import json
import pathlib
import sys
import zlib

import torch
import torchvision
from PIL import Image
from safetensors.torch import load_file
from torch import nn
from transformers import AutoImageProcessor, AutoModelForObjectDetection
from transformers.loss.loss_rt_detr import RTDetrHungarianMatcher

CHANNELS, STEPS, STRIDES = 64, 3, (4, 8, 16, 32)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("detector")
    parser.add_argument("scenes", type=pathlib.Path)
    parser.add_argument("start")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--held-out", type=float, default=0.01)
    options = parser.parse_args()
    detector = Detector(options.detector)
    scenes = Scenes(options.scenes, AutoImageProcessor.from_pretrained(options.detector), options.held_out)
    loader = torch.utils.data.DataLoader(scenes, options.batch, shuffle=True, collate_fn=lambda batch: tuple(zip(*batch)))
    start = load_file(options.start)
    refiner = RefineBox([start[f"channel_mapper.fpn_lateral{level}.weight"].shape[1] for level in (2, 3, 4, 5)])
    refiner.load_state_dict(start)
    optimizer = adamw(refiner)
    print(f"{len(scenes)} images to train on")
    for epoch in range(1, options.epochs + 1):
        print(f"epoch {epoch}: loss {train(detector, refiner, optimizer, loader):.4f}", flush=True)


class Scenes(torch.utils.data.Dataset):
    """Images with objects, as the detector takes them, and the objects' classes and boxes (cxcywh, as shares)."""

    def __init__(self, folder, processor, held_out):
        self.folder, self.processor = folder / "images", processor
        truth = json.loads((folder / "annotations.json").read_text())
        self.objects = {image["id"]: [] for image in truth["images"]}
        for annotation in truth["annotations"]:
            self.objects[annotation["image_id"]].append(annotation)
        self.images = [
            image for image in truth["images"]
            if self.objects[image["id"]] and zlib.crc32(image["file_name"].encode()) >= held_out * 2**32]

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        image = self.images[index]
        picture = Image.open(self.folder / image["file_name"]).convert("RGB")
        pixels = self.processor(images=[picture], return_tensors="pt")["pixel_values"][0]
        objects = self.objects[image["id"]]
        corners = torch.tensor([object["bbox"] for object in objects])
        sides = torch.tensor([image["width"], image["height"]] * 2)
        boxes = torchvision.ops.box_convert(corners, "xywh", "cxcywh") / sides
        return pixels, {"class_labels": torch.tensor([object["category_id"] - 1 for object in objects]), "boxes": boxes}


class Detector:
    """Frozen: what its queries say, and the backbone's maps at strides 4 to 32."""

    def __init__(self, folder):
        self.model = AutoModelForObjectDetection.from_pretrained(folder, dtype=torch.float32).eval().requires_grad_(False)
        self.matcher = RTDetrHungarianMatcher(self.model.config)
        self.maps = {}
        for number, stage in enumerate(self.model.model.backbone.model.encoder.stages):
            stage.register_forward_hook(lambda module, inputs, out, number=number: self.maps.update({number: out}))

    @torch.no_grad()
    def matched(self, pixels, targets):
        """Maps; of each object the box that the detector's matcher gives it, its own box, and its image."""
        out = self.model(pixel_values=pixels)
        pairs = self.matcher({"logits": out.logits, "pred_boxes": out.pred_boxes}, targets)
        boxes = torch.cat([out.pred_boxes[image][query] for image, (query, _) in enumerate(pairs)])
        truth = torch.cat([target["boxes"][object] for target, (_, object) in zip(targets, pairs)])
        images = torch.cat([torch.full((len(query),), image) for image, (query, _) in enumerate(pairs)])
        return [self.maps[number] for number in range(4)], boxes, truth, images


def train(detector, refiner, optimizer, loader):
    total = count = 0
    for pixels, targets in loader:
        pixels = torch.stack(pixels)
        maps, boxes, truth, images = detector.matched(pixels, targets)
        loss = sum(box_loss(moved, truth) for moved in refiner(maps, boxes, images, pixels.shape[-2:]))
        optimizer.zero_grad()
        (loss / len(boxes)).backward()
        nn.utils.clip_grad_norm_(refiner.parameters(), 0.1)
        optimizer.step()
        total, count = total + loss.item(), count + len(boxes)
    return total / count


def box_loss(boxes, truth):
    corners = [torchvision.ops.box_convert(some, "cxcywh", "xyxy") for some in (boxes, truth)]
    return 5 * (boxes - truth).abs().sum() + 2 * torchvision.ops.generalized_box_iou_loss(*corners, reduction="sum")


def adamw(refiner):
    norms = [p for module in refiner.modules() if isinstance(module, (nn.GroupNorm, nn.LayerNorm)) for p in module.parameters()]
    others = [p for p in refiner.parameters() if all(p is not norm for norm in norms)]
    return torch.optim.AdamW([{"params": others}, {"params": norms, "weight_decay": 0.0}], lr=1e-4, weight_decay=1e-4)


class Bottleneck(nn.Module):
    def __init__(self):
        super().__init__()
        for number, size in enumerate((1, 3, 1), 1):
            conv = nn.Conv2d(CHANNELS, CHANNELS, size, padding=size // 2, bias=False)
            conv.norm = nn.GroupNorm(32, CHANNELS)
            setattr(self, f"conv{number}", conv)

    def forward(self, x):
        y = self.conv1.norm(self.conv1(x)).relu()
        y = self.conv2.norm(self.conv2(y)).relu()
        return (self.conv3.norm(self.conv3(y)) + x).relu()


class RefineBox(nn.Module):
    """A pyramid over the backbone's maps, and a network that moves boxes by what it finds there (arXiv 2307.11828)."""

    def __init__(self, widths):
        super().__init__()
        self.channel_mapper, self.bboxes_refiner = nn.Module(), nn.Module()
        for level, width in enumerate(widths, 2):
            self.channel_mapper.add_module(f"fpn_lateral{level}", nn.Conv2d(width, CHANNELS, 1))
            self.channel_mapper.add_module(f"fpn_output{level}", nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1))
        self.bboxes_refiner.res_block = nn.Sequential(Bottleneck(), Bottleneck(), Bottleneck())
        self.bboxes_refiner.reg_module = nn.Sequential(
            nn.Linear(CHANNELS, CHANNELS, bias=False), nn.LayerNorm(CHANNELS), nn.ReLU(),
            nn.Linear(CHANNELS, CHANNELS, bias=False), nn.LayerNorm(CHANNELS), nn.ReLU())
        self.bboxes_refiner.bboxes_deltas = nn.Linear(CHANNELS, 4)

    def forward(self, maps, boxes, images, size):
        """The boxes after each step."""
        pyramid = self.pyramid(maps)
        for _ in range(STEPS):
            features = self.bboxes_refiner.res_block(regions(pyramid, boxes, images, size)).mean((2, 3))
            delta = self.bboxes_refiner.bboxes_deltas(self.bboxes_refiner.reg_module(features))
            boxes = torch.sigmoid(torch.logit(boxes, eps=1e-3) + delta)
            yield boxes

    def pyramid(self, maps):
        below = None
        levels = []
        for level in (5, 4, 3, 2):
            lateral = getattr(self.channel_mapper, f"fpn_lateral{level}")(maps[level - 2])
            below = lateral if below is None else lateral + nn.functional.interpolate(below, size=lateral.shape[-2:])
            levels.insert(0, getattr(self.channel_mapper, f"fpn_output{level}")(below))
        return levels


def regions(pyramid, boxes, images, size):
    """7 x 7 cells of each box, from the level that suits its size."""
    height, width = size
    corners = torchvision.ops.box_convert(boxes.detach(), "cxcywh", "xyxy") * torch.tensor([width, height, width, height])
    area = (corners[:, 2] - corners[:, 0]) * (corners[:, 3] - corners[:, 1])
    level = torch.floor(4 + torch.log2(torch.sqrt(area) / 224 + sys.float_info.epsilon)).clamp(2, 5)
    out = torch.zeros(len(boxes), CHANNELS, 7, 7)
    for number, (map, stride) in enumerate(zip(pyramid, STRIDES), 2):
        here = level == number
        numbered = torch.cat([images[here, None], corners[here]], 1)
        out[here] = torchvision.ops.roi_align(map, numbered, 7, 1 / stride, sampling_ratio=2, aligned=True)
    return out


if __name__ == "__main__":
    main()
