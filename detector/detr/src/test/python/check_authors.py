"""Compares golden files with the networks of their authors' own code.

    git clone https://github.com/Intellindust-AI-Lab/DEIMv2           (checked at commit 0fff8d4)
    python check_authors.py deimv2 DEIMv2 [DIRECTORY]                 (default: ../resources/golden)
    git clone https://github.com/lyuwenyu/RT-DETR                     (checked at commit 068dfde)
    python check_authors.py rtdetr RT-DETR/rtdetrv2_pytorch [DIRECTORY]

It gives the authors' modules the golden files' weights, by the names of the .keys files that boxmill reads, and prints how far
their results are apart. With --names it writes their state dict's names and shapes, which tests read. Needs the packages of
requirements-5.txt and those that the authors' code imports.
"""

import json
import re
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file

HERE = Path(__file__).parent
KEYS = HERE / "../../main/resources/dev/boxmill/detr"
NAMES = HERE / "../resources/dev/boxmill/detr"
TABLES = {
    "deimv2": ("deimv2/original.keys", "dfine/shared.keys", "rtdetr/shared.keys", "deimv2/dinov3.keys"),
    "rtdetr": ("rtdetr/original.keys", "rtdetr/shared.keys", "backbone/resnet_vd.keys"),
}
VARIANTS = {
    "deimv2": ("deimv2-dino", "deimv2-distilled"),
    # the authors' discrete sampling is for square maps
    "rtdetr": ("rtdetr-bottleneck", "rtdetr-v2"),
}


