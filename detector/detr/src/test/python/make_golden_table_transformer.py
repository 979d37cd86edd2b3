"""Makes the golden files of TestTableTransformerParity: tiny Table Transformers with random weights, and what
transformers computes.

    pip install -r requirements.txt
    python make_golden_table_transformer.py [DIRECTORY]       (default: ../resources/golden)

The directories are as make_golden.py describes its own. transformers 5.24 computes the same of them.
"""

import json
import sys
from pathlib import Path

import torch
from make_golden import (
    HEIGHT,
    RESIZED,
    TARGET,
    THRESHOLD,
    TRANSFORMER,
    WIDTH,
    detections,
    first_seed,
    hugging_face_resnet,
    random_pixels,
    randomise,
    save_golden,
    spread,
    steps,
    timm_resnet,
)
from transformers import DetrImageProcessor, TableTransformerConfig, TableTransformerForObjectDetection

DEPTHS = [1, 1, 1, 1]
VARIANTS = {
    "table-timm": dict(**timm_resnet("resnet18", DEPTHS)),
    "table-learned": dict(
        **hugging_face_resnet("basic", DEPTHS),
        position_embedding_type="learned",
        activation_function="gelu",
        decoder_attention_heads=2,
    ),
    "table-auxiliary": dict(**timm_resnet("resnet18", DEPTHS), dilation=True, auxiliary_loss=True, decoder_layers=3),
}


def as_version_5_nests_backbones(directory):
    """The weights' names are the same in both versions."""
    path = directory / "config.json"
    config = json.loads(path.read_text())
    kwargs = config.pop("backbone_kwargs")
    config["backbone_config"] = {
        "model_type": "timm_backbone",
        "backbone": config.pop("backbone"),
        "features_only": True,
        "num_channels": kwargs.pop("in_chans"),
        "output_stride": 16,
        **kwargs,
    }
    for key in ("use_timm_backbone", "use_pretrained_backbone", "num_hidden_layers"):
        config.pop(key, None)
    path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")


def make(directory, settings):
    def build(generator):
        model = TableTransformerForObjectDetection(TableTransformerConfig(**{**TRANSFORMER, **settings})).eval()
        randomise(model, generator)
        pixels = random_pixels(generator, 2, 3, HEIGHT, WIDTH)
        spread(model, model.model.input_projection, pixels, 1)
        spread(model, model.class_labels_classifier, pixels, 2)
        spread(model, model.bbox_predictor.layers[2], pixels, 1)
        return model.half().float(), pixels

    seed, model, pixels = first_seed(build)
    # float16 holds them exactly, and in the file they take half the room
    model.half().save_pretrained(directory)
    processor = DetrImageProcessor(size=RESIZED)
    processor.save_pretrained(directory)

    # the reference is what the files give, not what this process happened to hold
    model = TableTransformerForObjectDetection.from_pretrained(directory, dtype=torch.float32).eval()
    seen, output = steps(model, pixels)
    seen["memory"] = output.encoder_last_hidden_state
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
    if directory.name == "table-auxiliary":
        as_version_5_nests_backbones(directory)
    print(f"{directory.name}: seed {seed}, {len(results[0]['scores'])} detections,"
          f" boxes' deviation {seen['boxes'].std():.2f}")


if __name__ == "__main__":
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "../resources/golden"
    torch.set_num_threads(1)
    for name, settings in VARIANTS.items():
        make(root / name, settings)
