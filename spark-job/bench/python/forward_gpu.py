"""Checks and times boxmill's network on a GPU, on a machine that need not have Java.

usage: ./boxmill bench archives --output NETWORKS
       python spark-job/bench/python/forward_gpu.py NETWORKS/DETR-R50 [--device cuda] [--batch 16] [--rounds 7] [--compile]
The programs of one device get the same random weights. What each finds in a picture is compared with what the plain float32
program finds on the CPU, and so is a picture that it resizes; a program that errs ends the script with an error. Then images
per second from resized pictures on the device to numbers in the host's memory, beside transformers' network (where it has it) in the
device's faster type, as it is and by torch.compile; and how much of the copies and resizing is hidden behind the network.
With --device cpu, the CPU's own program is checked and timed.
"""

import argparse
import json
import pathlib
import statistics
import threading
import warnings

import torch
from family_peer import random_network
from sides import ratio, seconds

PROGRAMS = {"cpu": {"bf16": torch.bfloat16}, "cuda": {"fp16": torch.float16, "bf16": torch.bfloat16}}
PHOTOGRAPH = (1200, 1600)
TABLES = {}
# of the numbers between 0 and 1, medians: what rounding to 8 bits costs after 60 layers of random weights, with room
MOST_APART = 0.05


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--device", choices=PROGRAMS, default="cuda")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--compile", action="store_true", help="also time transformers by torch.compile, which takes minutes")
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    network = json.loads((options.folder / "network.json").read_text())
    weights = random_weights(network["weights"])
    pictures = [blotches(network["height"], network["width"], seed) for seed in range(options.batch)]
    with torch.inference_mode(), torch.jit.optimized_execution(False):
        exact = load(options.folder / "cpu-fp32.pt", "cpu", weights)
        programs = {}
        for precision in PROGRAMS[options.device]:
            programs[precision] = load(options.folder / f"{options.device}-{precision}.pt", options.device, weights)
            check(precision, programs[precision], exact, pictures[0], options.device)
        here = [picture.to(options.device) for picture in pictures]
        sides = {f"boxmill {precision}": lambda p=program: detect(p, here) for precision, program in programs.items()}
        faster, kind = next(iter(PROGRAMS[options.device].items()))
        if "config" in network:
            theirs = random_network(network["config"]).to(options.device, kind, memory_format=torch.channels_last)
            sides[f"transformers {faster}"] = lambda: detect_by(theirs, kind, here)
        if "config" in network and options.compile:
            sped_up = torch.compile(theirs)
            sides[f"transformers {faster}, torch.compile"] = lambda: detect_by(sped_up, kind, here)
        table(network, options, sides)
        overlap(programs[faster], here, options)


def random_weights(shapes):
    """Tensors that keep activations in size: norms multiply by about 1, all else lies around 0."""
    torch.manual_seed(1)
    drawn = {}
    for name, shape in shapes.items():
        around_one = len(shape) < 2 and name.endswith(("weight", "var"))
        fan_in = torch.Size(shape[1:]).numel()
        deviation = {4: (2 / fan_in) ** 0.5, 2: fan_in**-0.5 if name.endswith("weight") else 1}.get(len(shape), 0.05)
        drawn[name] = float(around_one) + deviation * torch.randn(shape)
    return drawn


