"""Makes the golden files of TestRtDetrParity: tiny RT-DETR and RT-DETRv2 checkpoints with random weights, and what
transformers computes.

    pip install -r requirements.txt
    python make_golden_rtdetr.py [DIRECTORY]       (default: ../resources/golden)

Each variant is a directory as save_pretrained writes it (config.json, model.safetensors, preprocessor_config.json) and
a golden.safetensors with the input, every step's whole result, and the post-processed detections; its header holds the
versions, the seed, the threshold and the target size. A variant's seed is the first one with which the scores that
select queries and detections differ by more than any implementation's rounding, so that their order is one order, and
with which bfloat16 selects the same queries and costs their boxes little.
"""

import itertools
import json
import re
import sys
from pathlib import Path

import torch
import transformers
from make_golden import drifts
from safetensors.torch import load_file, save_file
from transformers import (
    RTDetrConfig,
    RTDetrForObjectDetection,
    RTDetrImageProcessor,
    RTDetrResNetConfig,
    RTDetrV2Config,
    RTDetrV2ForObjectDetection,
)

SCORE_GAP = 1e-3  # between neighbors among the selected queries' logits
LEARNED_GAP = 0.05  # where queries have contents of their own, so that their order survives bfloat16
DRIFT = 0.019  # of the first layer's boxes, relative, where every layer rounds to bfloat16
DETECTION_GAP = 2e-5  # between neighbors among the detections' scores
TARGET = (150, 221)  # height and width that the boxes are scaled to
THRESHOLD = 0.3
LABELS = {0: "cup", 1: "spoon", 2: "fork", 3: "knife"}

TRANSFORMER = dict(
    encoder_hidden_dim=8,
    encoder_attention_heads=2,
    encoder_ffn_dim=12,
    d_model=12,
    decoder_attention_heads=2,
    decoder_ffn_dim=16,
    decoder_layers=2,
    num_queries=9,
    num_denoising=5,
    id2label=LABELS,
    label2id={name: i for i, name in LABELS.items()},
)


def variant(layer_type, widths, depths=(1, 1, 2, 1), stem=6, strides_first=False, kind=RTDetrConfig, **settings):
    backbone = RTDetrResNetConfig(
        embedding_size=stem,
        hidden_sizes=list(widths),
        depths=list(depths),
        layer_type=layer_type,
        downsample_in_bottleneck=strides_first,
        out_indices=[2, 3, 4],
    )
    settings = {**TRANSFORMER, **settings}
    settings["decoder_in_channels"] = [settings["encoder_hidden_dim"]] * 3
    return kind(backbone_config=backbone, encoder_in_channels=list(widths[1:]), **settings)


AUTHORS_LISTED = dict(stem=8, d_model=16, decoder_ffn_dim=20)

# name -> configuration, (batch, height, width)
VARIANTS = {
    "rtdetr-basic": (variant("basic", (6, 8, 9, 10)), (2, 96, 64)),
    # the authors' names in rtdetr-bottleneck.names and rtdetr-v2.names have these shapes
    "rtdetr-bottleneck": (
        variant("bottleneck", (16, 20, 24, 32), hidden_expansion=0.5, **AUTHORS_LISTED),
        (1, 64, 96),
    ),
    "rtdetr-learned-queries": (variant("basic", (6, 8, 9, 10), learn_initial_query=True), (1, 64, 96)),
    # the image has as many cells as the anchors' size, but not its shape
    "rtdetr-anchor-size": (
        variant("basic", (6, 8, 9, 10), anchor_image_size=[64, 96], hidden_expansion=0.5),
        (1, 96, 64),
    ),
    "rtdetr-normalize-before": (
        variant(
            "bottleneck",
            (8, 8, 16, 16),
            normalize_before=True,
            encoder_layers=2,
            encode_proj_layers=[1, 2],
            freeze_backbone_batch_norms=False,
            layer_norm_eps=1e-2,
            batch_norm_eps=1e-2,
        ),
        (1, 64, 96),
    ),
    # so wide that the anchors at its ends are invalid
    "rtdetr-wide": (
        variant(
            "bottleneck",
            (8, 12, 16, 20),
            stem=8,
            strides_first=True,
            activation_function="relu",
            encoder_activation_function="silu",
            decoder_activation_function="gelu",
            positional_encoding_temperature=100,
        ),
        (1, 32, 416),
    ),
    "rtdetr-equal-widths": (
        variant(
            "basic",
            (6, 6, 9, 9),
            depths=(2, 1, 1, 2),
            d_model=18,
            decoder_attention_heads=3,
            decoder_n_points=3,
            decoder_layers=3,
            encoder_attention_heads=4,
        ),
        (2, 64, 96),
    ),
    "rtdetr-v2": (
        variant(
            "basic",
            (8, 10, 12, 14),
            kind=RTDetrV2Config,
            decoder_offset_scale=0.7,
            decoder_n_points=3,
            **AUTHORS_LISTED,
        ),
        (1, 64, 96),
    ),
    "rtdetr-v2-discrete": (
        variant(
            "bottleneck",
            (8, 12, 16, 20),
            kind=RTDetrV2Config,
            decoder_method="discrete",
            hidden_expansion=0.5,
        ),
        (1, 96, 64),
    ),
}
FLOAT16 = {"rtdetr-bottleneck", "rtdetr-equal-widths"}  # stored so; the reference computes from the rounded weights


