"""Makes the golden files of TestDetrParity: tiny DETR checkpoints with random weights, and what transformers computes.

    pip install -r requirements.txt
    python make_golden.py [DIRECTORY]       (default: ../resources/golden)

Each variant is a directory as save_pretrained writes it (config.json, model.safetensors or its sharded index,
preprocessor_config.json) and a golden.safetensors with the normalized input, every step's whole result, and the
post-processed detections; its header holds the versions, the seed, the threshold and k. A variant's seed is the first
one from SEED on with which bfloat16 costs the results some digits and not most of them: so narrow a network can be all
rounding. The same versions give the same bytes on the same machine; on another one the last digits may differ, within
the tolerance of the tests.
"""

import itertools
import json
import re
import sys
from pathlib import Path

import timm
import torch
import transformers
from safetensors.torch import load_file, save_file
from transformers import (
    ConditionalDetrImageProcessor,
    DetrConfig,
    DetrForObjectDetection,
    DetrImageProcessor,
    ResNetConfig,
)
from transformers.models.conditional_detr.modeling_conditional_detr import ConditionalDetrObjectDetectionOutput

SEED = 20250917
DRIFT = (2e-3, 0.05)  # of results, relative, where every layer rounds to bfloat16
MAP_DRIFT = 0.012  # of feature maps
HEIGHT, WIDTH = 33, 65  # not square, no multiple of 32
RESIZED = {"shortest_edge": 72, "longest_edge": 144}
TARGET = (150, 221)  # height and width that the boxes are scaled to
THRESHOLD = 0.3
LABELS = {0: "N/A", 1: "cup", 2: "spoon", 3: "fork", 4: "knife"}

TRANSFORMER = dict(
    d_model=12,
    num_queries=12,
    encoder_layers=2,
    decoder_layers=2,
    encoder_attention_heads=4,
    decoder_attention_heads=4,
    encoder_ffn_dim=16,
    decoder_ffn_dim=14,
    id2label=LABELS,
    label2id={name: i for i, name in LABELS.items()},
)


def hugging_face_resnet(layer_type, depths):
    return dict(
        use_timm_backbone=False,
        use_pretrained_backbone=False,
        backbone=None,
        backbone_config=ResNetConfig(
            embedding_size=6,
            # the basic network's first block then has an identity shortcut, as ResNet-18's has
            hidden_sizes=[6, 8, 9, 10] if layer_type == "basic" else [8, 12, 16, 20],
            depths=depths,
            layer_type=layer_type,
            out_features=["stage1", "stage2", "stage3", "stage4"],
        ),
    )


def timm_resnet(name, layers, **kwargs):
    """A timm network that is narrower and shallower than its name says; all else is timm's own."""
    basic = name.startswith(("resnet18", "resnet34"))
    return dict(
        use_timm_backbone=True,
        use_pretrained_backbone=False,
        backbone=name,
        backbone_kwargs=dict(
            in_chans=3,
            out_indices=[1, 2, 3, 4],
            layers=layers,
            channels=[4, 5, 6, 8] if basic else [2, 3, 4, 5],
            **kwargs,
        ),
    )


VARIANTS = {
    "detr-bottleneck": dict(**hugging_face_resnet("bottleneck", [1, 1, 2, 1])),
    "detr-basic-learned": dict(
        **hugging_face_resnet("basic", [1, 2, 1, 1]), position_embedding_type="learned", activation_function="gelu"
    ),
    "detr-timm-bottleneck-dc5": dict(
        **timm_resnet("resnet50", [1, 1, 1, 2]), dilation=True, decoder_layers=3, activation_function="silu"
    ),
    "detr-timm-basic-dc5": dict(**timm_resnet("resnet18", [1, 1, 1, 2]), dilation=True, decoder_attention_heads=2),
    "detr-timm-names5": dict(**timm_resnet("resnet50.a1_in1k", [2, 1, 1, 1]), activation_function="gelu_new"),
    "detr-learned-names5": dict(**hugging_face_resnet("bottleneck", [1, 1, 1, 1]), position_embedding_type="learned"),
    "detr-auxiliary-sharded": dict(**timm_resnet("resnet34", [2, 1, 1, 1]), auxiliary_loss=True),
}