def rtdetr(config, size):
    """RT-DETR's modules with a golden file's sizes; those of its backbone stand in its text."""
    import importlib
    import inspect

    presnet = importlib.import_module("src.nn.backbone.presnet")
    sizes = config["backbone_config"]
    second = config["model_type"] == "rt_detr_v2"
    bottleneck = sizes["layer_type"] == "bottleneck"
    narrow = [width // (4 if bottleneck else 1) for width in sizes["hidden_sizes"]]
    text = inspect.getsource(presnet.PResNet).replace("ch_in = 64", f"ch_in = {sizes['embedding_size']}")
    text = text.replace("[64, 128, 256, 512]", str(narrow)).replace("@register()", "").replace("@register", "")
    text = text.replace("depth >= 50", str(bottleneck)).replace("super(PResNet, self)", "super()")
    presnet.ResNet_cfg[1] = sizes["depths"]
    exec(text, vars(presnet))
    backbone = presnet.PResNet(1, return_idx=[1, 2, 3])
    zoo = "src.zoo.rtdetr."
    dim = config["encoder_hidden_dim"]
    encoder = importlib.import_module(zoo + "hybrid_encoder").HybridEncoder(
        in_channels=sizes["hidden_sizes"][1:], hidden_dim=dim, nhead=config["encoder_attention_heads"],
        dim_feedforward=config["encoder_ffn_dim"], expansion=config["hidden_expansion"],
        version="v2" if second else "v1",
    )
    options = dict(
        num_classes=len(config["id2label"]), hidden_dim=config["d_model"], num_queries=config["num_queries"],
        feat_channels=[dim] * 3, nhead=config["decoder_attention_heads"], dim_feedforward=config["decoder_ffn_dim"],
    )
    options.update(num_layers=config["decoder_layers"], eval_spatial_size=size)
    if second:
        kind = importlib.import_module(zoo + "rtdetrv2_decoder").RTDETRTransformerv2
        decoder = kind(num_points=[config["decoder_n_points"]] * 3, num_levels=3, **options)
        for layer in decoder.decoder.layers:
            layer.cross_attn.offset_scale = config["decoder_offset_scale"]
    else:
        kind = importlib.import_module(zoo + "rtdetr_decoder").RTDETRTransformer
        decoder = kind(num_points=config["decoder_n_points"], **options)
    return torch.nn.ModuleDict(dict(backbone=backbone, encoder=encoder, decoder=decoder)).eval()


def deimv2(config, size):
    """DEIMv2's modules with a golden file's sizes."""
    from engine.backbone import dinov3_adapter
    from engine.backbone.dinov3 import vision_transformer
    from engine.deim import DEIMTransformer, HybridEncoder

    vit, dim = config["backbone_config"], config["encoder_hidden_dim"]
    inside = vit["intermediate_size"] / vit["hidden_size"]
    if vit["apply_layernorm"]:
        name = "dinov3_vits16plus"
        vision_transformer.configs[name].update(
            embed_dim=vit["hidden_size"], num_heads=vit["num_attention_heads"], ffn_ratio=inside * 1.5,
            n_storage_tokens=vit["num_register_tokens"], depth=vit["num_hidden_layers"],
        )
    else:
        name, plain = "vit_tiny", dinov3_adapter.VisionTransformer
        fixed = dict(mlp_ratio=inside, depth=vit["num_hidden_layers"])
        dinov3_adapter.VisionTransformer = type("Narrow", (plain,), {})
        dinov3_adapter.VisionTransformer.__init__ = lambda self, **sizes: plain.__init__(self, **fixed, **sizes)
    backbone = dinov3_adapter.DINOv3STAs(
        name=name, embed_dim=vit["hidden_size"], num_heads=vit["num_attention_heads"], hidden_dim=dim,
        interaction_indexes=[index - 1 for index in vit["out_indices"]],
        conv_inplane=config["spatial_tuning_adapter_inplanes"],
    )
    encoder = HybridEncoder(
        in_channels=[dim] * 3, hidden_dim=dim, nhead=config["encoder_attention_heads"],
        dim_feedforward=config["encoder_ffn_dim"], expansion=config["hidden_expansion"], depth_mult=config["depth_mult"],
        version="deim", csp_type="csp2", fuse_op="sum",
    )
    decoder = DEIMTransformer(
        num_classes=len(config["id2label"]), hidden_dim=config["d_model"], num_queries=config["num_queries"],
        feat_channels=[dim] * 3, num_points=config["decoder_n_points"], nhead=config["decoder_attention_heads"],
        num_layers=config["decoder_layers"], dim_feedforward=config["decoder_ffn_dim"], reg_max=config["max_num_bins"],
        activation="silu", mlp_act="silu", num_denoising=1, eval_spatial_size=size,
    )
    # the hidden size of its location quality estimator is fixed
    for layer in decoder.decoder.lqe_layers:
        inputs, hidden = layer.reg_conf.layers[0].in_features, config["lqe_hidden_dim"]
        layer.reg_conf.layers = torch.nn.ModuleList([torch.nn.Linear(inputs, hidden), torch.nn.Linear(hidden, 1)])
    return torch.nn.ModuleDict(dict(backbone=backbone, encoder=encoder, decoder=decoder)).eval()


def renamed(tensors, tables):
    """Under the authors' names: each of several that a line of a table gives it, parts joined."""
    lines = [line.split() for table in tables for line in (KEYS / table).read_text().splitlines() if line]
    found, parts = {}, {}
    for name, tensor in tensors.items():
        name = re.sub(r"backbone\.layer\.", "backbone.model.layer.", name)
        name = name.replace("mlp.layers.0", "fc1").replace("mlp.layers.1", "fc2") if "aifi" in name else name
        name = name.replace(".mlp.fc", ".fc").replace("encoder.aifi.", "encoder.encoder.").replace("self_attn.o_proj", "self_attn.out_proj")
        for ours, theirs, *part in lines:
            match = re.fullmatch(re.escape(ours).replace(r"\*", r"(\d+)") + "(?P<end>.*)", name)
            if match:
                for number in match.groups()[:-1]:
                    theirs = theirs.replace("*", number, 1)
                theirs += match["end"]
                if part:
                    index, count = part[0].split("/")
                    parts.setdefault(theirs, [None] * int(count))[int(index) - 1] = tensor
                else:
                    found[theirs] = tensor
    return found | {name: torch.cat(whole) for name, whole in parts.items()}


def check(kind, directory, names):
    config = json.loads((directory / "config.json").read_text())
    golden = load_file(directory / "golden.safetensors")
    pixels = golden["pixels"].float()
    size = list(pixels.shape[2:])
    network = {"deimv2": deimv2, "rtdetr": rtdetr}[kind](config, size)
    weights = renamed(load_file(directory / "model.safetensors"), TABLES[kind])
    tensors = {name: tensor.float() for name, tensor in weights.items()}
    kept = {}
    for name, tensor in network.state_dict().items():
        if name.endswith("qkv.bias_mask"):
            kept[name] = torch.ones_like(tensor)
        elif name in ("decoder.anchors", "decoder.valid_mask") or name.endswith(("periods", "num_batches_tracked")):
            kept[name] = tensor
        elif name not in tensors and re.search(r"mask_token|denoising_class|lqe_layers|score_head", name):
            kept[name] = tensor
        else:
            kept[name] = tensors[name].reshape(tensor.shape)
    network.load_state_dict(kept)
    with torch.no_grad():
        maps = network["backbone"](pixels)
        result = network["decoder"](network["encoder"](maps))
    first = 2 if kind == "deimv2" else 3
    seen = {f"c{i + first}": level for i, level in enumerate(maps)}
    seen.update(logits=result["pred_logits"], boxes=result["pred_boxes"])
    for name, tensor in seen.items():
        print(f"{directory.name} {name}: {(tensor - golden[name]).abs().max().item():.1e}")
    if names:
        lines = [f"{name} {'x'.join(map(str, tensor.shape)) or '1'}" for name, tensor in sorted(kept.items())
                 if not re.search("decoder.anchors|valid_mask|num_batches_tracked", name)]
        folder = NAMES / ("dfine" if kind == "deimv2" else "rtdetr")
        folder.mkdir(exist_ok=True)
        (folder / f"{directory.name}.names").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    kind, code, *rest = [argument for argument in sys.argv[1:] if argument != "--names"]
    sys.path.insert(0, code)
    root = Path(rest[0]) if rest else HERE / "../resources/golden"
    torch.set_num_threads(1)
    for variant in VARIANTS[kind]:
        check(kind, root / variant, "--names" in sys.argv)
