"""Trains the embedded detector: a small RT-DETR on scenes that `boxmill scenes` draws.

    python -m venv .venv && .venv/bin/pip install -r detector/embedded/requirements.txt
    OMP_NUM_THREADS=2 .venv/bin/python detector/embedded/train.py --work /tmp/embedded --output /tmp/embedded/export

Everything that takes time lies in --work: the drawn scenes, their resized pixels and `checkpoint.pt`, from which the
same command goes on after a stop. The learning rate follows whichever of --images and --minutes is nearer to its end.
--output becomes a Hugging Face directory with float16 weights and a README.md that states what was measured.
"""

import argparse
import contextlib
import io
import json
import math
import os
import platform
import re
import shlex
import subprocess
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from transformers import RTDetrConfig, RTDetrForObjectDetection, RTDetrImageProcessor, RTDetrResNetConfig
from transformers.loss.loss_rt_detr import RTDetrForObjectDetectionLoss

SIZE = 160  # pixels; scenes are resized to this square
BATCH = 32
DECODER_LAYERS = 2
WARMUP_STEPS = 300
EMA_DECAY = 0.998
CLIP_NORM = 1.0
CHECKPOINT_MINUTES = 2
NAMES = ["AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl"]


def build_model(names, layers=DECODER_LAYERS):
    """About three million parameters; names: category id minus one -> name."""
    backbone = RTDetrResNetConfig(
        embedding_size=32,
        hidden_sizes=[32, 64, 128, 192],
        depths=[2, 2, 2, 2],
        layer_type="basic",
        hidden_act="relu",
        out_features=["stage2", "stage3", "stage4"],
    )
    config = RTDetrConfig(
        backbone_config=backbone,
        backbone=None,
        use_pretrained_backbone=False,
        freeze_backbone_batch_norms=False,
        encoder_hidden_dim=96,
        encoder_in_channels=[64, 128, 192],
        feat_strides=[8, 16, 32],
        encoder_layers=1,
        encoder_ffn_dim=256,
        encoder_attention_heads=4,
        hidden_expansion=0.5,
        d_model=96,
        num_queries=30,
        num_denoising=30,
        decoder_in_channels=[96, 96, 96],
        decoder_layers=layers,
        decoder_ffn_dim=256,
        decoder_attention_heads=4,
        decoder_n_points=4,
        num_feature_levels=3,
        id2label=dict(enumerate(names)),
        label2id={name: index for index, name in enumerate(names)},
    )
    model = RTDetrForObjectDetection(config)
    model.loss_function = loss_without_denoising_in_last_layer
    return model


def loss_without_denoising_in_last_layer(logits, labels, device, pred_boxes, config, *layers, **outputs):
    """transformers' loss, given only the real queries of the last layer.

    Version 4.57.1 splits the denoising queries off the other layers but leaves them in the last one's `logits` and
    `pred_boxes`. There they win the matching, and the real queries learn to be background.
    """
    denoising = outputs.get("denoising_meta_values")
    if denoising is not None:
        noisy = denoising["dn_num_split"][0]
        logits, pred_boxes = logits[:, noisy:], pred_boxes[:, noisy:]
    return RTDetrForObjectDetectionLoss(logits, labels, device, pred_boxes, config, *layers, **outputs)


def build_processor():
    return RTDetrImageProcessor(size={"height": SIZE, "width": SIZE}, do_normalize=False, do_pad=False)


def draw(command, count, seed, folder):
    """Draws a folder of scenes unless it is there already."""
    if not (folder / "annotations.json").exists():
        options = ["--count", str(count), "--seed", str(seed), "--output", str(folder)]
        subprocess.run(shlex.split(command) + options, check=True)
    return folder


def load_scenes(folder):
    """Pixels (N, 3, S, S) uint8, labels, and the annotations as read; pixels are resized once and kept beside them."""
    annotations = json.loads((folder / "annotations.json").read_text())
    images = annotations["images"]
    cache = folder / f"pixels-{SIZE}.npy"
    if not cache.exists():
        pixels = np.empty((len(images), 3, SIZE, SIZE), np.uint8)
        for row, image in enumerate(images):
            picture = Image.open(folder / "images" / image["file_name"]).convert("RGB")
            resized = picture.resize((SIZE, SIZE), Image.Resampling.BILINEAR)
            pixels[row] = np.asarray(resized).transpose(2, 0, 1)
        partial = cache.with_suffix(".part.npy")
        np.save(partial, pixels)
        partial.rename(cache)
    return np.load(cache, mmap_mode="r"), labels_by_image(annotations), annotations