def randomise(model, generator):
    """Weights that make every step matter: no BatchNorm is the identity, no bias zero, attention far from uniform."""

    def normal(tensor, deviation):
        tensor.copy_(torch.randn(tensor.shape, generator=generator) * deviation)

    def uniform(tensor, low, high):
        tensor.copy_(torch.rand(tensor.shape, generator=generator) * (high - low) + low)

    with torch.no_grad():
        for name, tensor in sorted(model.state_dict().items()):
            if not tensor.is_floating_point():
                continue
            if name.endswith("running_var") or (tensor.dim() == 1 and name.endswith("weight")):
                uniform(tensor, 0.5, 1.5)
            elif tensor.dim() == 1:
                normal(tensor, 0.2)
            elif tensor.dim() == 4:
                normal(tensor, (2 / tensor[0].numel()) ** 0.5)
            elif "embeddings" in name:
                normal(tensor, 2)
            elif "q_proj" in name or "k_proj" in name:
                normal(tensor, 0.6 / tensor.size(1) ** 0.5)
            else:
                normal(tensor, 1 / tensor.size(1) ** 0.5)


def random_pixels(generator, *shape):
    """Values that float16 holds exactly: stored so, they take half the room."""
    return torch.randn(shape, generator=generator).half().float()


def spread(model, layer, pixels, deviation):
    """Shifts and scales what a layer gives, so that neither tokens nor queries are nearly all alike."""
    seen = []
    hook = layer.register_forward_hook(lambda module, arguments, result: seen.append(result))
    with torch.no_grad():
        model(pixel_values=pixels)
        hook.remove()
        width = layer.weight.size(0)
        values = (seen[0].transpose(0, 1) if layer.weight.dim() == 4 else seen[0].movedim(-1, 0)).reshape(width, -1)
        scale = deviation / values.std(1)
        layer.bias.copy_((layer.bias - values.mean(1)) * scale)
        layer.weight *= scale.reshape(-1, *[1] * (layer.weight.dim() - 1))


def drifts(model, results):
    """What it costs each of the results, as relative root mean square, that every layer's output is bfloat16; but not
    where queries look, which is float32 in every precision."""

    def rounded(module, arguments, result):
        return result.bfloat16().float() if isinstance(result, torch.Tensor) else None

    with torch.no_grad():
        exact = results()
        layers = [
            module
            for name, module in model.named_modules()
            if not list(module.children()) and not re.search("ref_|refpoint|bbox", name)
        ]
        hooks = [layer.register_forward_hook(rounded) for layer in layers]
        drifted = results()
    for hook in hooks:
        hook.remove()
    return [((a - b).norm() / b.norm()).item() for a, b in zip(drifted, exact)]


def feature_maps(model, pixels):
    return [values for values, mask in model.model.backbone.conv_encoder(pixels, torch.ones_like(pixels[:, 0]))]


def has_objects(logits):
    """Some in each image."""
    return (logits.softmax(-1)[..., :-1].amax(-1) > THRESHOLD).sum(1).min() > 3


def first_seed(build, drift=DRIFT, accepts=lambda logits: True, maps=lambda model, pixels: []):
    """The first seed, and the model and pixels that it gives, of which all results drift as they should."""
    for seed in itertools.count(SEED):
        model, pixels = build(torch.Generator().manual_seed(seed))

        def results():
            output = model(pixels)
            return output["logits"], output["boxes" if "boxes" in output else "pred_boxes"]

        if (
            all(drift[0] < value < drift[1] for value in drifts(model, results))
            and all(value < MAP_DRIFT for value in drifts(model, lambda: maps(model, pixels)))
            and accepts(results()[0])
        ):
            return seed, model, pixels


def steps(model, pixels):
    """Runs the model without a pixel mask and returns every step's result, heads included."""
    seen = {"pixels": pixels}

    def keep(name):
        def hook(module, arguments, result):
            seen[name] = (result[0] if isinstance(result, tuple) else result).clone()

        return hook

    def keep_features(module, arguments, result):
        maps = result if isinstance(result, (list, tuple)) else result.feature_maps
        first = 6 - len(maps)
        seen.update({f"c{first + i}": feature.clone() for i, feature in enumerate(maps)})

    core = model.model
    core.backbone.conv_encoder.model.register_forward_hook(keep_features)
    for i, layer in enumerate(core.encoder.layers):
        layer.register_forward_hook(keep(f"encoder.{i}"))
    for i, layer in enumerate(core.decoder.layers):
        layer.register_forward_hook(keep(f"decoder.{i}"))
    with torch.no_grad():
        output = model(pixel_values=pixels)
    seen["decoded"] = output.last_hidden_state
    seen["logits"] = output.logits
    seen["boxes"] = output.pred_boxes
    return seen, output


def detections(result, prefix):
    """Scores, labels and boxes in pixels (x0, y0, x1, y1), by descending score."""
    order = torch.argsort(result["scores"], descending=True, stable=True)
    return {f"{prefix}.{key}": result[key][order].float() for key in ("scores", "labels", "boxes")}


def save_golden(path, tensors, **header):
    tensors = {name: tensor.half() if name == "pixels" else tensor for name, tensor in tensors.items()}
    versions = dict(torch=torch.__version__, transformers=transformers.__version__, timm=timm.__version__)
    # one entry, because safetensors writes several in any order
    made = json.dumps({**versions, "seed": SEED, **header})
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, path, metadata={"made": made})


