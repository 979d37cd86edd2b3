"""Reference results of RefineBox, from plain torch modules and torchvision's roi_align.

    python make_golden.py ../resources/golden [PUBLISHED]

Versions: requirements.txt. Weights and feature maps are not stored: each value is a hash of its tensor's name and its
index, the same here and in the Java test. PUBLISHED is a directory with the authors' .pth files; with it, the results
of their weights are made too.
"""

import math
import pathlib
import sys
import zlib

import numpy
import torch
import torchvision
from safetensors.torch import save_file
from torch import nn

WIDTHS = {"resnet": [256, 512, 1024, 2048], "swin": [96, 192, 384, 768], "gradient": [8, 12, 16, 24], "three": [8, 12, 16]}
STRIDES = [4, 8, 16, 32]
CHANNELS = 64
STEPS = 3


def hashed(name, shape, scale):
    """Uniform in [-scale, scale): 24 bits of a multiplicative hash of index and name."""
    index = numpy.arange(math.prod(shape), dtype=numpy.uint64)
    x = (index + numpy.uint64(zlib.crc32(name.encode()))) & numpy.uint64(0xFFFFFFFF)
    for factor, shift in ((0x7FEB352D, 15), (0x846CA68B, 16)):
        x ^= x >> numpy.uint64(shift)
        x = (x * numpy.uint64(factor)) & numpy.uint64(0xFFFFFFFF)
    x ^= x >> numpy.uint64(15)
    unit = (x >> numpy.uint64(8)).astype(numpy.float32) * numpy.float32(2.0**-23) - numpy.float32(1)
    return torch.from_numpy((unit * numpy.float32(scale)).reshape(shape))


