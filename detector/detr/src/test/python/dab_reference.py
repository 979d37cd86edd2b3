"""DAB-DETR and DN-DETR in plain PyTorch, for the golden files: a reading of the papers and of the authors' tensors.

Transformers has no DN-DETR. Modules are named as the authors' checkpoints name their tensors, so that a state dict loads
strictly; the forward pass gives every step's result under the names that the tests use.

    python dab_reference.py DIRECTORY

compares it with the authors' own results (their DN-DETR's model.pth, settings.json and case_*.safetensors).
"""

import json
import math
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn.functional import interpolate, relu, scaled_dot_product_attention


def modules(**children):
    module = nn.Module()
    for name, child in children.items():
        module.add_module(name, child)
    return module


class FrozenNorm(nn.Module):
    def __init__(self, channels):
        super().__init__()
        for name in ("weight", "bias", "running_mean", "running_var"):
            self.register_buffer(name, torch.ones(channels))

    def forward(self, x):
        scale = self.weight * (self.running_var + 1e-5).rsqrt()
        shift = self.bias - self.running_mean * scale
        return x * scale[:, None, None] + shift[:, None, None]


class Bottleneck(nn.Module):
    def __init__(self, inputs, outputs, stride, dilation):
        super().__init__()
        inside = outputs // 4
        self.conv1 = nn.Conv2d(inputs, inside, 1, bias=False)
        self.bn1 = FrozenNorm(inside)
        self.conv2 = nn.Conv2d(inside, inside, 3, stride, dilation, dilation, bias=False)
        self.bn2 = FrozenNorm(inside)
        self.conv3 = nn.Conv2d(inside, outputs, 1, bias=False)
        self.bn3 = FrozenNorm(outputs)
        self.downsample = None
        if inputs != outputs:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), FrozenNorm(outputs))

    def forward(self, x):
        y = relu(self.bn1(self.conv1(x)))
        y = relu(self.bn2(self.conv2(y)))
        return relu(self.bn3(self.conv3(y)) + (x if self.downsample is None else self.downsample(x)))


class ResNet(nn.Module):
    """A dilated last stage keeps its resolution; its first block looks no farther than the stage before."""

    def __init__(self, stem, widths, depths, dilated):
        super().__init__()
        self.conv1 = nn.Conv2d(3, stem, 7, 2, 3, bias=False)
        self.bn1 = FrozenNorm(stem)
        inputs = stem
        for i, (width, depth) in enumerate(zip(widths, depths)):
            wide = dilated and i == 3
            blocks = [Bottleneck(inputs, width, 1 if i == 0 or wide else 2, 1)]
            blocks += [Bottleneck(width, width, 1, 2 if wide else 1) for _ in range(depth - 1)]
            setattr(self, f"layer{i + 1}", nn.Sequential(*blocks))
            inputs = width

    def forward(self, x):
        x = nn.functional.max_pool2d(relu(self.bn1(self.conv1(x))), 3, 2, 1)
        maps = []
        for stage in (self.layer1, self.layer2, self.layer3, self.layer4):
            x = stage(x)
            maps.append(x)
        return maps


class Mlp(nn.Module):
    def __init__(self, *sizes):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = relu(layer(x))
        return self.layers[-1](x)


def attend(q, k, v, heads, mask):
    """(B, N, C) each; mask (B, M) is true where a key is padding."""
    q, k, v = (x.unflatten(2, (heads, -1)).transpose(1, 2) for x in (q, k, v))
    seen = None if mask is None else ~mask[:, None, None, :]
    return scaled_dot_product_attention(q, k, v, attn_mask=seen).transpose(1, 2).flatten(2)


def each_head(content, position, heads):
    """Content, then position, in each head: twice (B, N, C) -> (B, N, 2 C)."""
    pair = [x.unflatten(2, (heads, -1)) for x in (content, position)]
    return torch.cat(pair, 3).flatten(2)


class EncoderLayer(nn.Module):
    def __init__(self, width, heads, inside):
        super().__init__()
        self.heads = heads
        self.self_attn = nn.MultiheadAttention(width, heads)
        self.linear1 = nn.Linear(width, inside)
        self.linear2 = nn.Linear(inside, width)
        self.norm1 = nn.LayerNorm(width)
        self.norm2 = nn.LayerNorm(width)
        self.activation = nn.PReLU()

    def forward(self, x, position, mask):
        weights = self.self_attn.in_proj_weight.chunk(3)
        biases = self.self_attn.in_proj_bias.chunk(3)
        q, k, v = (nn.functional.linear(y, w, b) for y, w, b in zip((x + position, x + position, x), weights, biases))
        x = self.norm1(x + self.self_attn.out_proj(attend(q, k, v, self.heads, mask)))
        return self.norm2(x + self.linear2(self.activation(self.linear1(x))))