def labels_by_image(annotations):
    """Per image: class ids (M,) from 0, boxes (M, 4) as normalized cx, cy, w, h."""
    rows = {image["id"]: row for row, image in enumerate(annotations["images"])}
    labels = [([], []) for _ in rows]
    for annotation in annotations["annotations"]:
        row = rows[annotation["image_id"]]
        image = annotations["images"][row]
        x, y, w, h = annotation["bbox"]
        labels[row][0].append(annotation["category_id"] - 1)
        cx, cy = (x + w / 2) / image["width"], (y + h / 2) / image["height"]
        labels[row][1].append([cx, cy, w / image["width"], h / image["height"]])
    return [(np.array(c, np.int64), np.array(b, np.float32).reshape(-1, 4)) for c, b in labels]


def sample_batch(pixels, labels, random):
    """A batch in which every scene is turned to one of the square's eight poses."""
    batch = np.empty((BATCH, 3, SIZE, SIZE), np.uint8)
    targets = []
    for slot, row in enumerate(random.integers(len(labels), size=BATCH)):
        picture, (classes, boxes) = pixels[row], labels[row]
        boxes = boxes.copy()
        transpose, mirror, upend = random.integers(2, size=3)
        if transpose:
            picture, boxes = picture.transpose(0, 2, 1), boxes[:, [1, 0, 3, 2]]
        if mirror:
            picture = picture[:, :, ::-1]
            boxes[:, 0] = 1 - boxes[:, 0]
        if upend:
            picture = picture[:, ::-1]
            boxes[:, 1] = 1 - boxes[:, 1]
        batch[slot] = picture
        targets.append({"class_labels": torch.from_numpy(classes), "boxes": torch.from_numpy(boxes)})
    values = torch.from_numpy(batch).float().div_(255).contiguous(memory_format=torch.channels_last)
    return values, targets


def learning_rate(peak, step, progress):
    """Warm-up, level for the first half, then a cosine down to a hundredth."""
    warm = min(1.0, (step + 1) / WARMUP_STEPS)
    fall = max(0.0, (min(progress, 1.0) - 0.5) / 0.5)
    return peak * warm * (0.01 + 0.99 * (1 + math.cos(math.pi * fall)) / 2)


