"""Makes the golden files of TestDetrLayout: a random DETR of transformers, its tensors named as other code bases do.
make_golden_swin.py goes first.

    python make_layouts.py [DIRECTORY]       (default: ../resources/golden)

The names come from the modules themselves: a skeleton without a forward pass is built of the same PyTorch modules as the
code bases build theirs, its state dict says what exists, and every one of its tensors must be given.
"""

import re
import sys
from collections import OrderedDict
from pathlib import Path

import torch
from make_golden import (
    HEIGHT,
    LABELS,
    SEED,
    TRANSFORMER,
    WIDTH,
    random_pixels,
    randomise,
    save_golden,
    spread,
    timm_resnet,
)
from safetensors.torch import load_file
from torch import nn
from transformers import DetrConfig, DetrForObjectDetection


def modules(**children):
    module = nn.Module()
    for name, child in children.items():
        module.add_module(name, child)
    return module


def box_head(width):
    return modules(layers=nn.ModuleList([nn.Linear(width, width), nn.Linear(width, width), nn.Linear(width, 4)]))


def original_layer(width, heads, inside, cross):
    layer = modules(
        self_attn=nn.MultiheadAttention(width, heads),
        linear1=nn.Linear(width, inside),
        linear2=nn.Linear(inside, width),
        norm1=nn.LayerNorm(width),
        norm2=nn.LayerNorm(width),
    )
    if cross:
        layer.multihead_attn = nn.MultiheadAttention(width, heads)
        layer.norm3 = nn.LayerNorm(width)
    return layer


def detrex_layer(width, heads, inside, cross):
    attentions = [modules(attn=nn.MultiheadAttention(width, heads)) for _ in range(2 if cross else 1)]
    ffn = modules(layers=nn.Sequential(nn.Sequential(nn.Linear(width, inside)), nn.Linear(inside, width)))
    norms = [nn.LayerNorm(width) for _ in range(3 if cross else 2)]
    return modules(attentions=nn.ModuleList(attentions), ffns=nn.ModuleList([ffn]), norms=nn.ModuleList(norms))


def skeleton(layer, final_norm, sizes):
    """Everything of a DETR but its backbone."""
    width, heads = sizes["width"], sizes["heads"]
    encoder = [layer(width, heads, sizes["encoder_inside"], False) for _ in range(sizes["encoder_layers"])]
    decoder = [layer(width, heads, sizes["decoder_inside"], True) for _ in range(sizes["decoder_layers"])]
    return modules(
        transformer=modules(
            encoder=modules(layers=nn.ModuleList(encoder)),
            decoder=modules(layers=nn.ModuleList(decoder), **{final_norm: nn.LayerNorm(width)}),
        ),
        input_proj=nn.Conv2d(sizes["channels"], width, 1),
        query_embed=nn.Embedding(sizes["queries"], width),
        class_embed=nn.Linear(width, sizes["classes"] + 1),
        bbox_embed=box_head(width),
    )


def sizes_of(tensors):
    def layers(part):
        return 1 + max(int(name.split(".")[3]) for name in tensors if name.startswith(f"model.{part}.layers."))

    return dict(
        width=tensors["model.query_position_embeddings.weight"].size(1),
        queries=tensors["model.query_position_embeddings.weight"].size(0),
        classes=tensors["class_labels_classifier.weight"].size(0) - 1,
        channels=tensors["model.input_projection.weight"].size(1),
        heads=1,  # their number shapes no tensor
        encoder_layers=layers("encoder"),
        decoder_layers=layers("decoder"),
        encoder_inside=tensors["model.encoder.layers.0.fc1.weight"].size(0),
        decoder_inside=tensors["model.decoder.layers.0.fc1.weight"].size(0),
    )


def fill_attention(attention, tensors, name):
    for end in ("weight", "bias"):
        parts = [tensors[f"{name}.{part}_proj.{end}"] for part in "qkv"]
        getattr(attention, f"in_proj_{end}").copy_(torch.cat(parts))
        getattr(attention.out_proj, end).copy_(tensors[f"{name}.out_proj.{end}"])


def fill(module, tensors, name):
    for end in ("weight", "bias"):
        if getattr(module, end, None) is not None:
            getattr(module, end).copy_(tensors[f"{name}.{end}"])


