"""Makes the golden files of TestLwDetrParity and TestRfDetrParity: tiny LW-DETR and RF-DETR checkpoints with random
weights, and what transformers computes, mended to what the authors' code computes.

    pip install -r requirements-5.txt
    python make_golden_lw_detr.py [DIRECTORY]       (default: ../resources/golden)
    python make_golden_lw_detr.py --check           (also: pip install rfdetr==1.11.2)

transformers 5.24 differs from the authors' code (Atten4Vis/LW-DETR, roboflow/rf-detr 1.11.2) in this:

- Tokens whose boxes are invalid, those at the border of a map of more than 50 cells, may not become queries. The authors
  let them compete.
- RF-DETR's windows have height and width swapped, so that on images that are not square they hold cells of several rows.
- RF-DETR's projector has an epsilon of 1e-5 by default where the package rfdetr has 1e-6. It is a key of config.json, so
  directories are computed with theirs, and .pth files with 1e-6.

`mended` undoes the first two. --check runs rfdetr's own network on the same random weights beside the mended one.

Each variant is a directory as save_pretrained writes it and a golden.safetensors, as make_golden_rtdetr.py describes. The
-layout ones hold a .pth with the authors' names instead.
"""

import argparse
import itertools
import json
import re
import sys
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file, save_file
from transformers import (
    DeformableDetrImageProcessor,
    LwDetrConfig,
    LwDetrForObjectDetection,
    RfDetrConfig,
    RfDetrForObjectDetection,
    RfDetrImageProcessor,
)
from transformers.models.lw_detr.configuration_lw_detr import LwDetrViTConfig
from transformers.models.rf_detr.configuration_rf_detr import RfDetrDinov2Config

SCORE_GAP = 2e-3  # between neighbors among the selected queries' logits
DETECTION_GAP = 2e-5  # between neighbors among the detections' scores
TARGET = (150, 221)  # height and width that the boxes are scaled to
THRESHOLD = 0.3
LABELS = {0: "cup", 1: "spoon", 2: "fork", 3: "knife"}

DETECTOR = dict(
    d_model=16,
    decoder_self_attention_heads=2,
    decoder_cross_attention_heads=4,
    decoder_ffn_dim=20,
    decoder_layers=2,
    decoder_n_points=2,
    num_queries=9,
    group_detr=2,
    id2label=LABELS,
    label2id={name: i for i, name in LABELS.items()},
)
BACKBONE = dict(hidden_size=12, num_hidden_layers=3, num_attention_heads=3, patch_size=4)


def lw_detr(scales, backbone=None, **settings):
    vit = {**BACKBONE, "pretrain_image_size": 24, "image_size": 256, "num_windows": 16, **(backbone or {})}
    return LwDetrConfig(
        backbone_config=LwDetrViTConfig(**vit), projector_scale_factors=scales, **{**DETECTOR, **settings}
    )


def rf_detr(backbone=None, **settings):
    vit = {**BACKBONE, "image_size": 24, "num_windows": 2, **(backbone or {})}
    return RfDetrConfig(backbone_config=RfDetrDinov2Config(**vit), **{**DETECTOR, **settings})


# name -> configuration, (batch, height, width)
VARIANTS = {
    "lwdetr-one-level": (lw_detr([1.0], dict(window_block_indices=[0, 2], out_indices=[1, 3])), (2, 32, 48)),
    "lwdetr-two-levels": (
        lw_detr(
            [2.0, 0.5],
            dict(window_block_indices=[1], out_indices=[2, 3], num_windows=4),
            activation_function="relu",
            c2f_num_blocks=2,
            hidden_expansion=0.75,
            batch_norm_eps=1e-2,
            decoder_activation_function="gelu",
            decoder_n_points=3,
        ),
        (1, 48, 32),
    ),
    # so wide that tokens at its ends are invalid
    "lwdetr-wide": (
        lw_detr(
            [1.0],
            dict(
                window_block_indices=[0], out_features=["stage2"], hidden_act="silu", layer_norm_eps=1e-2, mlp_ratio=2
            ),
            decoder_layers=1,
            decoder_self_attention_heads=4,
        ),
        (1, 16, 208),
    ),
    "lwdetr-layout": (
        lw_detr(
            [2.0, 0.5],
            dict(
                num_hidden_layers=10,
                window_block_indices=[0, 1, 3, 6, 7, 9],
                out_indices=[3, 5, 6, 10],
                hidden_size=8,
                num_attention_heads=2,
            ),
            decoder_layers=1,
        ),
        (1, 32, 32),
    ),
    "rfdetr-base": (rf_detr(dict(out_features=["stage1", "stage3"])), (2, 40, 24)),
    "rfdetr-changed": (
        rf_detr(
            dict(out_indices=[2, 3], num_windows=1, hidden_act="relu", layer_norm_eps=1e-2, mlp_ratio=2),
            activation_function="gelu",
            layer_norm_eps=1e-2,
            c2f_num_blocks=1,
            hidden_expansion=0.75,
            decoder_activation_function="silu",
            decoder_layers=1,
        ),
        (1, 24, 24),
    ),
    "rfdetr-wide": (rf_detr(dict(out_features=["stage2"], num_hidden_layers=2)), (1, 8, 208)),
    "rfdetr-layout": (
        rf_detr(
            dict(
                num_hidden_layers=12, out_indices=[3, 6, 9, 12], hidden_size=8, num_attention_heads=2, patch_size=16,
                image_size=96,
            ),
            decoder_layers=1,
            layer_norm_eps=1e-6,
        ),
        (1, 96, 96),
    ),
}
NEW_NAMES = {"lwdetr-two-levels", "rfdetr-changed"}