def randomise(model, generator):
    """Weights that make every step matter: no norm is the identity, no bias zero, attention far from uniform."""

    def normal(tensor, deviation):
        tensor.copy_(torch.randn(tensor.shape, generator=generator) * deviation)

    def uniform(tensor, low, high):
        tensor.copy_(torch.rand(tensor.shape, generator=generator) * (high - low) + low)

    with torch.no_grad():
        for name, tensor in sorted(model.state_dict().items()):
            if name.endswith("num_batches_tracked"):
                tensor.fill_(7)
            elif name.endswith("n_points_scale"):
                uniform(tensor, 0.1, 0.4)
            elif name.endswith("running_var") or (tensor.dim() == 1 and name.endswith("weight")):
                uniform(tensor, 0.5, 1.5)
            elif name.endswith("sampling_offsets.bias"):
                normal(tensor, 3)
            elif tensor.dim() == 1:
                normal(tensor, 0.2)
            elif tensor.dim() == 4:
                # the encoder's blocks add two branches time and again: with more gain, its maps would grow
                gain = 0.6 if "_blocks" in name else 1.5
                normal(tensor, (gain / tensor[0].numel()) ** 0.5)
            elif "q_proj" in name or "k_proj" in name or "sampling_offsets" in name or "embed" in name:
                normal(tensor, 2 / tensor.size(1) ** 0.5)
            else:
                normal(tensor, 1 / tensor.size(1) ** 0.5)


def spread(model, layer, pixels, mean, deviation):
    """Shifts and scales what a linear layer gives, so that neither tokens nor queries are nearly all alike."""
    seen = []
    hook = layer.register_forward_hook(lambda module, arguments, result: seen.append(result))
    with torch.no_grad():
        model(pixels)
        hook.remove()
        values = seen[0].reshape(-1, layer.weight.size(0))
        scale = deviation / values.std(0)
        layer.bias.copy_((layer.bias - values.mean(0)) * scale + mean)
        layer.weight *= scale[:, None]


def learned_content(model):
    """transformers 4 calls tile on the embedding itself, which fails; this is what the paper's own code does."""
    embedding = model.model.weight_embedding
    embedding.tile = lambda sizes: embedding.weight[None].tile(sizes)


def layers_in_turn(model):
    """transformers 4 hands an encoder layer the one before's tuple, which fails; this hands it the tensor."""

    def chain(layers):
        def forward(x, src_mask=None, pos_embed=None, output_attentions=False):
            for layer in layers:
                x = layer(x, attention_mask=src_mask, position_embeddings=pos_embed)[0]
            return (x,)

        return forward

    for encoder in model.model.encoder.encoder:
        encoder.forward = chain(encoder.layers)


def build(name, config, shape, seed):
    generator = torch.Generator().manual_seed(seed)
    kind = RTDetrV2ForObjectDetection if isinstance(config, RTDetrV2Config) else RTDetrForObjectDetection
    model = kind(config).eval()
    randomise(model, generator)
    if config.learn_initial_query:
        learned_content(model)
    if config.encoder_layers > 1:
        layers_in_turn(model)
    # float16 holds them exactly, and in the file they take half the room
    pixels = torch.rand(shape[0], 3, *shape[1:], generator=generator).half().float()
    spread(model, model.model.enc_score_head, pixels, -1, 2)
    spread(model, model.model.enc_bbox_head.layers[2], pixels, 0, 0.7)
    for score, box in zip(model.class_embed, model.bbox_embed):
        spread(model, score, pixels, -1, 2)
        spread(model, box.layers[2], pixels, 0, 0.7)
    if name in FLOAT16:
        model.half().float()
    return model, pixels


def gather(values, tokens):
    return values.gather(1, tokens[..., None].expand(-1, -1, values.size(-1)))


def steps(model, pixels):
    """Runs the model and returns every step's result."""
    seen = {"pixels": pixels}
    kept = {}

    def keep(name):
        return lambda module, arguments, result: kept.__setitem__(name, result)

    core = model.model
    for i, stage in enumerate(core.backbone.model.encoder.stages):
        stage.register_forward_hook(keep(f"c{i + 2}"))
    core.enc_output.register_forward_hook(keep("candidates"))
    core.decoder.register_forward_pre_hook(
        lambda module, arguments, named: kept.__setitem__("memory", named["encoder_hidden_states"]), with_kwargs=True
    )
    with torch.no_grad():
        output = model(pixels)
    seen.update({name: kept[name] for name in ("c2", "c3", "c4", "c5", "memory")})
    seen.update({f"encoder.{i}": level for i, level in enumerate(output.encoder_last_hidden_state)})
    scores = output.enc_outputs_class
    tokens = scores.amax(-1).topk(model.config.num_queries, dim=1).indices
    seen["query.scores"] = scores
    seen["query.tokens"] = tokens.float()
    seen["query.content"] = gather(kept["candidates"], tokens)
    seen["query.boxes"] = output.enc_topk_bboxes
    for i in range(model.config.decoder_layers):
        seen[f"decoder.{i}"] = output.intermediate_hidden_states[:, i]
        seen[f"decoder.{i}.boxes"] = output.intermediate_reference_points[:, i]
    seen["logits"] = output.logits
    seen["boxes"] = output.pred_boxes
    return {name: tensor.clone().contiguous() for name, tensor in seen.items()}, output


