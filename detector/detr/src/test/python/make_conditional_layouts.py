"""Makes the golden files of TestConditionalLayout and TestDabLayout: random networks as other code bases save them.

    pip install -r requirements.txt
    python make_conditional_layouts.py [DIRECTORY]       (default: ../resources/golden)

Conditional DETR is transformers' own, DAB-DETR and DN-DETR are those of dab_reference.py. No name is written down twice:
a network's modules are put where the other code base has them, and its state dict then names their tensors.
"""

import sys
from collections import OrderedDict
from pathlib import Path

import torch
from torch import nn
from transformers import ConditionalDetrConfig, ConditionalDetrForObjectDetection, ConditionalDetrImageProcessor
from transformers.models.conditional_detr.modeling_conditional_detr import ConditionalDetrObjectDetectionOutput

from dab_reference import DabDetr, modules
from make_golden import (
    HEIGHT,
    SEED,
    TARGET,
    THRESHOLD,
    TRANSFORMER,
    WIDTH,
    detections,
    first_seed,
    random_pixels,
    randomise,
    save_golden,
    spread,
    timm_resnet,
)
from make_golden_conditional import spread_references
from make_golden_dab import DRIFT, has_detections, spread_anchors
from make_layouts import backbone, detectron2_name, fill_attention, narrow_stem

SIZES = dict(stem=6, widths=[8, 12, 16, 20], depths=[1, 1, 1, 2], width=12, heads=4, inside=16, encoder_layers=2,
             decoder_layers=2, queries=9, classes=5)
TOP_K = 300  # what DAB- and DN-DETR keep
DAB = dict(patterns=2, keeps_position=True, encoder_norm=True)
DN = dict(labels=True)


def conditional_original(model):
    """Tensors of transformers' Conditional DETR as its authors' code names them."""
    tensors = model.state_dict()
    encoder = []
    for i, layer in enumerate(model.model.encoder.layers):
        attention = nn.MultiheadAttention(layer.embed_dim, 1)
        fill_attention(attention, tensors, f"model.encoder.layers.{i}.self_attn")
        encoder.append(
            modules(
                self_attn=attention,
                linear1=layer.fc1,
                linear2=layer.fc2,
                norm1=layer.self_attn_layer_norm,
                norm2=layer.final_layer_norm,
            )
        )
    core = model.model.decoder
    network = modules(
        transformer=modules(
            encoder=modules(layers=nn.ModuleList(encoder)),
            decoder=modules(
                layers=nn.ModuleList(conditional_decoder_layer(layer) for layer in core.layers),
                norm=core.layernorm,
                query_scale=core.query_scale,
                ref_point_head=core.ref_point_head,
            ),
        ),
        class_embed=model.class_labels_classifier,
        bbox_embed=model.bbox_predictor,
        query_embed=model.model.query_position_embeddings,
        input_proj=model.model.input_projection,
    )
    return backbone(tensors, lambda name: "backbone.0.body." + name) | network.state_dict()


def conditional_decoder_layer(layer):
    projections = {name: child for name, child in layer.named_children() if name.startswith(("sa_", "ca_"))}
    return modules(
        **projections,
        self_attn=modules(out_proj=layer.self_attn.out_proj),
        cross_attn=modules(out_proj=layer.encoder_attn.out_proj),
        linear1=layer.fc1,
        linear2=layer.fc2,
        norm1=layer.self_attn_layer_norm,
        norm2=layer.encoder_attn_layer_norm,
        norm3=layer.final_layer_norm,
    )


def dab_detrex(model):
    """Tensors of dab_reference.py's network as detrex names them."""
    encoder, decoder = model.transformer.encoder, model.transformer.decoder
    transformer = modules(
        encoder=modules(
            layers=nn.ModuleList(
                detrex_layer([modules(attn=layer.self_attn)], layer, [layer.norm1, layer.norm2])
                for layer in encoder.layers
            ),
            query_scale=encoder.query_scale,
        ),
        decoder=modules(
            layers=nn.ModuleList(
                detrex_layer(detrex_attentions(layer), layer, [layer.norm1, layer.norm2, layer.norm3])
                for layer in decoder.layers
            ),
            query_scale=decoder.query_scale,
            ref_point_head=decoder.ref_point_head,
            ref_anchor_head=decoder.ref_anchor_head,
            post_norm_layer=decoder.norm,
            bbox_embed=model.bbox_embed,
        ),
    )
    if hasattr(encoder, "norm"):
        transformer.encoder.post_norm_layer = encoder.norm
    if hasattr(model.transformer, "patterns"):
        transformer.patterns = model.transformer.patterns
    network = modules(
        input_proj=model.input_proj,
        transformer=transformer,
        anchor_box_embed=model.refpoint_embed,
        class_embed=model.class_embed,
        bbox_embed=model.bbox_embed,
    )
    if hasattr(model, "label_enc"):
        network.denoising_generator = modules(label_encoder=model.label_enc)
    return network.state_dict()