def mended(model):
    """The same network as its authors' code computes it."""
    core = model.model
    proposals = core.gen_encoder_output_proposals

    def without_invalid(*arguments):
        queries, boxes, invalid = proposals(*arguments)
        return queries, boxes, torch.zeros_like(invalid)

    core.gen_encoder_output_proposals = without_invalid
    if isinstance(model, RfDetrForObjectDetection):
        embeddings = core.backbone.backbone.embeddings
        embeddings.window_partition = lambda tokens, height, width: windows(embeddings, tokens, height, width)
    return model


def windows(embeddings, tokens, height, width):
    count, patch = embeddings.config.num_windows, embeddings.patch_size
    h, w = height // patch // count, width // patch // count
    cells = tokens[:, 1:].unflatten(1, (count, h, count, w)).transpose(2, 3).flatten(3, 4).flatten(0, 2)
    return torch.cat((tokens[:, :1].repeat_interleave(count**2, 0), cells), 1)


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
            elif tensor.numel() == 0:
                continue
            elif re.search("gamma_|lambda1|running_var", name) or (tensor.dim() == 1 and name.endswith("weight")):
                uniform(tensor, 0.5, 1.5)
            elif name.endswith("sampling_offsets.bias"):
                normal(tensor, 3)
            elif tensor.dim() == 1 or "reference_point_embed" in name:
                normal(tensor, 0.2)
            elif tensor.dim() == 3 or "query_feat" in name:
                normal(tensor, 1)
            elif tensor.dim() == 4:
                normal(tensor, (1.5 / tensor[0].numel()) ** 0.5)
            elif "q_proj" in name or "k_proj" in name or "sampling_offsets" in name:
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


def build(config, shape, seed):
    generator = torch.Generator().manual_seed(seed)
    kind = LwDetrForObjectDetection if isinstance(config, LwDetrConfig) else RfDetrForObjectDetection
    model = mended(kind(config).eval())
    randomise(model, generator)
    pixels = torch.randn(shape[0], 3, *shape[1:], generator=generator).half().float()
    spread(model, model.model.enc_out_class_embed[0], pixels, -1, 2)
    spread(model, model.model.enc_out_bbox_embed[0].layers[2], pixels, 0, 0.5)
    spread(model, model.class_embed, pixels, -1, 2)
    spread(model, model.bbox_embed.layers[2], pixels, 0, 0.5)
    # float16 holds them exactly, and in the file they take half the room
    return model.half().float(), pixels


def steps(model, pixels):
    """Runs the model and returns every step's result."""
    kept = {}
    core = model.model

    def keep(name, index=None):
        def hook(module, arguments, result):
            kept.setdefault(name, result)

        return hook

    core.backbone.backbone.register_forward_hook(keep("backbone"))
    core.enc_out_class_embed[0].register_forward_hook(keep("query.scores"))
    core.decoder.register_forward_pre_hook(
        lambda module, arguments, named: kept.__setitem__("tokens", named["encoder_hidden_states"]), with_kwargs=True
    )
    for i, layer in enumerate(core.decoder.layers):
        layer.register_forward_hook(keep(f"decoder.{i}"))
    with torch.no_grad():
        output = model(pixels)
    maps = list(kept.pop("backbone").feature_maps)
    seen = {"pixels": pixels, **kept}
    for i in range(4):
        seen[f"c{i + 2}"] = maps[max(0, len(maps) - 4 + i)]
    best = kept["query.scores"].amax(-1).topk(model.config.num_queries, dim=1).indices
    seen["query.tokens"] = best.float()
    seen["query.boxes"] = output.init_reference_points
    seen["decoded"] = output.last_hidden_state
    seen["logits"] = output.logits
    seen["boxes"] = output.pred_boxes
    return {name: tensor.clone().contiguous() for name, tensor in seen.items()}, output