def gap(values, count):
    """The smallest difference between neighbors among an image's `count` greatest values and the one behind."""
    best = values.topk(count + 1, dim=1).values
    return (best[:, :-1] - best[:, 1:]).min().item()


def telling(seen, queries, score_gap):
    return (
        gap(seen["query.scores"].amax(-1), queries) > score_gap
        and gap(seen["logits"].sigmoid().flatten(1), queries) > DETECTION_GAP
        and seen["boxes"].std(1).min() > 0.05
        and seen["query.boxes"].std(1).min() > 0.05
    )


def drift(model, pixels):
    """Of the first layer's boxes, each at its query's cell."""

    def results():
        output = model(pixels)
        scores = output.enc_outputs_class.amax(-1)
        cells = scores.topk(model.config.num_queries, dim=1).indices
        boxes = output.intermediate_reference_points[:, 0]
        return [torch.zeros(*scores.shape, 4).scatter(1, cells[..., None].expand_as(boxes), boxes)]

    return drifts(model, results)[0]


def rename_to_version_5(tensors):
    """transformers 5 names its modules so; its conversion_mapping.py has the table."""
    names = [
        (r"self_attn\.out_proj", "self_attn.o_proj"),
        (r"layers\.(\d+)\.fc([12])", r"layers.\1.mlp.fc\2"),
        (r"encoder\.encoder\.(\d+)\.layers", r"encoder.aifi.\1.layers"),
    ]
    renamed = {}
    for name, tensor in tensors.items():
        for old, new in names:
            name = re.sub(old, new, name)
        renamed[name] = tensor
    return renamed


def heads_at_top_level(tensors, keep):
    """The heads are one module under two names; which of them a file holds depends on what wrote it."""
    result = {}
    for name, tensor in tensors.items():
        top = re.sub(r"^model\.decoder\.(class_embed|bbox_embed)", r"\1", name)
        result[top] = tensor
        if keep:
            result[name] = tensor.clone()
    return result


def save(directory, name, model, config):
    model.save_pretrained(directory)
    height, width = config.anchor_image_size or (96, 96)
    RTDetrImageProcessor(size={"height": height, "width": width}).save_pretrained(directory)
    tensors = load_file(directory / "model.safetensors")
    if name in ("rtdetr-bottleneck", "rtdetr-v2"):
        tensors = rename_to_version_5(tensors)
    if name in ("rtdetr-basic", "rtdetr-learned-queries"):
        tensors = heads_at_top_level(tensors, keep=name == "rtdetr-basic")
    if name in FLOAT16:
        tensors = {key: tensor.half() if tensor.is_floating_point() else tensor for key, tensor in tensors.items()}
    save_file(tensors, directory / "model.safetensors", metadata={"format": "pt"})


def make(directory, config, shape):
    name = directory.name
    for seed in itertools.count():
        model, pixels = build(name, config, shape, seed)
        seen, output = steps(model, pixels)
        score_gap = LEARNED_GAP if config.learn_initial_query else SCORE_GAP
        if telling(seen, config.num_queries, score_gap) and drift(model, pixels) < DRIFT:
            break
    save(directory, name, model, config)
    results = RTDetrImageProcessor().post_process_object_detection(
        output, threshold=THRESHOLD, target_sizes=[TARGET] * shape[0]
    )
    for i, result in enumerate(results):
        seen.update({f"detections.{i}.{key}": result[key].float() for key in ("scores", "labels", "boxes")})
    made = dict(
        torch=torch.__version__,
        transformers=transformers.__version__,
        seed=seed,
        threshold=THRESHOLD,
        k="num_queries",
        target_height_width=TARGET,
    )
    seen["pixels"] = seen["pixels"].half()
    # one entry, because safetensors writes several in any order
    save_file(seen, directory / "golden.safetensors", metadata={"made": json.dumps(made)})
    counts = [len(result["scores"]) for result in results]
    print(f"{name}: seed {seed}, drift {drift(model, pixels):.3f}, detections {counts},"
          f" boxes' deviation {seen['boxes'].std(1).mean():.2f}")


if __name__ == "__main__":
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "../resources/golden"
    torch.set_num_threads(1)
    for name, (config, shape) in VARIANTS.items():
        make(root / name, config, shape)
