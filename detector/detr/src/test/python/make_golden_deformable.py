"""Makes the golden files of TestDeformableDetrParity: tiny Deformable DETR checkpoints with random weights, and what
transformers computes.

    pip install -r requirements.txt
    python make_golden_deformable.py [DIRECTORY]       (default: ../resources/golden)

Each variant is a directory as save_pretrained writes it and a golden.safetensors with the input, every step's whole
result, computed in float64, and the post-processed detections; its header holds the versions, the seed, the threshold
and k. The weights are stored as float16, and the reference computes from the rounded ones. A variant's seed is the first
one with which the scores that select queries and detections differ by more than any implementation's rounding, so that
their order is one order, and with which float32 is near float64.
"""

import itertools
import re
import sys
from pathlib import Path

import torch
from make_golden import (
    LABELS,
    RESIZED,
    TARGET,
    THRESHOLD,
    detections,
    hugging_face_resnet,
    random_pixels,
    rename_to_version_5,
    timm_resnet,
)
from make_golden import save_golden as save
from make_golden_rtdetr import DETECTION_GAP, SCORE_GAP, gap
from safetensors.torch import save_file
from transformers import DeformableDetrConfig, DeformableDetrForObjectDetection, DeformableDetrImageProcessor

QUERIES = 9
TOP_K = 100
# also saved as the authors' code does; its networks all have relu, sines and torchvision's ResNet
AS_AUTHORS = ("deformable-base", "deformable-single-scale-dc5", "deformable-two-stage-authors")
NOISE = 2e-5  # between float32 and float64: another implementation has its own, and the tests allow 1e-4

TRANSFORMER = dict(
    d_model=32,  # as many as GroupNorm has groups
    num_queries=QUERIES,
    two_stage_num_proposals=QUERIES,
    encoder_layers=2,
    decoder_layers=2,
    encoder_attention_heads=4,
    decoder_attention_heads=4,
    encoder_ffn_dim=16,
    decoder_ffn_dim=14,
    encoder_n_points=3,
    decoder_n_points=2,
    id2label=LABELS,
    label2id={name: i for i, name in LABELS.items()},
)


def timm(name, layers, outputs, **settings):
    backbone = timm_resnet(name, layers)
    backbone["backbone_kwargs"]["out_indices"] = outputs
    return {**backbone, **settings}


# name -> settings, (batch, height, width)
VARIANTS = {
    "deformable-base": (timm("resnet50", [1, 1, 2, 1], [2, 3, 4], encoder_layers=1), (2, 33, 65)),
    # five scales, of which the backbone gives four
    "deformable-refined-names5": (
        dict(
            **hugging_face_resnet("basic", [1, 1, 1, 1]),
            num_feature_levels=5,
            with_box_refine=True,
            decoder_layers=3,
            activation_function="gelu",
            decoder_attention_heads=2,
        ),
        (1, 33, 65),
    ),
    # so wide that boxes at its ends are invalid; one of its maps is one cell high
    "deformable-two-stage": (
        timm(
            "resnet18",
            [1, 1, 1, 1],
            [2, 3, 4],
            with_box_refine=True,
            two_stage=True,
            num_queries=QUERIES + 2,
            encoder_layers=1,
            activation_function="silu",
        ),
        (1, 17, 401),
    ),
    # groups of two channels in GroupNorm
    "deformable-single-scale": (
        timm(
            "resnet50",
            [1, 1, 1, 1],
            [4],
            num_feature_levels=1,
            position_embedding_type="learned",
            encoder_attention_heads=2,
            d_model=64,
            encoder_layers=1,
            decoder_layers=1,
        ),
        (1, 65, 97),
    ),
    "deformable-single-scale-dc5": (
        timm("resnet18", [1, 1, 1, 2], [4], num_feature_levels=1, dilation=True, with_box_refine=True),
        (1, 49, 65),
    ),
    "deformable-two-stage-authors": (
        timm("resnet18", [1, 1, 1, 1], [2, 3, 4], with_box_refine=True, two_stage=True),
        (1, 33, 65),
    ),
    # two scales beyond the backbone's
    "deformable-two-stage-five-scales": (
        timm(
            "resnet34",
            [1, 1, 1, 1],
            [2, 3, 4],
            num_feature_levels=5,
            with_box_refine=True,
            two_stage=True,
            decoder_n_points=4,
            activation_function="gelu_new",
        ),
        (2, 65, 33),
    ),
}


