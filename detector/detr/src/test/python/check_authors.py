"""Compares golden files with the networks of their authors' own code.

    git clone https://github.com/Intellindust-AI-Lab/DEIMv2           (checked at commit 0fff8d4)
    python check_authors.py deimv2 DEIMv2 [DIRECTORY]                 (default: ../resources/golden)
    git clone https://github.com/lyuwenyu/RT-DETR                     (checked at commit 068dfde)
    python check_authors.py rtdetr RT-DETR/rtdetrv2_pytorch [DIRECTORY]
    git clone https://github.com/IDEA-Research/GroundingDINO          (checked at commit 856dde2)
    python check_authors.py groundingdino GroundingDINO [DIRECTORY]

It gives the authors' modules the golden files' weights, by the names of the .keys files that boxmill reads, and prints how far
their results are apart. With --names it writes their state dict's names and shapes, which tests read. Needs the packages of
requirements-5.txt and those that the authors' code imports; GroundingDINO is of the time of transformers 4 (checked with 4.57.1),
and imports addict, yapf, timm, matplotlib, pycocotools and opencv-python-headless.
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
    "groundingdino": ("groundingdino/original.keys",),
}
VARIANTS = {
    "deimv2": ("deimv2-dino", "deimv2-distilled"),
    # the authors' discrete sampling is for square maps
    "rtdetr": ("rtdetr-bottleneck", "rtdetr-v2"),
    "groundingdino": ("grounding-dino",),
}
# transformers' names of a Swin's parts, and its authors'
SWIN = {
    "embeddings.patch_embeddings.projection": "patch_embed.proj",
    "embeddings.norm": "patch_embed.norm",
    "encoder.layers.": "layers.",
    "layernorm_before": "norm1",
    "layernorm_after": "norm2",
    "attention.self.relative": "attn.relative",
    "attention.output.dense": "attn.proj",
    "intermediate.dense": "mlp.fc1",
    "output.dense": "mlp.fc2",
    "hidden_states_norms.stage2": "norm1",
    "hidden_states_norms.stage3": "norm2",
    "hidden_states_norms.stage4": "norm3",
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


def groundingdino(config, directory):
    """Grounding DINO with a golden file's sizes, where its modules fix some, and with a golden file's tokenizer."""
    import importlib
    import inspect
    from types import SimpleNamespace

    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    zoo = "groundingdino.models.GroundingDINO."
    whole, parts, swins = (importlib.import_module(zoo + name) for name in ("groundingdino", "transformer", "backbone.swin_transformer"))
    joiner = importlib.import_module(zoo + "backbone.backbone").Joiner
    positions = importlib.import_module(zoo + "backbone.position_encoding").PositionEmbeddingSineHW
    sizes, dim, text = config["backbone_config"], config["d_model"], BertConfig(**config["text_config"])
    whole.get_tokenlizer = SimpleNamespace(
        get_tokenlizer=lambda name: PreTrainedTokenizerFast(
            tokenizer_file=str(directory / "tokenizer.json"), cls_token="[CLS]", sep_token="[SEP]", pad_token="[PAD]", unk_token="[UNK]"),
        get_pretrained_language_model=lambda name: BertModel(text, add_pooling_layer=True).eval(),
    )
    sines = inspect.getsource(parts.gen_sineembed_for_position).replace("128", str(dim // 2))
    exec(sines, vars(importlib.import_module(zoo + "utils")))
    parts.gen_sineembed_for_position = importlib.import_module(zoo + "utils").gen_sineembed_for_position
    of_places, decoder_layer = parts.get_sine_pos_embed, parts.DeformableTransformerDecoderLayer
    parts.get_sine_pos_embed = lambda places, num_pos_feats, **others: of_places(places, num_pos_feats=dim, **others)
    parts.DeformableTransformerDecoderLayer = lambda dim, inside, *others, **named: decoder_layer(
        dim, config["decoder_ffn_dim"], *others, **named)
    swin = swins.SwinTransformer(
        embed_dim=sizes["embed_dim"], depths=sizes["depths"], num_heads=sizes["num_heads"], window_size=sizes["window_size"],
        mlp_ratio=sizes["mlp_ratio"], out_indices=(1, 2, 3))
    temperature = config["positional_embedding_temperature"]
    backbone = joiner(swin, positions(dim // 2, temperatureH=temperature, temperatureW=temperature, normalize=True))
    backbone.num_channels = swin.num_features[1:]
    transformer = parts.Transformer(
        d_model=dim, nhead=config["decoder_attention_heads"], num_queries=config["num_queries"],
        num_encoder_layers=config["encoder_layers"], num_decoder_layers=config["decoder_layers"],
        dim_feedforward=config["encoder_ffn_dim"], return_intermediate_dec=True, learnable_tgt_init=True,
        num_feature_levels=config["num_feature_levels"], enc_n_points=config["encoder_n_points"],
        dec_n_points=config["decoder_n_points"], two_stage_type="standard", embed_init_tgt=True, use_text_enhancer=True,
        use_fusion_layer=True, use_text_cross_attention=True, text_dropout=0.0, fusion_dropout=0.0,
    )
    return whole.GroundingDINO(
        backbone, transformer, config["num_queries"], iter_update=True, query_dim=4,
        num_feature_levels=config["num_feature_levels"], two_stage_type="standard", two_stage_bbox_embed_share=False,
        two_stage_class_embed_share=False, dn_number=0).eval()


def of_swin(tensors):
    """A transformers' Swin's tensors under its authors' names, queries, keys and values as one."""
    prefix = "model.backbone.conv_encoder.model."
    found, parts = {}, {}
    for name, tensor in tensors.items():
        if name.startswith(prefix) and ".swin.layernorm" not in name:
            theirs = "backbone.0." + name.removeprefix(prefix)
            for ours, other in SWIN.items():
                theirs = theirs.replace(ours, other)
            match = re.fullmatch(r"(.*)attention\.self\.(query|key|value)(\..*)", theirs)
            if match:
                part = ("query", "key", "value").index(match[2])
                parts.setdefault(match[1] + "attn.qkv" + match[3], [None] * 3)[part] = tensor
            else:
                found[theirs] = tensor
    return found | {name: torch.cat(whole) for name, whole in parts.items()}