class DecoderLayer(nn.Module):
    def __init__(self, width, heads, inside, keeps_position):
        super().__init__()
        self.heads = heads
        for name in ("sa_qcontent", "sa_qpos", "sa_kcontent", "sa_kpos", "sa_v"):
            setattr(self, f"{name}_proj", nn.Linear(width, width))
        self.self_attn = modules(out_proj=nn.Linear(width, width))
        self.norm1 = nn.LayerNorm(width)
        for name in ("ca_qcontent", "ca_qpos", "ca_kcontent", "ca_kpos", "ca_v", "ca_qpos_sine"):
            if name != "ca_qpos" or keeps_position:
                setattr(self, f"{name}_proj", nn.Linear(width, width))
        self.cross_attn = modules(out_proj=nn.Linear(width, width))
        self.linear1 = nn.Linear(width, inside)
        self.linear2 = nn.Linear(inside, width)
        self.norm2 = nn.LayerNorm(width)
        self.norm3 = nn.LayerNorm(width)
        self.activation = nn.PReLU()

    def forward(self, x, position, sine, memory, memory_position, mask):
        q = self.sa_qcontent_proj(x) + self.sa_qpos_proj(position)
        k = self.sa_kcontent_proj(x) + self.sa_kpos_proj(position)
        x = self.norm1(x + self.self_attn.out_proj(attend(q, k, self.sa_v_proj(x), self.heads, None)))

        q, k = self.ca_qcontent_proj(x), self.ca_kcontent_proj(memory)
        k_position = self.ca_kpos_proj(memory_position)
        if hasattr(self, "ca_qpos_proj"):
            q, k = q + self.ca_qpos_proj(position), k + k_position
        q = each_head(q, self.ca_qpos_sine_proj(sine), self.heads)
        k = each_head(k, k_position, self.heads)
        x = self.norm2(x + self.cross_attn.out_proj(attend(q, k, self.ca_v_proj(memory), self.heads, mask)))
        return self.norm3(x + self.linear2(self.activation(self.linear1(x))))