def gap(values, count):
    """The smallest difference between neighbors among an image's `count` greatest values and the one behind. Invalid
    tokens all have the same score, and give the same box."""
    differences = [image.unique().flip(0)[: count + 1].diff().abs().min() for image in values]
    return min(differences).item()


def telling(seen, queries):
    return (
        gap(seen["query.scores"].amax(-1), queries) > SCORE_GAP
        and gap(seen["logits"].sigmoid().flatten(1), queries) > DETECTION_GAP
        and seen["boxes"].std(1).min() > 0.05
        and seen["boxes"].abs().max() < 5
    )


def wide_selects_invalid(name, seen):
    """Where there are invalid tokens, one of them must be selected: else nobody sees that it may be."""
    if not name.endswith("wide"):
        return True
    columns = seen["c5"].size(3)
    column = seen["query.tokens"] % columns
    return bool(((column == 0) | (column == columns - 1)).any())


def authors_lw_names(tensors):
    """Atten4Vis/LW-DETR's."""
    names = [
        (r"^model\.backbone\.backbone\.embeddings\.projection", "backbone.0.encoder.patch_embed.proj"),
        (r"^model\.backbone\.backbone\.embeddings\.position_embeddings", "backbone.0.encoder.pos_embed"),
        (r"^model\.backbone\.backbone\.encoder\.layer\.(\d+)\.", r"backbone.0.encoder.blocks.\1."),
        (r"layernorm_before", "norm1"),
        (r"layernorm_after", "norm2"),
        (r"intermediate", "mlp"),
        (r"attention\.attention\.query\.bias", "attn.q_bias"),
        (r"attention\.attention\.value\.bias", "attn.v_bias"),
        (r"attention\.output", "attn.proj"),
        (r"^model\.backbone\.projector\.scale_layers\.(\d+)\.sampling_layers\.(\d+)\.layers",
         r"backbone.0.projector.stages_sampling.\1.\2"),
        (r"^model\.backbone\.projector\.scale_layers\.(\d+)\.projector_layer\.conv(\d)",
         r"backbone.0.projector.stages.\1.0.cv\2"),
        (r"^model\.backbone\.projector\.scale_layers\.(\d+)\.projector_layer\.bottlenecks\.(\d+)\.conv(\d)",
         r"backbone.0.projector.stages.\1.0.m.\2.cv\3"),
        (r"^model\.backbone\.projector\.scale_layers\.(\d+)\.layer_norm", r"backbone.0.projector.stages.\1.1"),
        (r"^(backbone\.0\.projector.*)\.norm\.", r"\1.bn."),
        (r"^model\.decoder\.layernorm", "transformer.decoder.norm"),
        (r"^model\.(decoder|enc_out)", r"transformer.\1"),
        (r"^model\.query_feat", "query_feat"),
        (r"^model\.reference_point_embed", "refpoint_embed"),
        (r"self_attn_layer_norm", "norm1"),
        (r"cross_attn_layer_norm", "norm2"),
        (r"(decoder.*)\.layer_norm", r"\1.norm3"),
        (r"(decoder.*)\.mlp\.fc", r"\1.linear"),
        (r"self_attn\.o_proj", "self_attn.out_proj"),
    ]
    renamed = {}
    for name, tensor in tensors.items():
        for old, new in names:
            name = re.sub(old, new, name)
        renamed[name] = tensor
    joined = {}
    for name, tensor in renamed.items():
        if name.endswith("attention.attention.query.weight"):
            parts = [renamed[name.replace("query", part)] for part in ("query", "key", "value")]
            joined[name.replace("attention.attention.query", "attn.qkv")] = torch.cat(parts)
        elif "self_attn.q_proj" in name:
            parts = [renamed[name.replace("q_proj", f"{part}_proj")] for part in "qkv"]
            joined[name.replace("q_proj.", "in_proj_")] = torch.cat(parts)
        elif not re.search(r"attention\.attention|self_attn\.[kv]_proj", name):
            joined[name] = tensor
    return joined


def save_layout(directory, tensors):
    lw = directory.name.startswith("lw")
    tensors = authors_lw_names(tensors) if lw else {**tensors, "_kp_active_mask": torch.zeros(0, dtype=torch.bool)}
    arguments = argparse.Namespace(dec_layers=1, encoder="vit_tiny", lr=1e-4)
    options = vars(arguments) if lw else arguments
    torch.save({"model": tensors, "args": options, "epoch": 3}, directory / "original.pth")
    for path in directory.iterdir():
        if path.name not in ("original.pth", "golden.safetensors"):
            path.unlink()


