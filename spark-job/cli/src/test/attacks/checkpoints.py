"""Checkpoints as libraries, trainers and fine-tuning guides save them: a small RT-DETR with random weights in each."""

import json
import shutil

import torch
import transformers
from transformers import RTDetrConfig, RTDetrForObjectDetection, RTDetrImageProcessor

SIZE = {"height": 128, "width": 128}


def saved(lab):
    if not hasattr(lab, "checkpoint"):
        transformers.set_seed(1)
        backbone = transformers.RTDetrResNetConfig(embedding_size=16, hidden_sizes=[16, 32, 32, 64], depths=[1, 1, 1, 1], layer_type="basic",
            out_features=["stage2", "stage3", "stage4"])
        config = RTDetrConfig(backbone_config=backbone, encoder_in_channels=[32, 32, 64], d_model=32, encoder_hidden_dim=32, encoder_ffn_dim=32,
            decoder_ffn_dim=32, decoder_layers=2, num_queries=20, encoder_attention_heads=4, decoder_attention_heads=4, decoder_in_channels=[32, 32, 32],
            num_labels=3, num_denoising=0, hidden_expansion=1.0)
        folder = lab.folder()
        model = RTDetrForObjectDetection(config).eval()
        model.save_pretrained(folder)
        RTDetrImageProcessor(size=SIZE).save_pretrained(folder)
        lab.checkpoint, lab.model = folder, model
    return lab.checkpoint


def detect(lab, detector, *options):
    reply, found = lab.label(lab.scene, options=["--detector", detector, "--refiner", "none", "--min-score", "0", *options])
    return reply, found.get(lab.scene.name)


def copy(lab, change=None):
    folder = lab.folder() / "detector"
    shutil.copytree(saved(lab), folder)
    if change:
        change(folder)
    return folder


def edit(name, **values):
    """Keys of a JSON file, `None` takes one out."""
    def change(folder):
        path = folder / name
        content = json.loads(path.read_text()) | values
        path.write_text(json.dumps({key: value for key, value in content.items() if value is not None}))
    return change


def forms(lab, survived):
    _, expected = detect(lab, saved(lab))
    survived("safetensors", expected and expected.status == "ok" and expected.boxes, expected)
    tensors = lab.model.state_dict()

    def as_bin(folder, content=tensors, name="pytorch_model.bin", **options):
        (folder / "model.safetensors").unlink()
        torch.save(content, folder / name, **options)

    def in_shards(folder):
        (folder / "model.safetensors").unlink()
        lab.model.save_pretrained(folder, max_shard_size="100KB")

    changes = {
        "pytorch_model.bin": as_bin,
        "pytorch_model.bin before PyTorch 1.6": lambda folder: as_bin(folder, _use_new_zipfile_serialization=False),
        "safetensors in shards": in_shards,
        "keys of transformers 5": edit("config.json", dtype="float32", torch_dtype=None, transformers_version="5.24.0", tie_encoder_decoder=None),
        "keys that change nothing": edit("config.json", output_hidden_states=True, problem_type="x", finetuning_task="y", _name_or_path="z"),
        "a processor without a type": edit("preprocessor_config.json", image_processor_type=None),
        "class ids as text": edit("config.json", id2label={"0": "a", "1": "b", "2": "c"}),
    }
    for name, change in changes.items():
        reply, row = detect(lab, copy(lab, change))
        survived(name, row and row.like(expected), (reply, row))


def refused(lab, survived):
    def cut(folder):
        path = folder / "model.safetensors"
        path.write_bytes(path.read_bytes()[:-1000])

    def without(name):
        return lambda folder: (folder / name).unlink()

    changes = {
        "a cut file": (cut, "model.safetensors"),
        "no config.json": (without("config.json"), "config.json"),
        "no weights": (without("model.safetensors"), "model.safetensors"),
        "an architecture that is none of ours": (edit("config.json", model_type="yolos", architectures=["YolosForObjectDetection"]), "yolos"),
        "a config that does not fit": (edit("config.json", d_model=64), "config.json"),
        "a config that is no JSON": (lambda folder: (folder / "config.json").write_text("{"), "config.json"),
    }
    for name, (change, word) in changes.items():
        reply, row = detect(lab, copy(lab, change))
        survived(name, reply.exit == 2 and word in reply.said and "\tat " not in reply.said, reply)
    for name in ("facebook/detr-resnet-50", "no/such/folder"):
        reply, row = detect(lab, name)
        survived(name, reply.exit == 2 and "\tat " not in reply.said, reply)


def padded(lab, survived):
    """The official fine-tuning guide's processor."""
    transformers.set_seed(1)
    backbone = transformers.ResNetConfig(embedding_size=16, hidden_sizes=[16, 32, 32, 64], depths=[1, 1, 1, 1], layer_type="basic", out_features=["stage4"])
    config = transformers.DetrConfig(backbone_config=backbone, use_timm_backbone=False, use_pretrained_backbone=False, backbone=None, d_model=32,
        encoder_layers=1, decoder_layers=2, encoder_attention_heads=4, decoder_attention_heads=4, encoder_ffn_dim=32, decoder_ffn_dim=32,
        num_queries=20, num_labels=3)
    model = transformers.DetrForObjectDetection(config).eval()
    processor = transformers.DetrImageProcessor(
        do_resize=True, size={"max_height": 160, "max_width": 160}, do_pad=True, pad_size={"height": 160, "width": 160})
    folder = lab.folder()
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    reply, row = detect(lab, folder)
    held = False
    if row and row.status == "ok":
        from PIL import Image
        image = Image.open(lab.scene).convert("RGB")
        with torch.inference_mode():
            out = model(**processor(image, return_tensors="pt"))
        theirs = processor.post_process_object_detection(out, threshold=0, target_sizes=[image.size[::-1]])[0]
        ours = sorted((box[0] for box in row.boxes), reverse=True)
        scores = sorted(theirs["scores"].tolist(), reverse=True)
        held = len(ours) > 0 and all(abs(a - b) < 2e-3 for a, b in zip(ours, scores))
    survived("pad_size, as the fine-tuning guide sets it", held, (reply, row))


ATTACKS = [forms, refused, padded]
