"""Makes the golden files of TestDinoParity: tiny DINO checkpoints with random weights, and what a reference computes.

    pip install -r requirements.txt
    python make_golden_dino.py [DIRECTORY]       (default: ../resources/golden)
    python make_golden_dino.py --check DIRECTORY

transformers has no DINO. The reference here follows the paper and the authors' repository (IDEA-Research/DINO, commit
faa8520), for images without padding. --check holds it against results of the authors' own code: DIRECTORY has model.pth,
settings.json and case_*.safetensors; cases with padded images are passed over.

Each network is a directory with its weights as the authors' code names them (original.pth) and as detrex does
(detrex.pth), and a golden.safetensors with the input and every step's whole result, computed in float64 from the
weights as they are stored, in float16. The directory beside it, NAME-detrex, has the same of detrex' positions, with
the same weights.

dino-co has the names of a Co-DINO (Sense-X/Co-DETR, commit 2665352), whose query head is a DINO: its projections have no bias,
and beside it lie heads that training alone reads. A few steps tell it from others.
"""

import itertools
import json
import math
import re
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from make_golden import random_pixels, save_golden
from make_golden_rtdetr import DETECTION_GAP, SCORE_GAP, gap
from make_layouts import detectron2_name
from safetensors.torch import load_file

NOISE = 1e-4  # between float32 and float64
QUERIES = 9
CLASSES = 5
HEADS = 4

ORIGINAL = dict(temperature=20, first=1.0)
DETREX = dict(temperature=10000, first=0.5)