def fill_ends(network, tensors, final_norm):
    fill(network.input_proj, tensors, "model.input_projection")
    fill(network.query_embed, tensors, "model.query_position_embeddings")
    fill(network.class_embed, tensors, "class_labels_classifier")
    for i, linear in enumerate(network.bbox_embed.layers):
        fill(linear, tensors, f"bbox_predictor.layers.{i}")
    fill(getattr(network.transformer.decoder, final_norm), tensors, "model.decoder.layernorm")


def original(tensors):
    network = skeleton(original_layer, "norm", sizes_of(tensors))
    fill_ends(network, tensors, "norm")
    for part in ("encoder", "decoder"):
        for i, layer in enumerate(getattr(network.transformer, part).layers):
            name = f"model.{part}.layers.{i}"
            fill_attention(layer.self_attn, tensors, f"{name}.self_attn")
            fill(layer.norm1, tensors, f"{name}.self_attn_layer_norm")
            fill(layer.linear1, tensors, f"{name}.fc1")
            fill(layer.linear2, tensors, f"{name}.fc2")
            if part == "decoder":
                fill_attention(layer.multihead_attn, tensors, f"{name}.encoder_attn")
                fill(layer.norm2, tensors, f"{name}.encoder_attn_layer_norm")
            fill(layer.norm3 if part == "decoder" else layer.norm2, tensors, f"{name}.final_layer_norm")
    return backbone(tensors, lambda name: "backbone.0.body." + name) | network.state_dict()


def detrex(tensors, backbone_name):
    network = skeleton(detrex_layer, "post_norm_layer", sizes_of(tensors))
    fill_ends(network, tensors, "post_norm_layer")
    for part in ("encoder", "decoder"):
        for i, layer in enumerate(getattr(network.transformer, part).layers):
            name = f"model.{part}.layers.{i}"
            attentions = ["self_attn"] if part == "encoder" else ["self_attn", "encoder_attn"]
            for k, attention in enumerate(attentions):
                fill_attention(layer.attentions[k].attn, tensors, f"{name}.{attention}")
                fill(layer.norms[k], tensors, f"{name}.{attention}_layer_norm")
            fill(layer.ffns[0].layers[0][0], tensors, f"{name}.fc1")
            fill(layer.ffns[0].layers[1], tensors, f"{name}.fc2")
            fill(layer.norms[len(attentions)], tensors, f"{name}.final_layer_norm")
    return with_fused_projections(backbone(tensors, backbone_name)) | network.state_dict()


def backbone(tensors, rename):
    prefix = "model.backbone.conv_encoder.model."
    found = {name[len(prefix):]: tensor for name, tensor in tensors.items() if name.startswith(prefix)}
    return OrderedDict((rename(name), tensor) for name, tensor in found.items())


def detectron2_name(name):
    """layer1.0.bn2.bias -> backbone.res2.0.conv2.norm.bias"""
    words = name.split(".")
    if words[0] in ("conv1", "bn1"):
        words.insert(0, "stem")
    else:
        words[0] = f"res{int(words[0][-1]) + 1}"
    for i, word in enumerate(words):
        if word.startswith("bn"):
            words[i : i + 1] = ["conv" + word[2:], "norm"]
        elif word == "downsample":
            words[i : i + 2] = ["shortcut"] if words[i + 1] == "0" else ["shortcut", "norm"]
    return ".".join(["backbone", *words])



def swin_name(name):
    """encoder.layers.0.blocks.1.attention.output.dense.bias -> backbone.layers.0.blocks.1.attn.proj.bias"""
    for ours, theirs in (
        ("embeddings.patch_embeddings.projection", "patch_embed.proj"),
        ("embeddings.norm", "patch_embed.norm"),
        ("encoder.", ""),
        ("layernorm_before", "norm1"),
        ("layernorm_after", "norm2"),
        ("attention.self.", "attn."),
        ("attention.output.dense", "attn.proj"),
        ("intermediate.dense", "mlp.fc1"),
        ("output.dense", "mlp.fc2"),
    ):
        name = name.replace(ours, theirs)
    name = re.sub(r"hidden_states_norms\.stage(\d)", lambda match: f"norm{int(match[1]) - 1}", name)
    return "backbone." + name


