"""Makes the golden files of TestDFineParity and TestDeimv2Parity: tiny D-FINE and DEIMv2 checkpoints with random weights,
and what their authors' networks compute.

    pip install -r requirements-5.txt
    python make_golden_dfine.py [DIRECTORY]       (default: ../resources/golden)

Each variant is a directory as transformers 5 writes it (config.json, model.safetensors, preprocessor_config.json) and a
golden.safetensors with the input, every step's whole result, and the post-processed detections; its header holds the
versions, the seed, the threshold and the target size. transformers' networks are not the authors': authors_positions() and
authors_deimv2() make them so. A variant's seed is the first one with which the scores that select queries and detections differ by more than
any implementation's rounding, and with which bfloat16 selects the same queries and costs their boxes little.
"""

import itertools
import json
import sys
from pathlib import Path

import torch
import transformers
from safetensors.torch import save_file
from transformers import (
    Deimv2Config,
    Deimv2ForObjectDetection,
    DFineConfig,
    DFineForObjectDetection,
    DINOv3ViTConfig,
    HGNetV2Config,
    RTDetrImageProcessor,
)
from transformers.models.d_fine.modeling_d_fine import distance2bbox, inverse_sigmoid, weighting_function

SCORE_GAP = 1e-3  # between neighbors among the selected queries' logits
DRIFT = 0.015  # of the first layer's boxes, relative, where every layer rounds to bfloat16
DETECTION_GAP = 2e-5  # between neighbors among the detections' scores
TARGET = (150, 221)  # height and width that the boxes are scaled to
THRESHOLD = 0.3
LABELS = {0: "cup", 1: "spoon", 2: "fork", 3: "knife"}

BACKBONE = dict(
    stem_channels=[3, 8, 6],
    stage_in_channels=[6, 8, 10, 12],
    stage_mid_channels=[6, 6, 8, 8],
    stage_out_channels=[8, 10, 12, 14],
    stage_num_blocks=[1, 1, 2, 1],
    stage_kernel_size=[3, 3, 5, 3],
    stage_light_block=[False, False, True, True],
    stage_numb_of_layers=[2, 3, 2, 2],
)
NETWORK = dict(
    encoder_hidden_dim=16,
    encoder_attention_heads=2,
    encoder_ffn_dim=12,
    d_model=16,
    decoder_attention_heads=2,
    decoder_ffn_dim=20,
    decoder_layers=2,
    num_queries=9,
    num_denoising=5,
    max_num_bins=8,
    lqe_hidden_dim=6,
    depth_mult=0.34,
    id2label=LABELS,
    label2id={name: i for i, name in LABELS.items()},
)


def backbone(levels, stages=4, affine=True):
    first = stages - levels
    cut = {name: values[:stages] if name.startswith("stage") else values for name, values in BACKBONE.items()}
    return HGNetV2Config(
        **cut,
        stage_downsample=[False, True, True, True][:stages],
        stage_downsample_strides=[2] * stages,
        depths=[1] * stages,
        hidden_sizes=cut["stage_out_channels"],
        embedding_size=6,
        use_learnable_affine_block=affine,
        out_indices=list(range(first + 1, stages + 1)),
    )


def dino(**settings):
    return DINOv3ViTConfig(
        **{
            **dict(hidden_size=16, num_attention_heads=2, num_hidden_layers=3, intermediate_size=20, key_bias=True),
            **settings,
        }
    )


def is_dino(config):
    return isinstance(config.backbone_config, DINOv3ViTConfig)


def variant(kind, backbone_config, **settings):
    settings = {**NETWORK, **settings}
    levels = settings.get("num_feature_levels", 3)
    if isinstance(backbone_config, DINOv3ViTConfig):
        channels = [settings["encoder_hidden_dim"]] * levels
    else:
        channels = backbone_config.stage_out_channels[-len(backbone_config.out_indices) :]
    return kind(
        backbone_config=backbone_config,
        encoder_in_channels=list(channels),
        decoder_in_channels=[settings["encoder_hidden_dim"]] * levels,
        **settings,
    )


def deimv2(backbone_config, **settings):
    return variant(Deimv2Config, backbone_config, decoder_activation_function="silu", **settings)


