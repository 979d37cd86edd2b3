"""A detector's training as a user of PyTorch writes it: a network of transformers with transformers' own loss.

usage: detector_peer.py DETECTOR_DIR SCENES_DIR [--epochs 1] [--batch 16] [--accumulate 8] [--rate 1e-4] [--held-out 0.01] [--bf16]
SCENES_DIR is what `boxmill scenes` drew; images, batches, their parts and optimizer are those of `boxmill train-detector --no-flip --no-crop
--no-resize`, which leaves the same images out. Prints the images that it trained on, and each epoch's mean loss and time. With --bf16 the network runs under
PyTorch's autocast, the loss in float32.
"""

import argparse
import pathlib
import time

import torch
from refiner_peer import Scenes
from torch import nn
from transformers import AutoImageProcessor, AutoModelForObjectDetection


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("detector")
    parser.add_argument("scenes", type=pathlib.Path)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--accumulate", type=int, default=8)
    parser.add_argument("--rate", type=float, default=1e-4)
    parser.add_argument("--held-out", type=float, default=0.01)
    parser.add_argument("--bf16", action="store_true")
    options = parser.parse_args()
    model = AutoModelForObjectDetection.from_pretrained(options.detector, dtype=torch.float32).train()
    train_later_stages(model)
    scenes = Scenes(options.scenes, AutoImageProcessor.from_pretrained(options.detector), options.held_out)
    loader = torch.utils.data.DataLoader(scenes, options.batch, shuffle=True, collate_fn=lambda batch: tuple(zip(*batch)))
    optimizer = adamw(model, options.rate)
    print(f"{len(scenes)} images to train on")
    for epoch in range(1, options.epochs + 1):
        start = time.perf_counter()
        losses = [step(model, optimizer, pixels, targets, options) for pixels, targets in loader]
        print(f"epoch {epoch}: loss {sum(losses) / len(losses):.4f}, {time.perf_counter() - start:.1f} s", flush=True)


def train_later_stages(model):
    """DETR trains a ResNet but for its stem and first stage; transformers' own filter of names freezes the rest too."""
    for name, parameter in model.named_parameters():
        if any(f"encoder.stages.{stage}." in name for stage in (1, 2, 3)):
            parameter.requires_grad_(True)


def step(model, optimizer, pixels, targets, options):
    """Loss of a batch that goes through the network in parts."""
    optimizer.zero_grad()
    size = -(-options.batch // options.accumulate)
    total = 0
    for part in parts(pixels, size):
        with torch.autocast("cpu", torch.bfloat16, enabled=options.bf16):
            out = model(pixel_values=torch.stack(pixels[part]), labels=list(targets[part]))
        share = len(pixels[part]) / len(pixels)
        (out.loss * share).backward()
        total += out.loss.item() * share
    nn.utils.clip_grad_norm_(model.parameters(), 0.1)
    optimizer.step()
    return total


def parts(pixels, size):
    """Slices of that many images; those that differ in height or width go one by one."""
    for first in range(0, len(pixels), size):
        last = min(first + size, len(pixels))
        if len({image.shape for image in pixels[first:last]}) == 1:
            yield slice(first, last)
        else:
            yield from (slice(number, number + 1) for number in range(first, last))


def adamw(model, rate):
    trained = {name: p for name, p in model.named_parameters() if p.requires_grad}
    backbone = [p for name, p in trained.items() if "backbone" in name]
    others = [p for name, p in trained.items() if "backbone" not in name]
    return torch.optim.AdamW([{"params": others}, {"params": backbone, "lr": rate / 10}], lr=rate, weight_decay=1e-4)


if __name__ == "__main__":
    main()