def optimizer_for(model, peak):
    decayed = [p for p in model.parameters() if p.ndim > 1]
    plain = [p for p in model.parameters() if p.ndim <= 1]
    groups = [{"params": decayed, "weight_decay": 1e-4}, {"params": plain, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=peak)


@torch.no_grad()
def follow(average, model, step):
    """Moves the averaged weights toward the model's; early on they follow closely."""
    decay = min(EMA_DECAY, (1 + step) / (10 + step))
    source = model.state_dict()
    for name, value in average.items():
        if value.dtype.is_floating_point and "running_" not in name:
            value.lerp_(source[name], 1 - decay)
        else:
            value.copy_(source[name])


@torch.no_grad()
def evaluate(model, folder, limit):
    """COCO's twelve numbers on the first `limit` scenes of a folder."""
    pixels, _, annotations = load_scenes(folder)
    processor = build_processor()
    images = annotations["images"][:limit]
    results = []
    for start in range(0, len(images), 50):
        part = images[start : start + 50]
        values = torch.from_numpy(pixels[start : start + len(part)].copy()).float().div_(255)
        sizes = [(image["height"], image["width"]) for image in part]
        outputs = model(pixel_values=values.contiguous(memory_format=torch.channels_last))
        found = processor.post_process_object_detection(outputs, threshold=0.0, target_sizes=sizes)
        for image, detections in zip(part, found):
            results.extend(coco_results(image["id"], detections))
    with contextlib.redirect_stdout(io.StringIO()):
        truth = COCO(str(folder / "annotations.json"))
        coco = COCOeval(truth, truth.loadRes(results), "bbox")
        coco.params.imgIds = [image["id"] for image in images]
        coco.evaluate()
        coco.accumulate()
        coco.summarize()
    return dict(zip(NAMES, (round(float(value), 4) for value in coco.stats)))


def coco_results(image_id, detections):
    for score, label, box in zip(detections["scores"], detections["labels"], detections["boxes"].tolist()):
        x0, y0, x1, y1 = box
        bbox = [x0, y0, x1 - x0, y1 - y0]
        yield {"image_id": image_id, "category_id": int(label) + 1, "bbox": bbox, "score": float(score)}


def averaged(names, average, layers=DECODER_LAYERS):
    """The model of the averaged weights' first decoder layers; each layer has learnt to end in boxes and classes."""
    pattern = re.compile(r"(?:decoder\.layers|class_embed|bbox_embed)\.(\d+)\.")
    numbers = {name: pattern.search(name) for name in average}
    model = build_model(names, layers)
    kept = {name: average[name] for name, number in numbers.items() if number is None or int(number[1]) < layers}
    model.load_state_dict(kept)
    return model.eval()


def save_checkpoint(path, **state):
    partial = path.with_suffix(".part")
    torch.save(state, partial)
    os.replace(partial, path)


def train(options, names, folder, held_out):
    """Returns the averaged weights and {"step": …, "minutes": …}."""
    pixels, labels, _ = load_scenes(folder)
    torch.manual_seed(options.seed)
    model = build_model(names).to(memory_format=torch.channels_last)
    optimizer = optimizer_for(model, options.learning_rate)
    average = {name: value.clone() for name, value in model.state_dict().items()}
    step, before = 0, 0.0
    checkpoint = options.work / "checkpoint.pt"
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        average, step, before = state["average"], state["step"], state["minutes"]
        print(f"going on at step {step}", flush=True)
    parameters = sum(parameter.numel() for parameter in model.parameters())
    print(f"{parameters:,} parameters, {len(labels):,} scenes", flush=True)

    random = np.random.default_rng([options.seed, step])
    model.train()
    start = saved = measured = time.monotonic()
    loss_sum, loss_count = 0.0, 0
    while True:
        minutes = before + (time.monotonic() - start) / 60
        progress = max(step * BATCH / options.images, minutes / options.minutes)
        if progress >= 1:
            break
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(options.learning_rate, step, progress)
        values, targets = sample_batch(pixels, labels, random)
        with torch.autocast("cpu", torch.bfloat16, enabled=progress < options.bfloat16_until):
            loss = model(pixel_values=values, labels=targets).loss
        if not torch.isfinite(loss):
            raise SystemExit(f"Cannot train: the loss at step {step} is {loss.item()} (lower --learning-rate)")
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP_NORM)
        optimizer.step()
        follow(average, model, step)
        step += 1
        loss_sum, loss_count = loss_sum + loss.item(), loss_count + 1

        if step % 50 == 0:
            rate = BATCH * step / (60 * (before + (time.monotonic() - start) / 60))
            print(f"step {step} images {step * BATCH} minutes {minutes:.1f} loss {loss_sum / loss_count:.3f} "
                  f"lr {optimizer.param_groups[0]['lr']:.2e} {rate:.1f} images/s", flush=True)
            loss_sum, loss_count = 0.0, 0
        if time.monotonic() - saved > CHECKPOINT_MINUTES * 60:
            saved = time.monotonic()
            save_checkpoint(checkpoint, model=model.state_dict(), optimizer=optimizer.state_dict(), average=average,
                            step=step, minutes=minutes)
        if time.monotonic() - measured > options.evaluate_minutes * 60:
            measures = evaluate(averaged(names, average), held_out, 400)
            print(f"step {step} held-out (400 scenes) {json.dumps(measures)}", flush=True)
            measured = time.monotonic()
    save_checkpoint(checkpoint, model=model.state_dict(), optimizer=optimizer.state_dict(), average=average,
                    step=step, minutes=minutes)
    return average, {"step": step, "minutes": minutes}


def export(options, names, average, trained, held_out):
    """Writes the Hugging Face directory and its sheet, measured on all held-out scenes."""
    model = averaged(names, average, options.keep_layers)
    trained["parameters"] = sum(parameter.numel() for parameter in model.parameters())
    measures = {"float32": evaluate(model, held_out, options.held_out)}
    model.half().save_pretrained(options.output)
    build_processor().save_pretrained(options.output)
    rounded = RTDetrForObjectDetection.from_pretrained(options.output, dtype=torch.float32).eval()
    measures["float16 weights"] = evaluate(rounded, held_out, options.held_out)
    (options.output / "README.md").write_text(sheet(options, trained, measures, names))
    print(json.dumps(measures, indent=1), flush=True)