def randomise(model, generator):
    """Weights that make every step matter: no norm is the identity, no bias zero, attention far from uniform."""

    def normal(tensor, deviation):
        tensor.copy_(torch.randn(tensor.shape, generator=generator) * deviation)

    def uniform(tensor, low, high):
        tensor.copy_(torch.rand(tensor.shape, generator=generator) * (high - low) + low)

    with torch.no_grad():
        for name, tensor in sorted(model.state_dict().items()):
            if name.endswith("running_var") or (tensor.dim() == 1 and name.endswith("weight")):
                uniform(tensor, 0.5, 1.5)
            elif name.endswith("sampling_offsets.bias"):
                normal(tensor, 2)
            elif tensor.dim() == 1:
                normal(tensor, 0.2)
            elif tensor.dim() == 4:
                normal(tensor, (2 / tensor[0].numel()) ** 0.5)
            elif "embeddings" in name or name.endswith("level_embed"):
                normal(tensor, 1)
            else:
                normal(tensor, 1 / tensor.size(1) ** 0.5)


def spread(model, layer, pixels, mean, deviation):
    """Shifts and scales what a linear layer gives, so that neither tokens nor queries are nearly all alike."""
    seen = []
    hook = layer.register_forward_hook(lambda module, arguments, result: seen.append(result.detach()))
    with torch.no_grad():
        model(pixels)
        hook.remove()
        values = seen[0].reshape(-1, layer.weight.size(0))
        scale = deviation / values.std(0)
        layer.bias.copy_((layer.bias - values.mean(0)) * scale + mean)
        layer.weight *= scale[:, None]


def build(settings, shape, seed):
    generator = torch.Generator().manual_seed(seed)
    model = DeformableDetrForObjectDetection(DeformableDetrConfig(**{**TRANSFORMER, **settings})).eval()
    randomise(model, generator)
    pixels = random_pixels(generator, shape[0], 3, *shape[1:])
    heads = list(zip(model.class_embed, model.bbox_embed))
    # the encoder's come last in the list and first in the network
    for score, box in [heads[-1], *heads[:-1]]:
        spread(model, score, pixels, -1, 2)
        spread(model, box.layers[2], pixels, 0, 0.7)
    return model.half().float(), pixels


def backbone_stages(model):
    network = model.model.backbone.conv_encoder.model
    if model.config.use_timm_backbone:
        # timm leaves out what lies behind the last map that was asked for, which is always the last stage
        return [getattr(network, f"layer{i + 1}") for i in range(4)]
    return list(network.encoder.stages)


def steps(model, pixels):
    """Runs the model without a pixel mask and returns every step's result, heads included."""
    seen = {"pixels": pixels}
    kept = {}

    def keep(name):
        def hook(module, arguments, result):
            seen[name] = result[0] if isinstance(result, tuple) else result

        return hook

    core = model.model
    hooks = []
    for i, stage in enumerate(backbone_stages(model)):
        hooks.append(stage.register_forward_hook(keep(f"c{i + 2}")))
    for part in ("encoder", "decoder"):
        stack = getattr(core, part)
        for i, layer in enumerate(stack.layers):
            hooks.append(layer.register_forward_hook(keep(f"{part}.{i}")))
        hooks.append(
            stack.register_forward_pre_hook(
                lambda module, arguments, named, part=part: kept.__setitem__(part, named), with_kwargs=True
            )
        )
    with torch.no_grad():
        output = model(pixels)
    for hook in hooks:
        hook.remove()
    seen["tokens"] = kept["encoder"]["inputs_embeds"]
    seen["query.content"] = kept["decoder"]["inputs_embeds"]
    seen["query.position"] = kept["decoder"]["position_embeddings"]
    seen["query.references"] = kept["decoder"]["reference_points"]
    if model.config.two_stage:
        scores = output.enc_outputs_class[..., 0]
        seen["query.scores"] = scores
        seen["query.tokens"] = scores.topk(QUERIES, dim=1).indices.float()
    if model.config.with_box_refine:
        for i in range(model.config.decoder_layers):
            seen[f"decoder.{i}.boxes"] = output.intermediate_reference_points[:, i]
    seen["logits"] = output.logits
    seen["boxes"] = output.pred_boxes
    return {name: tensor.clone().contiguous() for name, tensor in seen.items()}, output


def noise(seen, exact):
    return max((seen[name] - exact[name]).abs().max().item() for name in ("tokens", "logits", "boxes"))