# name -> configuration, (batch, height, width)
VARIANTS = {
    "dfine-affine": (
        variant(DFineConfig, backbone(3), decoder_n_points=[2, 3, 1], encoder_hidden_dim=8, hidden_expansion=0.5),
        (2, 32, 96),
    ),
    "dfine-two-maps": (
        variant(
            DFineConfig,
            backbone(2, affine=False),
            num_feature_levels=2,
            feat_strides=[16, 32],
            encode_proj_layers=[1],
            decoder_n_points=3,
            decoder_layers=3,
            depth_mult=0.5,
            reg_scale=8.0,
            decoder_offset_scale=0.7,
        ),
        (1, 64, 96),
    ),
    # the image has as many cells as the anchors' size, but not its shape
    "dfine-anchor-size": (
        variant(
            DFineConfig,
            backbone(3),
            anchor_image_size=[64, 96],
            learn_initial_query=True,
            encoder_layers=2,
            encode_proj_layers=[1, 2],
            encoder_activation_function="relu",
            decoder_activation_function="gelu",
            decoder_method="discrete",
            positional_encoding_temperature=100,
            top_prob_values=3,
            lqe_layers=3,
            hidden_expansion=0.5,
            up=0.7,
        ),
        (1, 96, 64),
    ),
    "deimv2-lite": (
        deimv2(
            backbone(1, stages=3),
            encoder_type="lite",
            encoder_layers=0,
            num_feature_levels=2,
            feat_strides=[16, 32],
            decoder_n_points=[3, 2],
            decoder_layers=3,
            use_gateway=False,
            share_bbox_head=True,
            hidden_expansion=0.34,
            depth_mult=0.5,
        ),
        (2, 32, 96),
    ),
    "deimv2-two-maps": (
        deimv2(
            backbone(2),
            num_feature_levels=2,
            feat_strides=[16, 32],
            encode_proj_layers=[1],
            decoder_n_points=[3, 3],
            hidden_expansion=0.5,
        ),
        (1, 96, 64),
    ),
    "deimv2-short-branches": (
        deimv2(
            backbone(3, affine=False),
            encoder_has_trailing_conv=False,
            encoder_hidden_dim=8,
            decoder_n_points=[2, 3, 1],
        ),
        (1, 64, 96),
    ),
    # L and X, and a layer that is not computed
    "deimv2-dino": (
        deimv2(
            dino(
                use_gated_mlp=True, intermediate_size=24, num_register_tokens=3, num_hidden_layers=4, out_indices=[1, 2, 3]
            ),
            spatial_tuning_adapter_inplanes=3,
            encoder_has_trailing_conv=False,
            hidden_expansion=0.5,
            decoder_n_points=[2, 3, 1],
            eval_size=[96, 96],
        ),
        (2, 32, 64),
    ),
    # S and M
    "deimv2-distilled": (
        deimv2(
            dino(apply_layernorm=False, layer_norm_eps=1e-6, out_indices=[1, 2, 3]),
            spatial_tuning_adapter_inplanes=2,
            encoder_has_trailing_conv=False,
            hidden_expansion=0.5,
            decoder_n_points=[2, 3, 1],
        ),
        (1, 64, 32),
    ),
}
TOP_LEVEL_HEADS = {"dfine-anchor-size", "deimv2-lite"}  # as transformers 5.24 saves them
VERSION_4 = {"dfine-affine", "deimv2-dino"}  # tensors named as transformers 4 does, or 5 by default


class FirstPosition(torch.nn.Module):
    """The position of the queries' first boxes, whatever layer asks."""

    def __init__(self, layers):
        super().__init__()
        self.layers = layers
        self.position = None

    def forward(self, boxes):
        if self.position is None:
            self.position = self.layers(boxes)
        return self.position