def make(directory, config, shape):
    name = directory.name
    for seed in itertools.count():
        model, pixels = build(config, shape, seed)
        seen, output = steps(model, pixels)
        if telling(seen, config.num_queries) and wide_selects_invalid(name, seen):
            break
    lw = isinstance(config, LwDetrConfig)
    model.half().save_pretrained(directory, save_original_format=name not in NEW_NAMES)
    processor = DeformableDetrImageProcessor if lw else RfDetrImageProcessor
    height, width = (32, 32) if lw else (24, 24)
    processor(size={"height": height, "width": width}).save_pretrained(directory)
    results = DeformableDetrImageProcessor().post_process_object_detection(
        output, threshold=THRESHOLD, target_sizes=[TARGET] * shape[0], top_k=config.num_queries
    )
    for i, result in enumerate(results):
        order = torch.argsort(result["scores"], descending=True, stable=True)
        seen.update({f"detections.{i}.{key}": result[key][order].float() for key in ("scores", "labels", "boxes")})
    made = dict(
        torch=torch.__version__,
        transformers=transformers.__version__,
        seed=seed,
        threshold=THRESHOLD,
        k="num_queries",
        target_height_width=TARGET,
    )
    seen["pixels"] = seen["pixels"].half()
    if name.endswith("layout"):
        seen = {key: seen[key] for key in ("pixels", "logits", "boxes")}
    # one entry, because safetensors writes several in any order
    save_file(seen, directory / "golden.safetensors", metadata={"made": json.dumps(made)})
    if name.endswith("layout"):
        save_layout(directory, load_file(directory / "model.safetensors"))
    counts = [len(result["scores"]) for result in results]
    print(f"{name}: seed {seed}, detections {counts}, boxes' deviation {seen['boxes'].std(1).mean():.2f}")


def check():
    """rfdetr's own network beside the mended one."""
    import dataclasses

    import rfdetr.models.backbone.dinov2 as dinov2
    from rfdetr.config import RFDETRNanoConfig
    from rfdetr.models._defaults import MODEL_DEFAULTS
    from rfdetr.models.lwdetr import build_model

    sizes = dinov2.get_config("small", False)
    sizes.update(hidden_size=12, num_hidden_layers=3, num_attention_heads=3)
    dinov2.get_config = lambda *arguments: dict(sizes)
    dinov2.size_to_width["small"] = 12
    options = {**dataclasses.asdict(MODEL_DEFAULTS), **RFDETRNanoConfig(pretrain_weights=None).model_dump()}
    options.update(
        hidden_dim=16, dec_layers=2, sa_nheads=2, ca_nheads=4, dec_n_points=2, num_queries=9, num_select=9,
        num_classes=3, resolution=24, shape=(24, 24), positional_encoding_size=6, patch_size=4, num_windows=2,
        out_feature_indexes=[1, 3], group_detr=2, vit_encoder_num_layers=3, dim_feedforward=20, drop_path=0.0,
        encoder="dinov2_windowed_small", pretrain_weights="none", device="cpu",
    )
    theirs = build_model(argparse.Namespace(**options)).eval()
    randomise(theirs, torch.Generator().manual_seed(1))
    directory = Path("/tmp/rfdetr-check")
    rf_detr(dict(out_features=["stage1", "stage3"]), layer_norm_eps=1e-6).save_pretrained(directory)
    tensors = {name: tensor.contiguous() for name, tensor in theirs.state_dict().items() if "_kp_" not in name}
    save_file(tensors, directory / "model.safetensors", metadata={"format": "pt"})
    ours = mended(RfDetrForObjectDetection.from_pretrained(directory).eval())
    for height, width in ((24, 24), (48, 48), (16, 32), (408, 8)):
        pixels = torch.randn(1, 3, height, width, generator=torch.Generator().manual_seed(2))
        with torch.no_grad():
            expected, found = theirs(pixels), ours(pixels)
        logits = (found.logits - expected["pred_logits"]).abs().max().item()
        boxes = (found.pred_boxes - expected["pred_boxes"]).abs().max().item()
        print(f"{height} x {width}: logits differ by {logits:.1e}, boxes by {boxes:.1e}")


if __name__ == "__main__":
    torch.set_num_threads(1)
    if sys.argv[1:2] == ["--check"]:
        check()
    else:
        root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "../resources/golden"
        for name, (config, shape) in VARIANTS.items():
            make(root / name, config, shape)