def blotches(height, width, seed):
    """uint8 (3, height, width): random colors in squares of 32 pixels."""
    colors = torch.randint(0, 256, (3, -(-height // 32), -(-width // 32)), generator=torch.Generator().manual_seed(seed))
    return colors.to(torch.uint8).repeat_interleave(32, 1).repeat_interleave(32, 2)[:, :height, :width].contiguous()


def load(path, device, weights):
    module = torch.jit.load(path, map_location=device)
    for name, weight in weights.items():
        module.take(name, weight.to(device))
    module.prepare()
    return module


def detect(program, pictures):
    """Class probabilities and boxes (B, Q, …) in the host's memory. Tables are made once for each number of pictures."""
    inputs = {str(i): picture for i, picture in enumerate(pictures)}
    found = program.detect_pictures(inputs | TABLES.get((program, len(pictures)), {}))
    TABLES.setdefault((program, len(pictures)), {name: table for name, table in found.items() if name.startswith("table.")})
    return torch.softmax(found["logits"], -1).cpu(), found["boxes"].cpu()


def resize(program, image, size, device):
    inputs = {"image": image, "size": torch.tensor(size, dtype=torch.float32), "there": torch.empty(0, device=device)}
    return program.resize_picture(inputs)["image"]


def check(precision, program, exact, picture, device):
    scores, boxes = apart(detect(program, [picture.to(device)]), detect(exact, [picture]))
    photograph = blotches(*PHOTOGRAPH, 99).permute(1, 2, 0).contiguous()
    size = picture.shape[1:]
    levels = (resize(program, photograph, size, device).cpu().int() - resize(exact, photograph, size, "cpu").int()).abs().max().item()
    print(f"{device}-{precision}.pt: scores {scores:.5f} and boxes {boxes:.5f} from float32's, resized pixels {levels} levels at most")
    if not (scores < MOST_APART and boxes < MOST_APART and levels <= 1):
        raise SystemExit(f"{device}-{precision}.pt errs: at most {MOST_APART}, {MOST_APART} and 1 are rounding")


def apart(found, expected):
    """Medians of the differences of scores and boxes, each expected box beside the nearest found: networks that select their
    queries on the image select them in another order after rounding."""
    apart, nearest = torch.cdist(expected[1][0], found[1][0], p=float("inf")).min(1)
    return (found[0][0, nearest] - expected[0][0]).abs().median().item(), apart.median().item()


def detect_by(model, kind, pictures):
    """As `detect`, by transformers' network."""
    pixels = torch.stack(pictures) / 255
    mean, std = (pixels.new_tensor(values).view(3, 1, 1) for values in ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]))
    out = model(pixel_values=((pixels - mean) / std).to(kind, memory_format=torch.channels_last))
    return torch.softmax(out.logits.float(), -1).cpu(), out.pred_boxes.float().cpu()


def table(network, options, sides):
    times = {name: [] for name in sides}
    for number in range(-2, options.rounds):
        for name, act in sides.items():
            taken = seconds(act)
            if number >= 0:
                times[name].append(taken)
    device = torch.cuda.get_device_name() if options.device == "cuda" else f"{torch.get_num_threads()} threads"
    print(f"\n{network['name']} at {network['height']}x{network['width']}, batches of {options.batch}, {device}, PyTorch {torch.__version__}")
    print(f"{'side':40s} {'images/s':>9s} {'of first':>8s} {'spread':>12s}")
    base = next(iter(times.values()))
    for name, taken in times.items():
        middle, spread = ratio(base, taken)
        print(f"{name:40s} {options.batch / statistics.median(taken):9.1f} {middle:>8s} {spread:>12s}")


def overlap(program, here, options):
    """The network, the copies and resizing of as many photographs, and both at once."""
    photograph = blotches(*PHOTOGRAPH, 99).permute(1, 2, 0).contiguous()

    @torch.inference_mode()
    def copies():
        with torch.jit.optimized_execution(False):
            program.begin_resizing({"there": torch.empty(0, device=options.device)})
            for _ in here:
                resize(program, photograph, here[0].shape[1:], options.device)

    def both():
        beside = threading.Thread(target=copies)
        beside.start()
        detect(program, here)
        beside.join()

    rounds = [[seconds(act) for act in (lambda: detect(program, here), copies, both)] for _ in range(options.rounds + 2)][2:]
    network, resizing, together = (1000 * statistics.median(column) for column in zip(*rounds, strict=True))
    print(f"\n{len(here)} photographs of {PHOTOGRAPH[1]}x{PHOTOGRAPH[0]}: network {network:.1f} ms, copies and resizing {resizing:.1f} ms, "
          f"both at once {together:.1f} ms")


if __name__ == "__main__":
    main()