def detrex_layer(attentions, layer, norms):
    ffn = modules(
        activation=layer.activation,
        layers=nn.Sequential(nn.Sequential(layer.linear1, layer.activation), layer.linear2),
    )
    return modules(attentions=nn.ModuleList(attentions), ffns=nn.ModuleList([ffn]), norms=nn.ModuleList(norms))


def detrex_attentions(layer):
    words = dict(qcontent="query_content", qpos="query_pos", kcontent="key_content", kpos="key_pos", v="value",
                 qpos_sine="query_pos_sine")

    def attention(prefix, out):
        named = {f"{word}_proj": getattr(layer, f"{prefix}_{short}_proj", None) for short, word in words.items()}
        return modules(**{name: child for name, child in named.items() if child is not None}, out_proj=out.out_proj)

    return [attention("sa", layer.self_attn), attention("ca", layer.cross_attn)]


def body(model):
    return {name.removeprefix("backbone.0.body."): tensor for name, tensor in model.state_dict().items()
            if name.startswith("backbone.")}


def make_conditional(directory):
    """One set of random weights, undilated and dilated."""
    directory.mkdir(parents=True, exist_ok=True)
    generator = torch.Generator().manual_seed(SEED)
    pixels = random_pixels(generator, 2, 3, HEIGHT, WIDTH)
    settings = {**TRANSFORMER, **timm_resnet("resnet50", [1, 2, 1, 1])}
    settings["id2label"] = {i: f"label_{i}" for i in range(5)}
    model = narrow_stem(ConditionalDetrForObjectDetection(ConditionalDetrConfig(**settings)).eval())
    randomise(model, generator)
    spread_references(model)
    spread(model, model.model.input_projection, pixels, 1)
    spread(model, model.class_labels_classifier, pixels, 2)
    spread(model, model.bbox_predictor.layers[2], pixels, 1)
    dilated = narrow_stem(ConditionalDetrForObjectDetection(ConditionalDetrConfig(**settings, dilation=True)).eval())
    dilated.load_state_dict(model.state_dict())
    seen = {"pixels": pixels}
    with torch.no_grad():
        for prefix, network in {"": model, "dc5.": dilated}.items():
            output = network(pixel_values=pixels)
            seen.update({f"{prefix}logits": output.logits, f"{prefix}boxes": output.pred_boxes})
        torch.save({"model": OrderedDict(conditional_original(model))}, directory / "original.pth")
    save_golden(directory / "golden.safetensors", seen)


def make_dab(directory, settings):
    directory.mkdir(parents=True, exist_ok=True)

    def build(generator):
        pixels = random_pixels(generator, 2, 3, HEIGHT, WIDTH)
        model = DabDetr(**SIZES, **settings).eval()
        randomise(model, generator)
        spread_anchors(model.refpoint_embed.weight, generator)
        spread(model, model.input_proj, pixels, 1)
        spread(model, model.class_embed, pixels, 2)
        spread(model, model.bbox_embed.layers[2], pixels, 0.7)
        return model, pixels

    seed, model, pixels = first_seed(build, DRIFT, has_detections)
    dilated = DabDetr(**SIZES, **settings, dilated=True).eval()
    dilated.load_state_dict(model.state_dict())
    with torch.no_grad():
        seen = {"pixels": pixels, **model(pixels)}
        wide = dilated(pixels)
        seen.update({"dc5.logits": wide["logits"], "dc5.boxes": wide["boxes"]})
        detrex = dab_detrex(model)
    output = ConditionalDetrObjectDetectionOutput(logits=seen["logits"], pred_boxes=seen["boxes"])
    results = ConditionalDetrImageProcessor().post_process_object_detection(
        output, threshold=THRESHOLD, target_sizes=[TARGET] * 2, top_k=min(TOP_K, seen["logits"][0].numel())
    )
    for i, result in enumerate(results):
        seen.update(detections(result, f"detections.{i}"))
    save_golden(
        directory / "golden.safetensors",
        seen,
        seed=seed,
        threshold=THRESHOLD,
        k=TOP_K,
        target_height_width=TARGET,
    )
    torch.save({"model": model.state_dict()}, directory / "original.pth")
    undilated = {detectron2_name(name): tensor for name, tensor in body(model).items()}
    torch.save({"model": {**undilated, **detrex}}, directory / "detrex.pth")
    if directory.name == "dn-layouts":
        # the dilated networks there have torchvision's backbone in a module of their own
        wrapped = {"backbone.body." + name: tensor for name, tensor in body(model).items()}
        torch.save({"model": {**wrapped, **detrex}}, directory / "detrex-dc5.pth")
    scores = seen["detections.0.scores"]
    print(f"{directory.name}: seed {seed}, {len(scores)} detections, {scores.min():.2f} to {scores.max():.2f},"
          f" boxes' deviation {seen['boxes'].std():.2f}")


if __name__ == "__main__":
    torch.set_num_threads(1)
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "../resources/golden"
    make_conditional(root / "conditional-layouts")
    make_dab(root / "dab-layouts", DAB)
    make_dab(root / "dn-layouts", DN)