def sine(x, features, temperature):
    """(...) -> (..., features): sine and cosine in turn."""
    pair = torch.arange(features // 2, dtype=x.dtype)
    angle = x[..., None] / temperature ** (2 * pair / features)
    return torch.stack([angle.sin(), angle.cos()], -1).flatten(-2)


def image_position(mask, width, temperature):
    """Mask (B, h, w), true where padded -> (B, h * w, width), y before x."""
    valid = (~mask).float()
    y, x = valid.cumsum(1), valid.cumsum(2)
    y = y / (y[:, -1:, :] + 1e-6) * 2 * math.pi
    x = x / (x[:, :, -1:] + 1e-6) * 2 * math.pi
    return torch.cat([sine(y, width // 2, temperature), sine(x, width // 2, temperature)], -1).flatten(1, 2)


def inverse_sigmoid(x, eps):
    return torch.log(x.clamp(eps, 1) / (1 - x).clamp(eps, 1))


class DabDetr(nn.Module):
    """labels: whether it is a DN-DETR. sizes as in SIZES of make_conditional_layouts.py."""

    def __init__(self, stem, widths, depths, width, heads, inside, encoder_layers, decoder_layers, queries, classes,
                 labels=False, patterns=0, keeps_position=False, encoder_norm=False, dilated=False, eps=1e-3):
        super().__init__()
        self.width, self.eps = width, eps
        self.backbone = nn.ModuleList([modules(body=ResNet(stem, widths, depths, dilated))])
        self.input_proj = nn.Conv2d(widths[3], width, 1)
        encoder = modules(
            layers=nn.ModuleList(EncoderLayer(width, heads, inside) for _ in range(encoder_layers)),
            query_scale=Mlp(width, width, width),
        )
        if encoder_norm:
            encoder.norm = nn.LayerNorm(width)
        self.bbox_embed = Mlp(width, width, width, 4)
        decoder = modules(
            layers=nn.ModuleList(
                DecoderLayer(width, heads, inside, i == 0 or keeps_position) for i in range(decoder_layers)
            ),
            norm=nn.LayerNorm(width),
            query_scale=Mlp(width, width, width),
            ref_point_head=Mlp(2 * width, width, width),
            ref_anchor_head=Mlp(width, width, 2),
            bbox_embed=self.bbox_embed,
        )
        self.transformer = modules(encoder=encoder, decoder=decoder)
        if patterns:
            self.transformer.patterns = nn.Embedding(patterns, width)
        if labels:
            self.label_enc = nn.Embedding(classes + 1, width - 1)
        self.class_embed = nn.Linear(width, classes)
        self.refpoint_embed = nn.Embedding(queries, 4)

    def content(self):
        """(P, width)"""
        if hasattr(self, "label_enc"):
            return torch.cat([self.label_enc.weight[-1:], torch.zeros(1, 1)], 1)
        if hasattr(self.transformer, "patterns"):
            return self.transformer.patterns.weight
        return torch.zeros(1, self.width)

    def forward(self, pixel_values, mask=None):
        """pixel_values (B, 3, H, W), mask (B, H, W) true where padded -> every step's result by name."""
        seen = {}
        maps = self.backbone[0].body(pixel_values)
        seen.update({f"c{i + 2}": x for i, x in enumerate(maps)})
        if mask is None:
            mask = torch.zeros(pixel_values.shape[0], *pixel_values.shape[2:], dtype=torch.bool)
        mask = interpolate(mask[:, None].float(), size=maps[3].shape[-2:])[:, 0].bool()
        position = image_position(mask, self.width, 20)
        padding = mask.flatten(1)
        memory = self.encode(self.input_proj(maps[3]).flatten(2).transpose(1, 2), position, padding, seen)
        self.decode(memory, position, padding, seen)
        return seen

    def encode(self, x, position, padding, seen):
        encoder = self.transformer.encoder
        for i, layer in enumerate(encoder.layers):
            x = layer(x, position * encoder.query_scale(x), padding)
            seen[f"encoder.{i}"] = x
        if hasattr(encoder, "norm"):
            x = encoder.norm(x)
        seen["memory"] = x.clone()
        return x

    def decode(self, memory, memory_position, padding, seen):
        decoder, content = self.transformer.decoder, self.content()
        boxes = self.refpoint_embed.weight.sigmoid().repeat(memory.size(0), content.size(0), 1)
        x = content.repeat_interleave(self.refpoint_embed.num_embeddings, 0).repeat(memory.size(0), 1, 1)
        for i, layer in enumerate(decoder.layers):
            if i > 0:
                boxes = (self.bbox_embed(x) + inverse_sigmoid(boxes, self.eps)).sigmoid()
            seen[f"references.{i}"] = boxes
            embedded = [sine(2 * math.pi * boxes[..., axis], self.width // 2, 10000) for axis in (1, 0, 2, 3)]
            position = decoder.ref_point_head(torch.cat(embedded, -1))
            size = decoder.ref_anchor_head(x).sigmoid() / boxes[..., 2:]
            looking = torch.cat([embedded[0] * size[..., 1:], embedded[1] * size[..., :1]], -1)
            if i > 0:
                looking = looking * decoder.query_scale(x)
            x = layer(x, position, looking, memory, memory_position, padding)
            seen[f"decoder.{i}"] = x
        x = decoder.norm(x)
        seen["decoded"] = x
        seen["logits"] = self.class_embed(x)
        seen["boxes"] = (self.bbox_embed(x) + inverse_sigmoid(boxes, self.eps)).sigmoid()


# The authors' names of steps, and their layers' stack of references.
THEIRS = {"c5": "backbone.0", "memory": "memory", "logits": "pred_logits", "boxes": "pred_boxes"}


def check(directory):
    tensors = torch.load(directory / "model.pth", weights_only=True)["model"]
    settings = json.loads((directory / "settings.json").read_text())
    backbone, sizes = settings["backbone"], settings["hyperparameters"]
    model = DabDetr(
        stem=backbone["stem_channels"], widths=backbone["out_channels_c2_to_c5"], depths=backbone["depths"],
        width=sizes["hidden_dim"], heads=sizes["nheads"], inside=sizes["dim_feedforward"],
        encoder_layers=sizes["enc_layers"], decoder_layers=sizes["dec_layers"], queries=sizes["num_queries"],
        classes=sizes["num_classes"], labels=True,
    )
    model.load_state_dict(tensors)
    for case in sorted(directory.glob("case_*.safetensors")):
        theirs = load_file(case)
        with torch.no_grad():
            seen = model(theirs["pixels"], theirs["mask"].bool())
        pairs = [(ours, seen[ours], theirs[name]) for ours, name in THEIRS.items()]
        pairs += [(f"references.{i}", seen[f"references.{i}"], box) for i, box in enumerate(theirs["references"])]
        layers = range(sizes["dec_layers"])
        pairs += [(f"decoder.{i}", seen[f"decoder.{i}"], theirs[f"decoder_layer.{i}"]) for i in layers]
        pairs.append(("decoded", seen["decoded"], theirs["hs"][-1]))
        for name, ours, expected in pairs:
            difference = (ours - expected).abs().max().item()
            print(f"{case.stem} {name}: {difference:.1e}")
            assert difference < 1e-4, name


if __name__ == "__main__":
    check(Path(sys.argv[1]))