class GridPosition(torch.nn.Module):
    """The encoder's position table as the authors' code fills it, down the columns: on maps that are not square,
    transformers 5 has another order than they and transformers 4."""

    def __init__(self, dim, temperature):
        super().__init__()
        self.dim = dim
        self.temperature = temperature

    def forward(self, width, height, device, dtype):
        column, row = torch.meshgrid(torch.arange(width), torch.arange(height), indexing="ij")
        frequency = 1 / self.temperature ** (torch.arange(self.dim // 4) / (self.dim // 4))
        x, y = column.flatten()[:, None] * frequency, row.flatten()[:, None] * frequency
        return torch.cat([x.sin(), x.cos(), y.sin(), y.cos()], 1)[None]


def authors_positions(model):
    config = model.config
    for aifi in getattr(model.model.encoder, "aifi", []):
        aifi.position_embedding = GridPosition(config.encoder_hidden_dim, config.positional_encoding_temperature)


def authors_deimv2(model):
    """Makes transformers' DEIMv2 the authors': SiLU in all heads, no layer behind the encoder, one position. The same with
    positions where the size of images is known; SiLU in gates of the vision transformer, and no norm behind it where it
    has none before."""
    core = model.model
    heads = [core.enc_bbox_head, core.decoder.pre_bbox_head, *core.decoder.bbox_embed]
    for head in heads + [layer.reg_conf for layer in core.decoder.lqe_layers]:
        head.act = torch.nn.SiLU()
    core.enc_output = torch.nn.Identity()
    position = core.decoder.query_pos_head = FirstPosition(core.decoder.query_pos_head)
    core.decoder.register_forward_pre_hook(lambda *_: setattr(position, "position", None))
    for aifi in getattr(core.encoder, "aifi", []):
        aifi.eval_size = None
    if is_dino(model.config):
        vit = core.conv_encoder.backbone
        if not model.config.backbone_config.apply_layernorm:
            vit.norm = torch.nn.Identity()
        if model.config.backbone_config.use_gated_mlp:
            for layer in vit.model.layer:
                layer.mlp.act_fn = torch.nn.SiLU()


def untie(model):
    """transformers' constructor ties the heads of all layers, which published checkpoints hold apart."""
    core = model.model
    layers, dim, bins = model.config.decoder_layers, model.config.d_model, 4 * (model.config.max_num_bins + 1)
    kind = type(core.enc_bbox_head)
    boxes = [kind(dim, dim, bins, 3) for _ in range(layers)]
    if getattr(model.config, "share_bbox_head", False):
        boxes = boxes[:1] * layers
    core.decoder.bbox_embed = model.bbox_embed = torch.nn.ModuleList(boxes)
    classes = [torch.nn.Linear(dim, model.config.num_labels) for _ in range(layers)]
    core.decoder.class_embed = model.class_embed = torch.nn.ModuleList(classes)


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
            elif tensor.numel() == 0 or (name.endswith("lambda1") and not model.config.backbone_config.apply_layernorm):
                continue
            elif name.endswith("lambda1"):
                uniform(tensor, 0.2, 0.6)
            elif name.endswith(("decoder.up", "decoder.reg_scale")):
                tensor.mul_(1.1)
            elif name.endswith("num_points_scale"):
                uniform(tensor, 0.1, 0.4)
            elif name.endswith(("lab.scale", "running_var")) or (tensor.dim() == 1 and name.endswith("weight")):
                uniform(tensor, 0.5, 1.5)
            elif name.endswith("sampling_offsets.bias"):
                normal(tensor, 3)
            elif tensor.dim() == 1:
                normal(tensor, 0.2)
            elif tensor.dim() == 4:
                normal(tensor, (1.2 / tensor[0].numel()) ** 0.5)
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


def build(name, config, shape, seed):
    generator = torch.Generator().manual_seed(seed)
    is_deimv2 = isinstance(config, Deimv2Config)
    model = (Deimv2ForObjectDetection if is_deimv2 else DFineForObjectDetection)(config).eval()
    untie(model)
    authors_positions(model)
    if is_deimv2:
        authors_deimv2(model)
    randomise(model, generator)
    if config.learn_initial_query:
        # transformers calls tile on the embedding itself, which fails
        embedding = model.model.weight_embedding
        embedding.tile = lambda sizes: embedding.weight[None].tile(sizes)
    # float16 holds them exactly, and in the file they take half the room
    pixels = torch.rand(shape[0], 3, *shape[1:], generator=generator).half().float()
    core = model.model
    spread(model, core.enc_score_head, pixels, -1, 2)
    spread(model, core.enc_bbox_head.layers[2], pixels, 0, 0.7)
    spread(model, core.decoder.pre_bbox_head.layers[2], pixels, 0, 0.5)
    shared = getattr(config, "share_bbox_head", False)
    for box in list(core.decoder.bbox_embed)[: 1 if shared else None]:
        spread(model, box.layers[2], pixels, 0, 1.5)
    spread(model, core.decoder.class_embed[-1], pixels, -1, 2)
    spread(model, core.decoder.lqe_layers[-1].reg_conf.layers[-1], pixels, 0, 0.7)
    # stored so; the reference computes from the rounded weights, but what no file holds stays exact
    unsaved = {name: buffer.clone() for name, buffer in model.named_buffers() if name.endswith("inv_freq")}
    model.half().float()
    for name, buffer in unsaved.items():
        model.get_buffer(name).copy_(buffer)
    return model, pixels


def gather(values, tokens):
    return values.gather(1, tokens[..., None].expand(-1, -1, values.size(-1)))


def steps(model, pixels):
    """Runs the model and returns every step's result."""
    kept, hooks = {}, []

    def keep(module, name):
        hooks.append(module.register_forward_hook(lambda module, arguments, result: kept.__setitem__(name, result)))

    core, config = model.model, model.config
    is_deimv2 = isinstance(config, Deimv2Config)
    conv_encoder = core.conv_encoder if is_deimv2 else core.backbone
    maps = conv_encoder.fusion_proj if is_dino(config) else conv_encoder.model.encoder.stages
    for i, stage in enumerate(maps):
        keep(stage, f"c{i + 2}")
    if getattr(config, "encoder_type", "") == "lite":
        keep(core.encoder.input_proj[0], "encoder.input")
        keep(core.encoder.down_conv1, "encoder.reduced")
        keep(core.encoder.bi_fusion_conv, "encoder.global")
    keep(core.enc_output, "candidates")
    keep(core.decoder.pre_bbox_head, "first")
    for i in range(config.decoder_layers):
        layer = core.decoder.layers[i]
        keep(layer.self_attn_layer_norm, f"decoder.{i}.self")
        keep(layer.gateway if layer.gateway is not None else layer.encoder_attn_layer_norm, f"decoder.{i}.cross")
        keep(layer, f"decoder.{i}")
    corners = []
    for head in dict.fromkeys(core.decoder.bbox_embed):
        hooks.append(head.register_forward_hook(lambda module, arguments, result: corners.append(result)))
    hooks.append(
        core.decoder.register_forward_pre_hook(
            lambda module, arguments, named: kept.__setitem__("memory", named["encoder_hidden_states"]), with_kwargs=True
        )
    )
    with torch.no_grad():
        output = model(pixels)
    for hook in hooks:
        hook.remove()
    scores = output.enc_outputs_class
    tokens = scores.amax(-1).topk(config.num_queries, dim=1).indices
    seen = {"pixels": pixels}
    candidates, first = kept.pop("candidates"), kept.pop("first")
    seen.update(kept)
    seen.update({f"encoder.{i}": level for i, level in enumerate(output.encoder_last_hidden_state)})
    seen["query.scores"] = scores
    seen["query.tokens"] = tokens.float()
    seen["query.content"] = gather(candidates, tokens)
    seen["query.boxes"] = output.enc_topk_bboxes
    seen["decoder.first"] = torch.sigmoid(first + inverse_sigmoid(output.enc_topk_bboxes))
    places = weighting_function(config.max_num_bins, core.decoder.up, core.decoder.reg_scale)
    total = 0
    for i, change in enumerate(corners):
        total = total + change
        distances = core.decoder.integral(total, places)
        seen[f"decoder.{i}.corners"] = total
        seen[f"decoder.{i}.boxes"] = distance2bbox(seen["decoder.first"], distances, core.decoder.reg_scale)
    seen["logits"] = output.logits
    seen["boxes"] = output.pred_boxes
    assert torch.equal(seen["boxes"], seen[f"decoder.{config.decoder_layers - 1}.boxes"])
    return {name: tensor.detach().clone().contiguous() for name, tensor in seen.items()}, output


def gap(values, count):
    """The smallest difference between neighbors among an image's `count` greatest values and the one behind."""
    best = values.topk(count + 1, dim=1).values
    return (best[:, :-1] - best[:, 1:]).min().item()


def telling(seen, config):
    queries = config.num_queries
    return (
        gap(seen["query.scores"].amax(-1), queries) > SCORE_GAP
        and gap(seen["logits"].sigmoid().flatten(1), queries) > DETECTION_GAP
        and min(seen[f"decoder.{i}.boxes"].std(1).min() for i in range(config.decoder_layers)) > 0.05
        and seen["query.boxes"].std(1).min() > 0.05
        and seen["boxes"].abs().max() < 3
    )


def drift(model, pixels, seen):
    """Of the first layer's boxes, each at its query's cell, where every layer's output is bfloat16."""

    def rounded(module, arguments, result):
        return result.bfloat16().float() if isinstance(result, torch.Tensor) else None

    layers = [
        module
        for name, module in model.named_modules()
        if not list(module.children()) and not any(part in name for part in ("bbox", "class", "score", "reg_conf", "pos"))
    ]
    hooks = [layer.register_forward_hook(rounded) for layer in layers]
    drifted, _ = steps(model, pixels)
    for hook in hooks:
        hook.remove()

    def at_cells(steps):
        boxes, cells = steps["decoder.0.boxes"], steps["query.tokens"].long()
        return torch.zeros(*steps["query.scores"].shape[:2], 4).scatter(1, cells[..., None].expand_as(boxes), boxes)

    exact = at_cells(seen)
    return ((at_cells(drifted) - exact).norm() / exact.norm()).item()


def state_dict(name, model):
    """What the file holds: each head under one name."""
    config, tensors = model.config, {}
    for key, tensor in model.state_dict().items():
        top = key.startswith(("class_embed", "bbox_embed"))
        nested = key.startswith(("model.decoder.class_embed", "model.decoder.bbox_embed"))
        if (nested and name in TOP_LEVEL_HEADS) or (top and name not in TOP_LEVEL_HEADS):
            continue
        if getattr(config, "share_bbox_head", False) and "bbox_embed." in key:
            # transformers keeps the last of the shared head's names
            if f"bbox_embed.{config.decoder_layers - 1}." not in key:
                continue
        tensors[key.replace("query_pos_head.layers.layers", "query_pos_head.layers")] = tensor.clone()
    if isinstance(config, Deimv2Config):
        tensors["model.enc_output.0.weight"] = torch.eye(config.d_model)
        tensors["model.enc_output.0.bias"] = torch.zeros(config.d_model)
        tensors["model.enc_output.1.weight"] = torch.ones(config.d_model)
        tensors["model.enc_output.1.bias"] = torch.zeros(config.d_model)
        if is_dino(config) and not config.backbone_config.apply_layernorm:
            tensors["model.conv_encoder.backbone.norm.weight"] = torch.ones(config.backbone_config.hidden_size)
            tensors["model.conv_encoder.backbone.norm.bias"] = torch.zeros(config.backbone_config.hidden_size)
    if name in VERSION_4:
        tensors = {version_4(key): tensor for key, tensor in tensors.items()}
    return {key: tensor.half() if tensor.is_floating_point() else tensor for key, tensor in tensors.items()}


def version_4(name):
    for new, old in (
        ("self_attn.o_proj", "self_attn.out_proj"),
        ("mlp.layers.0", "fc1"),
        ("mlp.layers.1", "fc2"),
        ("model.encoder.aifi.", "model.encoder.encoder."),
        ("backbone.model.layer.", "backbone.layer."),
    ):
        name = name.replace(new, old)
    return name


def save(directory, name, model):
    directory.mkdir(parents=True, exist_ok=True)
    model.config.architectures = [type(model).__name__]
    model.config.save_pretrained(directory)
    height, width = model.config.anchor_image_size or (96, 96)
    RTDetrImageProcessor(
        size={"height": height, "width": width}, do_normalize=is_dino(model.config)
    ).save_pretrained(directory)
    save_file(state_dict(name, model), directory / "model.safetensors", metadata={"format": "pt"})


def make(directory, config, shape):
    name = directory.name
    for seed in itertools.count():
        model, pixels = build(name, config, shape, seed)
        seen, output = steps(model, pixels)
        if telling(seen, config) and drift(model, pixels, seen) < DRIFT:
            break
    save(directory, name, model)
    results = RTDetrImageProcessor().post_process_object_detection(
        output, threshold=THRESHOLD, target_sizes=[TARGET] * shape[0]
    )
    lost = drift(model, pixels, seen)
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
    print(f"{name}: seed {seed}, drift {lost:.3f}, detections {counts}, boxes' deviation {seen['boxes'].std(1).mean():.2f}")


if __name__ == "__main__":
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "../resources/golden"
    torch.set_num_threads(1)
    for name, (config, shape) in VARIANTS.items():
        make(root / name, config, shape)