def with_fused_projections(tensors):
    fused = OrderedDict()
    for name, tensor in tensors.items():
        if ".attn.query." in name:
            parts = [tensors[name.replace("query", part)] for part in ("query", "key", "value")]
            fused[name.replace("query", "qkv")] = torch.cat(parts)
        elif ".attn.key." not in name and ".attn.value." not in name:
            fused[name] = tensor
    return fused


def narrow_stem(model, width=6):
    """timm's stem has 64 channels whatever it is told, and no configuration holds their number; a bare file may have
    fewer."""
    network = model.model.backbone.conv_encoder.model
    first = network.layer1[0]
    network.conv1 = nn.Conv2d(3, width, 7, stride=2, padding=3, bias=False)
    network.bn1 = type(network.bn1)(width)
    first.conv1 = nn.Conv2d(width, first.conv1.out_channels, 1, bias=False)
    first.downsample[0] = nn.Conv2d(width, first.downsample[0].out_channels, 1, bias=False)
    return model


def detr(**settings):
    return DetrForObjectDetection(DetrConfig(**{**TRANSFORMER, **settings}))


def random_detr(model, generator, pixels):
    model.eval()
    randomise(model, generator)
    spread(model, model.model.input_projection, pixels, 1)
    spread(model, model.class_labels_classifier, pixels, 2)
    spread(model, model.bbox_predictor.layers[2], pixels, 1)
    return model


def make(directory):
    """One set of random weights, undilated and dilated: what transformers computes, and the files of both code bases."""
    directory.mkdir(parents=True, exist_ok=True)
    generator = torch.Generator().manual_seed(SEED)
    seen = {"pixels": random_pixels(generator, 2, 3, HEIGHT, WIDTH)}
    settings = dict(**timm_resnet("resnet50", [1, 2, 1, 1]), id2label={i: f"label_{i}" for i in range(7)})
    model = random_detr(narrow_stem(detr(**settings)), generator, seen["pixels"])
    dilated = narrow_stem(detr(**settings, dilation=True)).eval()
    dilated.load_state_dict(model.state_dict())
    for name, network in {"detr": model, "detr-dc5": dilated}.items():
        with torch.no_grad():
            output = network(pixel_values=seen["pixels"])
        seen.update({f"{name}.logits": output.logits, f"{name}.boxes": output.pred_boxes})
    save_golden(directory / "golden.safetensors", seen)
    tensors = model.state_dict()
    with torch.no_grad():
        torch.save({"model": OrderedDict(original(tensors))}, directory / "original.pth")
        # detrex' networks hold their loss, and with it the weights of classes
        weights = torch.ones(tensors["class_labels_classifier.weight"].size(0))
        torch.save({"model": {**detrex(tensors, detectron2_name), "criterion.empty_weight": weights}}, directory / "detrex.pth")


def make_tiny(file):
    """A network that is small in everything, for tests of what stands around it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    generator = torch.Generator().manual_seed(SEED)
    settings = dict(
        **timm_resnet("resnet18", [1, 1, 1, 1]), d_model=8, encoder_layers=1, decoder_layers=1, encoder_ffn_dim=8,
        decoder_ffn_dim=8, encoder_attention_heads=8, decoder_attention_heads=8, num_queries=5, id2label=LABELS,
    )
    settings["backbone_kwargs"]["channels"] = [2, 3, 4, 5]
    model = random_detr(detr(**settings), generator, torch.randn(2, 3, 72, 104, generator=generator))
    with torch.no_grad():
        torch.save(OrderedDict(original(model.state_dict())), file)


if __name__ == "__main__":
    torch.set_num_threads(1)
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "../resources/golden"
    make(root / "detr-layouts")
    with torch.no_grad():
        tensors = load_file(root / "detr-swin" / "model.safetensors")
        torch.save({"model": detrex(tensors, swin_name)}, root / "detr-swin" / "detrex.pth")
    if len(sys.argv) < 2:
        make_tiny(Path(__file__).parents[5] / "spark-job/labeling/src/test/resources/dev/boxmill/job/session/tiny-detr.pth")