class Bottleneck(nn.Module):
    def __init__(self):
        super().__init__()
        for i, size in enumerate((1, 3, 1), 1):
            conv = nn.Conv2d(CHANNELS, CHANNELS, size, padding=size // 2, bias=False)
            conv.norm = nn.GroupNorm(32, CHANNELS)
            setattr(self, f"conv{i}", conv)

    def forward(self, x):
        y = self.conv1.norm(self.conv1(x)).relu()
        y = self.conv2.norm(self.conv2(y)).relu()
        return (self.conv3.norm(self.conv3(y)) + x).relu()


class RefineBox(nn.Module):
    def __init__(self, widths):
        super().__init__()
        self.channel_mapper = nn.Module()
        for level, width in enumerate(widths, 2):
            self.channel_mapper.add_module(f"fpn_lateral{level}", nn.Conv2d(width, CHANNELS, 1))
            self.channel_mapper.add_module(f"fpn_output{level}", nn.Conv2d(CHANNELS, CHANNELS, 3, padding=1))
        refiner = nn.Module()
        refiner.res_block = nn.Sequential(Bottleneck(), Bottleneck(), Bottleneck())
        refiner.reg_module = nn.Sequential(
            nn.Linear(CHANNELS, CHANNELS, bias=False), nn.LayerNorm(CHANNELS), nn.ReLU(),
            nn.Linear(CHANNELS, CHANNELS, bias=False), nn.LayerNorm(CHANNELS), nn.ReLU(),
        )
        refiner.bboxes_deltas = nn.Linear(CHANNELS, 4)
        self.bboxes_refiner = refiner

    def pyramid(self, maps):
        tops = []
        for level in range(len(maps) + 1, 1, -1):
            top = getattr(self.channel_mapper, f"fpn_lateral{level}")(maps[level - 2])
            if tops:
                top = top + nn.functional.interpolate(tops[-1], size=top.shape[-2:], mode="nearest")
            tops.append(top)
        return [getattr(self.channel_mapper, f"fpn_output{level}")(top) for level, top in enumerate(reversed(tops), 2)]

    def rois(self, pyramid, boxes, images, size):
        height, width = size
        cx, cy, w, h = (boxes * torch.tensor([width, height, width, height])).unbind(1)
        corners = torch.stack([cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2], 1)
        areas = (corners[:, 2] - corners[:, 0]) * (corners[:, 3] - corners[:, 1])
        levels = torch.floor(4 + torch.log2(torch.sqrt(areas) / 224 + sys.float_info.epsilon)).clamp(2, len(pyramid) + 1).long()
        out = torch.zeros(len(boxes), CHANNELS, 7, 7, dtype=boxes.dtype)
        for level, (map, stride) in enumerate(zip(pyramid, STRIDES), 2):
            here = levels == level
            regions = torch.cat([images[here, None].to(corners.dtype), corners[here]], 1)
            out[here] = torchvision.ops.roi_align(map, regions, 7, 1 / stride, sampling_ratio=2, aligned=True)
        return out, levels

    def forward(self, maps, boxes, images, size):
        results = {}
        pyramid = self.pyramid(maps)
        for level, map in enumerate(pyramid, 2):
            results[f"p{level}"] = map
        for step in range(1, STEPS + 1):
            rois, levels = self.rois(pyramid, boxes, images, size)
            x = self.bboxes_refiner.res_block(rois).mean((2, 3))
            deltas = self.bboxes_refiner.bboxes_deltas(self.bboxes_refiner.reg_module(x))
            inside = boxes.clamp(0, 1)
            inverse = torch.log(inside.clamp(min=1e-3) / (1 - inside).clamp(min=1e-3))
            boxes = torch.sigmoid(inverse + deltas).clamp(0, 1)
            results |= {f"rois{step}": rois, f"deltas{step}": deltas, f"boxes{step}": boxes}
            print(f"  step {step}: boxes per level", [int((levels == k).sum()) for k in (2, 3, 4, 5)])
        return results


def weights(network):
    """Sized so that values neither vanish nor grow through the layers, and boxes move a good way."""
    for name, parameter in network.named_parameters():
        if parameter.dim() > 1:
            scale = math.sqrt(3.0 / math.prod(parameter.shape[1:]))
            parameter.data = hashed(name, parameter.shape, scale)
        elif ".norm.weight" in name or "reg_module" in name and name.endswith("weight"):
            parameter.data = 1 + hashed(name, parameter.shape, 0.5)
        else:
            parameter.data = hashed(name, parameter.shape, 0.25)


def map_sizes(size):
    sizes = []
    for stride in STRIDES:
        sizes.append([-(-side // stride) for side in size])
    return sizes


def maps(name, widths, images, size):
    return [
        hashed(f"{name}.c{level}", (images, width, *shape), 1.7)
        for level, (width, shape) in enumerate(zip(widths, map_sizes(size)), 2)
    ]


# cxcywh: inside, over each border, over all borders, outside, without width, without area, at a corner
BOXES = [
    [0.5, 0.5, 0.3, 0.4], [0.1, 0.3, 0.5, 0.2], [0.95, 0.6, 0.4, 0.3], [0.4, 0.02, 0.2, 0.3], [0.3, 0.99, 0.3, 0.2],
    [0.5, 0.5, 1.4, 1.3], [1.6, 0.5, 0.2, 0.2], [0.4, 0.4, 0.0, 0.3], [0.6, 0.2, 0.0, 0.0], [0.0, 0.0, 0.1, 0.1],
    [1.0, 1.0, 1.0, 1.0], [0.31, 0.77, 0.02, 0.03],
]
# of 420 x 600 pixels: sides of about 60, 140, 250 and 480, and the border of two levels
BOXES_OF_EVERY_LEVEL = [
    [0.3, 0.3, 0.1, 0.15], [0.7, 0.6, 0.2, 0.37], [0.4, 0.5, 0.4, 0.62], [0.5, 0.5, 0.95, 0.99],
    [0.52, 0.5, 224 / 600, 224 / 420], [0.9, 0.1, 0.45, 0.5],
]


def save(directory, results):
    directory.mkdir(parents=True, exist_ok=True)
    save_file({name: value.contiguous() for name, value in results.items()}, directory / "golden.safetensors")


def golden(target, name, widths, size, boxes, images, kept=lambda name: True):
    print(name)
    network = RefineBox(widths).eval()
    print("  parameters", sum(parameter.numel() for parameter in network.parameters()))
    weights(network)
    run(target / name, network, maps(name, widths, max(images) + 1, size), size, boxes, images, kept)


def run(directory, network, features, size, boxes, images, kept):
    boxes, images = torch.tensor(boxes), torch.tensor(images)
    results = network(features, boxes, images, size)
    given = {"boxes": boxes, "images": images.float(), "size": torch.tensor(size).float()}
    save(directory, given | {key: value for key, value in results.items() if kept(key)})


# every object with an area; cxcywh
TARGETS = [
    [0.45, 0.52, 0.35, 0.3], [0.2, 0.35, 0.3, 0.2], [0.85, 0.6, 0.3, 0.3], [0.4, 0.12, 0.2, 0.2], [0.3, 0.9, 0.3, 0.2],
    [0.5, 0.5, 1.0, 1.0], [0.9, 0.5, 0.2, 0.2], [0.1, 0.1, 0.2, 0.2],
    [0.8, 0.8, 0.4, 0.4], [0.33, 0.75, 0.03, 0.04], [0.3, 0.31, 0.12, 0.2], [0.65, 0.6, 0.25, 0.3], [0.45, 0.5, 0.4, 0.5],
    [0.5, 0.5, 0.9, 1.0], [0.5, 0.55, 0.4, 0.5], [0.8, 0.2, 0.4, 0.4],
]


def gradient(target):
    """5 L1 + 2 GIoU summed over boxes and steps, by autograd in float64; of tensors over 2,000 values every 16th is kept."""
    network = RefineBox(WIDTHS["gradient"])
    weights(network)
    network.double()
    size, images = [420, 600], torch.tensor([0, 1] * 8)
    before = torch.tensor([box for box in BOXES + BOXES_OF_EVERY_LEVEL if box[2] > 0]).double()
    targets = torch.tensor(TARGETS).double()
    steps = network([map.double() for map in maps("gradient", WIDTHS["gradient"], 2, size)], before, images, size)
    corners = torchvision.ops.box_convert(targets, "cxcywh", "xyxy")
    loss = 0
    for step in range(1, STEPS + 1):
        boxes = steps[f"boxes{step}"]
        moved = torchvision.ops.box_convert(boxes, "cxcywh", "xyxy")
        loss = loss + 5 * (boxes - targets).abs().sum()
        loss = loss + 2 * torchvision.ops.generalized_box_iou_loss(moved, corners, reduction="sum", eps=0)
    loss.backward()
    results = {"boxes": before, "images": images.float(), "size": torch.tensor(size).float()}
    results |= {"targets": targets, "loss": loss.detach().reshape(1)}
    for name, parameter in network.named_parameters():
        flat = parameter.grad.flatten()
        results[name] = flat[:: 16 if flat.numel() > 2000 else 1].clone()
    save(target / "gradient", {name: value.float() for name, value in results.items()})


def published(target, directory):
    """The authors' weights over made-up maps, which are positive as a backbone's are."""
    for file in sorted(pathlib.Path(directory).glob("*.pth")):
        print(file.name)
        state = torch.load(file, map_location="cpu", weights_only=True)["model"]
        widths = [state[f"channel_mapper.fpn_lateral{level}.weight"].shape[1] for level in (2, 3, 4, 5)]
        network = RefineBox(widths).eval()
        network.load_state_dict(state)
        features = [map.abs() for map in maps(file.stem, widths, 2, [420, 600])]
        images = [0, 1, 1, 0, 1, 0]
        run(target / file.stem, network, features, [420, 600], BOXES_OF_EVERY_LEVEL, images, lambda key: key[0] in "db")


def main():
    target = pathlib.Path(sys.argv[1])
    torch.manual_seed(0)
    gradient(target)
    with torch.no_grad():
        golden(target, "resnet", WIDTHS["resnet"], [34, 50], BOXES, [0, 1] * 6, lambda key: key not in ("rois2", "rois3"))
        golden(target, "swin", WIDTHS["swin"], [45, 35], BOXES, [1, 0] * 6, lambda key: key not in ("rois2", "rois3"))
        golden(target, "levels", WIDTHS["swin"], [420, 600], BOXES_OF_EVERY_LEVEL, [0, 1, 1, 0, 1, 0],
               lambda key: key[0] != "p" and key not in ("rois2", "rois3"))
        golden(target, "three", WIDTHS["three"], [420, 600], BOXES_OF_EVERY_LEVEL, [0, 1, 1, 0, 1, 0],
               lambda key: key[0] != "p" and key not in ("rois2", "rois3"))
        if len(sys.argv) > 2:
            published(target, sys.argv[2])


if __name__ == "__main__":
    main()