def check_reading(directory, names):
    """Every step that can be had from the authors' Grounding DINO."""
    config = json.loads((directory / "config.json").read_text())
    golden = load_file(directory / "golden.safetensors")
    network = groundingdino(config, directory)
    tensors = load_file(directory / "model.safetensors")
    weights = renamed(tensors, TABLES["groundingdino"]) | of_swin(tensors)
    weights = {name: tensor.float() for name, tensor in weights.items()}
    left = network.load_state_dict(weights, strict=False)
    # all decoder layers have one box head, which the file holds once
    passed = "relative_position_index|bert.pooler|position_ids|bbox_embed.[1-9]"
    assert not [name for name in left.missing_keys if not re.search(passed, name)], left
    assert not left.unexpected_keys, left
    phrases = [phrase for words in json.loads((directory / "prompts.json").read_text()).values() for phrase in words]
    seen = {}

    def keep(name, module, of):
        def hook(module, arguments, result):
            seen.setdefault(name, of(result))

        module.register_forward_hook(hook)

    core = network.transformer
    for i in range(config["encoder_layers"]):
        keep(f"encoder.{i}", core.encoder.layers[i], lambda result: result)
        keep(f"encoder.{i}.text", core.encoder.text_layers[i], lambda result: result.transpose(0, 1))
    for i in range(config["decoder_layers"]):
        keep(f"decoder.{i}", core.decoder.layers[i], lambda result: result.transpose(0, 1))
    keep("text", network.feat_map, lambda result: result[:1])
    keep("query.candidates", core.enc_output_norm, lambda result: result)
    with torch.no_grad():
        pixels = golden["pixels"].float()
        result = network(pixels, captions=[" . ".join(phrases) + " ."] * len(pixels))
    words = golden["words"].shape[2]
    seen.update(words=result["pred_logits"][..., :words], boxes=result["pred_boxes"])
    for name, tensor in seen.items():
        apart = (tensor - golden[name]).abs()
        print(f"{directory.name} {name}: {apart.max().item():.1e}, of numbers up to {golden[name].abs().max().item():.1f}")
    if names:
        save_names(NAMES / "groundingdino", directory.name, network.state_dict())


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
        save_names(NAMES / ("dfine" if kind == "deimv2" else "rtdetr"), directory.name, {
            name: tensor for name, tensor in kept.items()
            if not re.search("decoder.anchors|valid_mask|num_batches_tracked", name)})


def save_names(folder, variant, tensors):
    lines = [f"{name} {'x'.join(map(str, tensor.shape)) or '1'}" for name, tensor in sorted(tensors.items())]
    folder.mkdir(exist_ok=True)
    (folder / f"{variant}.names").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    kind, code, *rest = [argument for argument in sys.argv[1:] if argument != "--names"]
    sys.path.insert(0, code)
    root = Path(rest[0]) if rest else HERE / "../resources/golden"
    torch.set_num_threads(1)
    for variant in VARIANTS[kind]:
        if kind == "groundingdino":
            check_reading(root / variant, "--names" in sys.argv)
            continue
        check(kind, root / variant, "--names" in sys.argv)