def sheet(options, trained, measures, names):
    rows = ["| weights | " + " | ".join(NAMES) + " |", "|---|" + "---:|" * len(NAMES)]
    for weights, values in measures.items():
        rows.append(f"| {weights} | " + " | ".join(f"{values[name]:.3f}" for name in NAMES) + " |")
    table = "\n".join(rows)
    held_out = f"boxmill scenes --count {options.held_out} --seed {options.held_out_seed}"
    data = f"boxmill scenes --count {options.scenes} --seed {options.scene_seed}"
    seen = trained["step"] * BATCH
    facts = {
        "Input": f"RGB, resized to {SIZE} x {SIZE} pixels (bilinear, antialiased), scaled to 0..1, not normalized",
        "Data": f"{options.scenes:,} scenes, `{data}`, each in eight poses (flips, transposition)",
        "Held out": f"{options.held_out:,} scenes, `{held_out}`",
        "Command": f"`python detector/embedded/train.py --work DIR --output DIR --minutes {options.minutes:g}`",
        "Steps": f"{trained['step']:,} of {BATCH} scenes ({seen:,} in all), AdamW {options.learning_rate:g}",
        "Weights": f"an exponential average (decay {EMA_DECAY}), rounded to float16",
        "Decoder": f"{options.keep_layers} of the {DECODER_LAYERS} layers trained",
        "Time": f"{trained['minutes']:.0f} minutes on {options.threads} threads of a machine busy with other work",
        "Versions": f"Python {platform.python_version()} and `detector/embedded/requirements.txt`",
    }
    lines = "\n".join(f"| {name} | {value} |" for name, value in facts.items())
    return f"""# The embedded detector

A small RT-DETR (`RTDetrForObjectDetection` of transformers, {trained["parameters"]:,} parameters, float16 weights)
that finds {len(names)} kinds of drawn objects: {", ".join(names)}. It is there so that boxmill runs at once and its
parts can be tested and shown; it knows nothing about photographs.

| | |
|---|---|
{lines}

Measured with pycocotools on the held-out scenes (sizes in pixels of the drawn picture: small under 32², large over
96²):

{table}
"""


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="scenes and checkpoints")
    parser.add_argument("--output", type=Path, required=True, help="the Hugging Face directory to write")
    parser.add_argument("--draw", default="./boxmill scenes", help="the command that draws scenes")
    parser.add_argument("--scenes", type=int, default=12000)
    parser.add_argument("--scene-seed", type=int, default=20261)
    parser.add_argument("--held-out", type=int, default=2000)
    parser.add_argument("--held-out-seed", type=int, default=90001)
    parser.add_argument("--images", type=float, default=math.inf, help="how many scenes to see in training")
    parser.add_argument("--minutes", type=float, default=90)
    parser.add_argument("--evaluate-minutes", type=float, default=10)
    parser.add_argument("--keep-layers", type=int, default=1, choices=range(1, DECODER_LAYERS + 1),
                        help="how many decoder layers to export; a refiner does the work of those left out")
    parser.add_argument("--learning-rate", type=float, default=5e-4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--bfloat16-until", type=float, default=0.9,
                        help="this part of training runs in bfloat16 autocast, worth it where the processor has it")
    parser.add_argument("--export-only", action="store_true", help="export the checkpoint's averaged weights")
    return parser.parse_args()


def main():
    options = parse_options()
    torch.set_num_threads(options.threads)
    options.work.mkdir(parents=True, exist_ok=True)
    folder = draw(options.draw, options.scenes, options.scene_seed, options.work / "train")
    held_out = draw(options.draw, options.held_out, options.held_out_seed, options.work / "held-out")
    categories = json.loads((held_out / "annotations.json").read_text())["categories"]
    names = [category["name"] for category in categories]
    if options.export_only:
        state = torch.load(options.work / "checkpoint.pt", weights_only=True)
        trained = {"step": state["step"], "minutes": state["minutes"]}
        export(options, names, state["average"], trained, held_out)
        return
    average, trained = train(options, names, folder, held_out)
    export(options, names, average, trained, held_out)


if __name__ == "__main__":
    main()