def telling(seen):
    pairs = seen["logits"].sigmoid().flatten(1)
    return (
        ("query.scores" not in seen or gap(seen["query.scores"], QUERIES) > SCORE_GAP)
        and gap(pairs, pairs.size(1) - 1) > DETECTION_GAP
        and seen["boxes"].std(1).min() > 0.05
    )


def save_model(directory, model):
    """As save_pretrained would, which transformers 4 refuses with refined boxes: the decoder's heads are the model's own
    under another name. Files on the Hub hold one name or both."""
    if not model.config.with_box_refine:
        return model.half().save_pretrained(directory)
    model.config.architectures = [type(model).__name__]
    model.config.save_pretrained(directory)
    tensors = {name: tensor.clone() for name, tensor in model.half().state_dict().items()}
    dropped = {
        "deformable-refined-names5": "model.decoder.bbox_embed",
        "deformable-single-scale-dc5": "bbox_embed",
        "deformable-two-stage-five-scales": "model.decoder.bbox_embed",
    }
    prefix = dropped.get(directory.name, "none")
    save_file(
        {name: tensor for name, tensor in tensors.items() if not name.startswith(prefix)},
        directory / "model.safetensors",
        metadata={"format": "pt"},
    )


ORIGINAL = [
    (r"^model\.backbone\.conv_encoder\.model\.", "backbone.0.body."),
    (r"^model\.query_position_embeddings\.", "query_embed."),
    (r"^model\.input_proj\.", "input_proj."),
    (r"^model\.", "transformer."),
    (r"(encoder\.layers\.\d+)\.self_attn_layer_norm", r"\1.norm1"),
    (r"(encoder\.layers\.\d+)\.final_layer_norm", r"\1.norm2"),
    (r"(decoder\.layers\.\d+)\.self_attn_layer_norm", r"\1.norm2"),
    (r"(decoder\.layers\.\d+)\.encoder_attn_layer_norm", r"\1.norm1"),
    (r"(decoder\.layers\.\d+)\.final_layer_norm", r"\1.norm3"),
    (r"\.encoder_attn\.", ".cross_attn."),
    (r"\.fc([12])\.", r".linear\1."),
]


def original(model):
    """The weights as fundamentalvision/Deformable-DETR names them; what has two names is stored once."""
    renamed = {}
    copies = {}
    for name, tensor in model.state_dict().items():
        for old, new in ORIGINAL:
            name = re.sub(old, new, name)
        renamed[name] = copies.setdefault(tensor.data_ptr(), tensor.clone())
    for name in [name for name in renamed if ".q_proj." in name]:
        parts = [renamed.pop(name.replace("q_proj", f"{part}_proj")) for part in "qkv"]
        renamed[name.replace("q_proj.", "in_proj_")] = torch.cat(parts)
    return renamed


def make(directory, settings, shape):
    for seed in itertools.count():
        model, pixels = build(settings, shape, seed)
        rounded = steps(model, pixels)[0]
        # points on steep maps: float32's own rounding would be a good part of the tests' tolerance
        seen, output = steps(model.double(), pixels.double())
        if telling(seen) and noise(rounded, seen) < NOISE:
            break
    save_model(directory, model)
    if directory.name in AS_AUTHORS:
        torch.save({"model": original(model)}, directory / "original.pth")
    processor = DeformableDetrImageProcessor(size=RESIZED)
    processor.save_pretrained(directory)

    seen = {name: tensor.float() for name, tensor in seen.items()}
    results = processor.post_process_object_detection(
        output, threshold=THRESHOLD, target_sizes=[TARGET] * shape[0], top_k=TOP_K
    )
    for i, result in enumerate(results):
        seen.update(detections(result, f"detections.{i}"))
    save(
        directory / "golden.safetensors",
        seen,
        seed=seed,
        threshold=THRESHOLD,
        k=TOP_K,
        target_height_width=TARGET,
    )
    if directory.name.endswith("names5"):
        rename_to_version_5(directory)
    counts = [len(result["scores"]) for result in results]
    print(f"{directory.name}: seed {seed}, detections {counts}, boxes' deviation {seen['boxes'].std(1).mean():.2f}")


if __name__ == "__main__":
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "../resources/golden"
    torch.set_num_threads(1)
    for name, (settings, shape) in VARIANTS.items():
        make(root / name, settings, shape)