def sines(angle, features, temperature):
    period = temperature ** (2 * torch.arange(features // 2, dtype=angle.dtype) / features)
    angle = angle[..., None] / period
    return torch.stack([angle.sin(), angle.cos()], -1).flatten(-2)


def inverse_sigmoid(x):
    x = x.clamp(0, 1)
    return (x.clamp(min=1e-3) / (1 - x).clamp(min=1e-3)).log()


class Dino:
    """The network as functions of a state dict under the authors' names."""

    def __init__(self, tensors, heads, queries, temperature, first):
        self.t = tensors
        self.heads = heads
        self.queries = queries
        self.temperature = temperature
        self.first = first
        self.width = tensors["transformer.level_embed"].size(1)
        self.levels = tensors["transformer.level_embed"].size(0)
        self.seen = {}

    def count(self, prefix):
        return len({name[len(prefix):].split(".")[0] for name in self.t if name.startswith(prefix)})

    def linear(self, x, name):
        return F.linear(x, self.t[name + ".weight"], self.t[name + ".bias"])

    def norm(self, x, name):
        return F.layer_norm(x, (x.size(-1),), self.t[name + ".weight"], self.t[name + ".bias"])

    def mlp(self, x, name):
        last = self.count(name + ".layers.") - 1
        for i in range(last + 1):
            x = self.linear(x, f"{name}.layers.{i}")
            x = x.relu() if i < last else x
        return x

    def conv_norm(self, x, conv, norm, stride=1, padding=0):
        x = F.conv2d(x, self.t[conv + ".weight"], None, stride, padding)
        mean, var = self.t[norm + ".running_mean"], self.t[norm + ".running_var"]
        return F.batch_norm(x, mean, var, self.t[norm + ".weight"], self.t[norm + ".bias"], eps=1e-5)

    def block(self, x, name, stride):
        shortcut = x
        if name + ".downsample.0.weight" in self.t:
            shortcut = self.conv_norm(x, name + ".downsample.0", name + ".downsample.1", stride)
        if name + ".conv3.weight" in self.t:
            y = self.conv_norm(x, name + ".conv1", name + ".bn1").relu()
            y = self.conv_norm(y, name + ".conv2", name + ".bn2", stride, 1).relu()
            return (self.conv_norm(y, name + ".conv3", name + ".bn3") + shortcut).relu()
        y = self.conv_norm(x, name + ".conv1", name + ".bn1", stride, 1).relu()
        return (self.conv_norm(y, name + ".conv2", name + ".bn2", 1, 1) + shortcut).relu()

    def backbone(self, x):
        body = "backbone.0.body."
        x = F.max_pool2d(self.conv_norm(x, body + "conv1", body + "bn1", 2, 3).relu(), 3, 2, 1)
        maps = []
        for stage in range(1, 5):
            for i in range(self.count(f"{body}layer{stage}.")):
                x = self.block(x, f"{body}layer{stage}.{i}", 2 if stage > 1 and i == 0 else 1)
            maps.append(x)
            self.seen[f"c{stage + 1}"] = x
        return maps

    def pyramid(self, maps):
        own = sum(self.t[f"input_proj.{i}.0.weight"].size(2) == 1 for i in range(self.levels))
        maps = maps[4 - own:]
        levels = []
        for i in range(self.levels):
            x = maps[i] if i < own else maps[-1] if i == own else levels[-1]
            weight, bias = self.t[f"input_proj.{i}.0.weight"], self.t[f"input_proj.{i}.0.bias"]
            x = F.conv2d(x, weight, bias, *((1, 0) if i < own else (2, 1)))
            levels.append(F.group_norm(x, 32, self.t[f"input_proj.{i}.1.weight"], self.t[f"input_proj.{i}.1.bias"]))
        return levels

    def position(self, size, dtype):
        def axis(n):
            angle = (torch.arange(n, dtype=dtype) + self.first) / (n + 1e-6) * 2 * math.pi
            return sines(angle, self.width // 2, self.temperature)

        y, x = axis(size[0])[:, None], axis(size[1])[None]
        return torch.cat([y.expand(*size, -1), x.expand(*size, -1)], -1).flatten(0, 1)

    def deformable(self, query, references, memory, sizes, name):
        b, q, d = query.shape
        values = self.linear(memory, name + ".value_proj").view(b, -1, self.heads, d // self.heads)
        offsets = self.linear(query, name + ".sampling_offsets").view(b, q, self.heads, self.levels, -1, 2)
        points = offsets.size(4)
        shares = self.linear(query, name + ".attention_weights").view(b, q, self.heads, -1).softmax(-1)
        if references.size(-1) == 4:
            places = references[:, :, None, None, None]
            places = places[..., :2] + offsets / points * places[..., 2:] * 0.5
        else:
            whole = torch.tensor([[w, h] for h, w in sizes], dtype=query.dtype)[:, None]
            places = references[:, :, None, None, None] + offsets / whole
        found = []
        for level, (value, size) in enumerate(zip(values.split([h * w for h, w in sizes], 1), sizes)):
            grid = (2 * places[:, :, :, level] - 1).transpose(1, 2).flatten(0, 1)
            value = value.permute(0, 2, 3, 1).reshape(b * self.heads, -1, *size)
            found.append(F.grid_sample(value, grid, align_corners=False))
        shares = shares.transpose(1, 2).reshape(b * self.heads, 1, q, -1)
        mixed = (torch.cat(found, -1) * shares).sum(-1)
        return self.linear(mixed.view(b, d, q).transpose(1, 2), name + ".output_proj")

    def attention(self, x, position, name):
        weights = self.t[name + ".in_proj_weight"].chunk(3), self.t[name + ".in_proj_bias"].chunk(3)
        q, k, v = (F.linear(y, w, b) for y, w, b in zip((x + position, x + position, x), *weights))
        q, k, v = (y.unflatten(2, (self.heads, -1)).transpose(1, 2) for y in (q, k, v))
        mixed = (q @ k.transpose(2, 3) / q.size(-1) ** 0.5).softmax(-1) @ v
        return self.linear(mixed.transpose(1, 2).flatten(2), name + ".out_proj")

    def feed_forward(self, x, name, norm):
        return self.norm(x + self.linear(self.linear(x, name + ".linear1").relu(), name + ".linear2"), name + norm)

    def encode(self, x, sizes):
        centers, positions = [], []
        for level, (h, w) in enumerate(sizes):
            cell = torch.arange(h * w)
            centers.append(torch.stack([((cell % w).to(x) + 0.5) / w, ((cell // w).to(x) + 0.5) / h], -1))
            positions.append(self.position((h, w), x.dtype) + self.t["transformer.level_embed"][level])
        references, position = torch.cat(centers)[None].expand(x.size(0), -1, -1), torch.cat(positions)
        for i in range(self.count("transformer.encoder.layers.")):
            name = f"transformer.encoder.layers.{i}"
            x = self.norm(x + self.deformable(x + position, references, x, sizes, name + ".self_attn"), name + ".norm1")
            x = self.seen[f"encoder.{i}"] = self.feed_forward(x, name, ".norm2")
        return x, references

    def select(self, memory, references, sizes):
        sides = torch.cat([torch.full((h * w, 2), 0.05 * 2.0**i) for i, (h, w) in enumerate(sizes)]).to(memory)
        grid = torch.cat([references, sides.expand_as(references)], -1)
        valid = ((grid > 0.01) & (grid < 0.99)).all(-1, keepdim=True)
        anchors = (grid / (1 - grid)).log().masked_fill(~valid, math.inf)
        x = self.linear(memory.masked_fill(~valid, 0), "transformer.enc_output")
        x = self.seen["query.candidates"] = self.norm(x, "transformer.enc_output_norm")
        scores = self.seen["query.scores"] = self.linear(x, "transformer.enc_out_class_embed")
        tokens = scores.amax(-1).topk(self.queries, 1).indices
        self.seen["query.tokens"] = tokens
        deltas = self.seen["query.deltas"] = self.mlp(x, "transformer.enc_out_bbox_embed")
        boxes = (deltas + anchors).gather(1, tokens[..., None].expand(-1, -1, 4)).sigmoid()
        self.seen["query.boxes"] = boxes
        return boxes

    def decode(self, boxes, memory, sizes):
        x = self.t["transformer.tgt_embed.weight"].expand(memory.size(0), -1, -1)
        for i in range(self.count("transformer.decoder.layers.")):
            name = f"transformer.decoder.layers.{i}"
            query = sines(boxes[..., [1, 0, 2, 3]] * 2 * math.pi, self.width // 2, 10000).flatten(2)
            position = self.mlp(query, "transformer.decoder.ref_point_head")
            x = self.norm(x + self.attention(x, position, name + ".self_attn"), name + ".norm2")
            y = self.deformable(x + position, boxes, memory, sizes, name + ".cross_attn")
            x = self.feed_forward(self.norm(x + y, name + ".norm1"), name, ".norm3")
            normed = self.norm(x, "transformer.decoder.norm")
            logits = self.linear(normed, f"class_embed.{i}")
            delta = self.mlp(normed, f"bbox_embed.{i}")
            found = (delta + inverse_sigmoid(boxes)).sigmoid()
            boxes = (self.mlp(x, f"bbox_embed.{i}") + inverse_sigmoid(boxes)).sigmoid()
            self.seen.update({f"decoder.{i}": x, f"decoder.{i}.normed": normed, f"decoder.{i}.boxes": boxes})
            self.seen.update({f"logits.{i}": logits, f"delta.{i}": delta})
        self.seen.update(logits=logits, boxes=found)

    def __call__(self, pixels):
        """Every step's result."""
        self.seen = {}
        levels = self.pyramid(self.backbone(pixels))
        sizes = [tuple(level.shape[2:]) for level in levels]
        tokens = self.seen["tokens"] = torch.cat([level.flatten(2).transpose(1, 2) for level in levels], 1)
        memory, references = self.encode(tokens, sizes)
        self.decode(self.select(memory, references, sizes), memory, sizes)
        return self.seen


def check(directory):
    """Prints how far each step is from the authors'."""
    settings = json.loads((directory / "settings.json").read_text())["hyperparameters"]
    tensors = torch.load(directory / "model.pth")["model"]
    dino = Dino(tensors, settings["nheads"], settings["num_queries"], **ORIGINAL)
    for file in sorted(directory.glob("case_*.safetensors")):
        theirs = load_file(file)
        if theirs["mask"].any():
            continue
        with torch.no_grad():
            seen = dino(theirs["pixels"])
        steps = {"memory": seen[f"encoder.{settings['enc_layers'] - 1}"], "hs": None, "pred_logits": seen["logits"]}
        steps["hs"] = torch.stack([seen[f"decoder.{i}.normed"] for i in range(settings["dec_layers"])])
        steps["pred_boxes"] = seen["boxes"]
        steps["enc.output_memory"] = seen["query.candidates"]
        steps["enc.topk_boxes"] = seen["query.boxes"]
        steps["enc.topk_indices"] = seen["query.tokens"]
        steps["encoder_layer.0"] = seen["encoder.0"]
        far = {name: (value - theirs[name]).abs().max().item() for name, value in steps.items()}
        print(directory.name, file.stem, {name: f"{value:.1e}" for name, value in far.items()})
        assert max(far.values()) < 2e-4, far


def shapes(block, channels, maps, levels, stem=6, width=32, inside=16, points=2, layers=2):
    """Names and shapes of all tensors, under the authors' names, heads apart from each other."""
    found = {}

    def add(name, *shape, bias=True):
        found[name + ".weight"] = shape
        if bias:
            found[name + ".bias"] = shape[:1]

    def conv(conv_name, norm_name, *shape):
        add(conv_name, *shape, bias=False)
        for part in ("weight", "bias", "running_mean", "running_var"):
            found[f"{norm_name}.{part}"] = shape[:1]

    def mlp(name, *sizes):
        for i, (a, b) in enumerate(zip(sizes, sizes[1:])):
            add(f"{name}.layers.{i}", b, a)

    def deformable(name):
        add(name + ".sampling_offsets", HEADS * levels * points * 2, width)
        add(name + ".attention_weights", HEADS * levels * points, width)
        add(name + ".value_proj", width, width)
        add(name + ".output_proj", width, width)

    body = "backbone.0.body."
    conv(body + "conv1", body + "bn1", stem, 3, 7, 7)
    before = stem
    for stage, out in enumerate(channels, 1):
        name = f"{body}layer{stage}.0"
        if block == "bottleneck":
            conv(name + ".conv1", name + ".bn1", out // 4, before, 1, 1)
            conv(name + ".conv2", name + ".bn2", out // 4, out // 4, 3, 3)
            conv(name + ".conv3", name + ".bn3", out, out // 4, 1, 1)
        else:
            conv(name + ".conv1", name + ".bn1", out, before, 3, 3)
            conv(name + ".conv2", name + ".bn2", out, out, 3, 3)
        if stage > 1 or out != before:
            conv(name + ".downsample.0", name + ".downsample.1", out, before, 1, 1)
        before = out
    for i in range(levels):
        inputs = channels[4 - maps + i] if i < maps else channels[-1] if i == maps else width
        kernel = 1 if i < maps else 3
        add(f"input_proj.{i}.0", width, inputs, kernel, kernel)
        add(f"input_proj.{i}.1", width)
    found["transformer.level_embed"] = (levels, width)
    found["transformer.tgt_embed.weight"] = (QUERIES, width)
    found["label_enc.weight"] = (CLASSES + 1, width)
    add("transformer.enc_output", width, width)
    add("transformer.enc_output_norm", width)
    add("transformer.enc_out_class_embed", CLASSES, width)
    mlp("transformer.enc_out_bbox_embed", width, width, width, 4)
    mlp("transformer.decoder.ref_point_head", 2 * width, width, width)
    add("transformer.decoder.norm", width)
    for i in range(layers):
        encoder, decoder = f"transformer.encoder.layers.{i}", f"transformer.decoder.layers.{i}"
        deformable(encoder + ".self_attn")
        deformable(decoder + ".cross_attn")
        found[decoder + ".self_attn.in_proj_weight"] = (3 * width, width)
        found[decoder + ".self_attn.in_proj_bias"] = (3 * width,)
        add(decoder + ".self_attn.out_proj", width, width)
        for layer, norms in ((encoder, 2), (decoder, 3)):
            add(layer + ".linear1", inside, width)
            add(layer + ".linear2", width, inside)
            for n in range(norms):
                add(f"{layer}.norm{n + 1}", width)
        add(f"class_embed.{i}", CLASSES, width)
        mlp(f"bbox_embed.{i}", width, width, width, 4)
    return found


def random_tensor(name, shape, generator):
    """Makes every step matter: no norm is the identity, no bias zero, attention far from uniform."""
    if name.endswith("running_var") or (len(shape) == 1 and name.endswith("weight")):
        return torch.rand(shape, generator=generator) + 0.5
    values = torch.randn(shape, generator=generator)
    if name.endswith("sampling_offsets.bias"):
        return 2 * values
    if len(shape) == 1:
        return 0.2 * values
    if len(shape) == 4:
        return values * (2 / math.prod(shape[1:])) ** 0.5
    return values if "embed" in name and name.count(".") < 3 else values / shape[1] ** 0.5


def spread(dino, pixels, layer, values, mean, deviation):
    """Shifts and scales a head's last layer, so that neither tokens nor queries are nearly all alike."""
    with torch.no_grad():
        given = dino(pixels)[values].flatten(0, -2)
        scale = deviation / given.std(0)
        dino.t[layer + ".bias"] = (dino.t[layer + ".bias"] - given.mean(0)) * scale + mean
        dino.t[layer + ".weight"] = dino.t[layer + ".weight"] * scale[:, None]


def build(settings, images, seed, plain):
    """The authors' network, and for each source of images the pixels; plain projections have no bias."""
    generator = torch.Generator().manual_seed(seed)
    tensors = {name: random_tensor(name, s, generator) for name, s in shapes(**settings).items()}
    for name in tensors if plain else ():
        if name.startswith("input_proj.") and name.endswith(".0.bias"):
            tensors[name].zero_()
    given = {source: random_pixels(generator, n, 3, height, width) for source, (n, height, width) in images.items()}
    dino, pixels = Dino(tensors, HEADS, QUERIES, **ORIGINAL), given["original"]
    spread(dino, pixels, "transformer.enc_out_class_embed", "query.scores", -1, 2)
    spread(dino, pixels, "transformer.enc_out_bbox_embed.layers.2", "query.deltas", 0, 0.7)
    for i in range(settings.get("layers", 2)):
        spread(dino, pixels, f"class_embed.{i}", f"logits.{i}", -1, 2)
        spread(dino, pixels, f"bbox_embed.{i}.layers.2", f"delta.{i}", 0, 0.7)
    return {name: tensor.half().float() for name, tensor in dino.t.items()}, given


def tied(tensors):
    """Every head also lies under the decoder's name."""
    copies = {}
    for name, tensor in tensors.items():
        copies[name] = tensor
        if name.startswith(("class_embed.", "bbox_embed.")):
            copies["transformer.decoder." + name] = tensor
    return copies


def detrex_names(tensors, maps, layers=2):
    renamed = {}
    for name, tensor in tied(tensors).items():
        words = name.split(".")
        if name.startswith("backbone.0.body."):
            name = detectron2_name(".".join(words[3:]))
        elif words[0] == "input_proj":
            level = int(words[1])
            place = f"neck.convs.{level}" if level < maps else f"neck.extra_convs.{level - maps}"
            name = f"{place}.{'conv' if words[2] == '0' else 'norm'}.{words[3]}"
        elif name == "transformer.level_embed":
            name = "transformer.level_embeds"
        elif ".layers." in name and words[1] in ("encoder", "decoder") and words[2] == "layers":
            name = detrex_layer(words)
        elif words[1].startswith("enc_out_"):
            # behind those of the decoder's layers
            name = ".".join([words[1].replace("enc_out_", ""), str(layers), *words[2:]])
            renamed["transformer.decoder." + name] = tensor
        renamed[name] = tensor
    return renamed


def detrex_layer(words):
    cross = words[1] == "decoder"
    part, rest = words[4], words[5:]
    if part == "self_attn":
        part = "attentions.0.attn" if cross else "attentions.0"
    elif part == "cross_attn":
        part = "attentions.1"
    elif part == "linear1":
        part = "ffns.0.layers.0.0"
    elif part == "linear2":
        part = "ffns.0.layers.1"
    else:
        # the authors' order of norms is that of Deformable DETR, not that of the layer's steps
        order = {"norm2": 0, "norm1": 1, "norm3": 2} if cross else {"norm1": 0, "norm2": 1}
        part = f"norms.{order[part]}"
    return ".".join([*words[:4], part, *rest])


def co_detr_names(tensors, maps, layers, **_):
    """Sense-X/Co-DETR's, with the heads that training has beside the query head."""
    renamed = {}
    without_backbone = {name: tensor for name, tensor in tensors.items() if "backbone" not in name}
    for name, tensor in detrex_names(without_backbone, maps, layers).items():
        if name.startswith("transformer.decoder.") and "_embed." in name:
            continue
        if name.startswith("neck.") and name.endswith("conv.bias"):
            continue
        name = name.replace(".norm.", ".gn.") if name.startswith("neck.") else name
        for old, new in (("class_embed.", "cls_branches."), ("bbox_embed.", "reg_branches."), ("tgt_embed", "query_embed")):
            name = name.replace(old, new)
        name = re.sub(r"\.layers\.(\d)(\.\w+)$", lambda m: f".{2 * int(m[1])}{m[2]}", name) if "ffns" not in name else name
        if name == "label_enc.weight":
            name, tensor = "label_embedding.weight", tensor[:-1]
        renamed[name if name.startswith("neck.") else "query_head." + name] = tensor
    for name, tensor in tensors.items():
        if name.startswith("backbone."):
            renamed[name.replace(".0.body", "")] = tensor
    for name in OTHER_HEADS:
        renamed[name] = torch.zeros(2, 2) if name.endswith("weight") else torch.zeros(2)
    return renamed


OTHER_HEADS = (
    "query_head.downsample.0.weight",
    "query_head.downsample.1.bias",
    "query_head.transformer.aux_pos_trans.0.weight",
    "query_head.transformer.aux_pos_trans_norm.1.bias",
    "query_head.transformer.pos_feats_trans.0.weight",
    "query_head.transformer.pos_feats_norm.0.bias",
    "rpn_head.rpn_conv.weight",
    "rpn_head.rpn_cls.bias",
    "rpn_head.rpn_reg.bias",
    "roi_head.0.bbox_head.shared_fcs.1.weight",
    "roi_head.0.bbox_head.fc_cls.weight",
    "roi_head.0.bbox_head.fc_reg.bias",
    "bbox_head.0.cls_convs.0.conv.weight",
    "bbox_head.0.reg_convs.0.gn.bias",
    "bbox_head.0.atss_cls.weight",
    "bbox_head.0.atss_centerness.bias",
    "bbox_head.0.scales.5.scale",
)


# name -> shapes; for the positions of each source, (batch, height, width)
VARIANTS = {
    "dino-4scale": (
        dict(block="bottleneck", channels=(8, 12, 16, 20), maps=3, levels=4),
        {"original": (2, 33, 65), "detrex": (1, 65, 33)},
    ),
    # so wide that boxes at its ends are invalid
    "dino-5scale": (
        dict(block="basic", channels=(6, 8, 9, 10), maps=4, levels=5),
        {"original": (1, 7, 201), "detrex": (1, 17, 65)},
    ),
}
CO_DINO = (dict(block="bottleneck", channels=(12, 16, 20, 24), maps=4, levels=5, layers=1), {"original": (1, 24, 72)})
POSITIONS = {"original": ORIGINAL, "detrex": DETREX}

INNER = ("logits.", "delta.", "query.deltas")


def telling(seen):
    return (
        gap(seen["query.scores"].amax(-1), QUERIES) > SCORE_GAP
        and gap(seen["logits"].sigmoid().flatten(1), QUERIES * CLASSES - 1) > DETECTION_GAP
        and seen["boxes"].std(1).min() > 0.05
    )


def run(tensors, positions, pixels):
    with torch.no_grad():
        return dict(Dino(tensors, HEADS, QUERIES, **positions)(pixels))


def goldens(tensors, given):
    """For each source every step in float64, and how far float32 is from it."""
    double = {name: tensor.double() for name, tensor in tensors.items()}
    for source, pixels in given.items():
        rounded = run(tensors, POSITIONS[source], pixels)
        seen = run(double, POSITIONS[source], pixels.double())
        yield source, seen, max((rounded[name] - seen[name]).abs().max().item() for name in ("logits", "boxes"))


def make_co_dino(directory, settings, images):
    for seed in itertools.count():
        tensors, given = build(settings, images, seed, plain=True)
        ((_, seen, noise),) = goldens(tensors, given)
        if telling(seen) and noise < NOISE:
            break
    directory.mkdir(parents=True, exist_ok=True)
    golden = {name: seen[name].float() for name in ("c5", "tokens", "query.boxes", "logits", "boxes")}
    save_golden(directory / "golden.safetensors", {"pixels": given["original"], **golden}, first_seed=seed)
    tensors = co_detr_names({name: tensor.half() for name, tensor in tensors.items()}, **settings)
    file = directory / "co_dino.pth"
    torch.save({"meta": {"epoch": 12}, "state_dict": tensors}, file, _use_new_zipfile_serialization=False)
    print(f"{directory.name}: seed {seed}, boxes' deviation {seen['boxes'].std(1).mean():.2f}, noise {noise:.1e}")


def make(directory, settings, images):
    for seed in itertools.count():
        tensors, given = build(settings, images, seed, plain=False)
        results = list(goldens(tensors, given))
        if all(telling(seen) and noise < NOISE for _, seen, noise in results):
            break
    for source, seen, noise in results:
        folder = directory if source == "original" else directory.with_name(f"{directory.name}-{source}")
        folder.mkdir(parents=True, exist_ok=True)
        golden = {"pixels": given[source]}
        golden.update({name: t.float() for name, t in seen.items() if not name.startswith(INNER)})
        save_golden(folder / "golden.safetensors", golden, first_seed=seed)
        print(f"{folder.name}: seed {seed}, boxes' deviation {seen['boxes'].std(1).mean():.2f}, noise {noise:.1e}")
    tensors = {name: tensor.half() for name, tensor in tensors.items()}
    torch.save({"model": detrex_names(tensors, settings["maps"])}, directory / "detrex.pth")
    torch.save({"model": tied(tensors)}, directory / "original.pth")


if __name__ == "__main__":
    torch.set_num_threads(1)
    if sys.argv[1:2] == ["--check"]:
        check(Path(sys.argv[2]))
    else:
        root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "../resources/golden"
        for name, variant in VARIANTS.items():
            make(root / name, *variant)
        make_co_dino(root / "dino-co", *CO_DINO)