def rename_to_version_5(directory):
    """transformers 5 names its modules so; its conversion_mapping.py has the table, its DetrConfig the defaults."""
    names = [
        (r"backbone\.conv_encoder", "backbone"),
        (r"backbone\.position_embedding", "position_embedding"),
        (r"out_proj", "o_proj"),
        (r"layers\.(\d+)\.fc([12])", r"layers.\1.mlp.fc\2"),
    ]
    weights = directory / "model.safetensors"
    renamed = {}
    for name, tensor in load_file(weights).items():
        for old, new in names:
            name = re.sub(old, new, name)
        renamed[name] = tensor
    save_file(renamed, weights, metadata={"format": "pt"})
    config = json.loads((directory / "config.json").read_text())
    if config.pop("use_timm_backbone"):
        kwargs = config["backbone_kwargs"]
        config["backbone_config"] = {
            "model_type": "timm_backbone",
            "backbone": config["backbone"],
            "features_only": True,
            "freeze_batch_norm_2d": False,
            "num_channels": kwargs.pop("in_chans"),
            "out_indices": kwargs.pop("out_indices"),
            **kwargs,
        }
    for key in ("backbone", "backbone_kwargs", "use_pretrained_backbone", "num_hidden_layers"):
        config.pop(key, None)
    (directory / "config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")


def add_batch_counters(directory):
    """Files of fine-tuned networks often hold BatchNorm's training counters too; no forward pass reads them."""
    weights = directory / "model.safetensors"
    tensors = load_file(weights)
    for name in list(tensors):
        if name.endswith("running_var"):
            tensors[name.replace("running_var", "num_batches_tracked")] = torch.tensor(7)
    save_file(tensors, weights, metadata={"format": "pt"})


def make_detr(directory, settings, size=(HEIGHT, WIDTH)):
    def build(generator):
        model = DetrForObjectDetection(DetrConfig(**{**TRANSFORMER, **settings})).eval()
        randomise(model, generator)
        pixels = random_pixels(generator, 2, 3, *size)
        spread(model, model.model.input_projection, pixels, 1)
        spread(model, model.class_labels_classifier, pixels, 2)
        spread(model, model.bbox_predictor.layers[2], pixels, 1)
        return model, pixels

    seed, model, pixels = first_seed(build, accepts=has_objects, maps=feature_maps)
    sharded = directory.name.endswith("sharded")
    model.save_pretrained(directory, max_shard_size="30KB" if sharded else "5GB")
    processor = DetrImageProcessor(size=RESIZED)
    processor.save_pretrained(directory)

    # the reference is what the files give, not what this process happened to hold
    model = DetrForObjectDetection.from_pretrained(directory).eval()
    seen, output = steps(model, pixels)
    results = processor.post_process_object_detection(output, threshold=THRESHOLD, target_sizes=[TARGET] * 2)
    for i, result in enumerate(results):
        seen.update(detections(result, f"detections.{i}"))
    save_golden(
        directory / "golden.safetensors",
        seen,
        seed=seed,
        threshold=THRESHOLD,
        k="all queries",
        target_height_width=TARGET,
    )
    if directory.name.endswith("names5"):
        rename_to_version_5(directory)
    if directory.name == "detr-basic-learned":
        add_batch_counters(directory)
    scores = seen["detections.0.scores"]
    print(f"{directory.name}: seed {seed}, {len(scores)} detections, {scores.min():.2f} to {scores.max():.2f},"
          f" boxes' deviation {seen['boxes'].std():.2f}")


def make_sigmoid(directory, k):
    """Post-processing alone of the detectors that score each class by a sigmoid."""
    generator = torch.Generator().manual_seed(SEED)
    directory.mkdir(parents=True, exist_ok=True)
    logits = torch.randn(2, 30, 7, generator=generator) * 3
    boxes = torch.rand(2, 30, 4, generator=generator)
    seen = dict(logits=logits, boxes=boxes)
    output = ConditionalDetrObjectDetectionOutput(logits=logits, pred_boxes=boxes)
    results = ConditionalDetrImageProcessor().post_process_object_detection(
        output, threshold=THRESHOLD, target_sizes=[TARGET] * 2, top_k=k
    )
    for i, result in enumerate(results):
        seen.update(detections(result, f"detections.{i}"))
    save_golden(directory / "golden.safetensors", seen, threshold=THRESHOLD, k=k, target_height_width=TARGET)


if __name__ == "__main__":
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "../resources/golden"
    torch.set_num_threads(1)
    for name, settings in VARIANTS.items():
        make_detr(root / name, settings)
    make_sigmoid(root / "sigmoid-top-k", k=40)
