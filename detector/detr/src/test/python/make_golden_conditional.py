"""Makes the golden files of TestConditionalParity: tiny Conditional DETRs, and what transformers computes.

    pip install -r requirements.txt
    python make_golden_conditional.py [DIRECTORY]       (default: ../resources/golden)

Like make_golden.py, whose parts it uses; see there.
"""

import re
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers import ConditionalDetrConfig, ConditionalDetrForObjectDetection, ConditionalDetrImageProcessor

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
    rename_to_version_5,
    save_golden,
    spread,
    steps,
    timm_resnet,
)

TOP_K = 100  # what post_process_object_detection takes by default
PORTRAIT = (65, 33)

VARIANTS = {
    "conditional-bottleneck": dict(**hugging_face_resnet("bottleneck", [1, 1, 2, 1]), decoder_layers=3),
    "conditional-basic-learned": dict(
        **hugging_face_resnet("basic", [1, 2, 1, 1]), position_embedding_type="learned", activation_function="gelu"
    ),
    "conditional-timm-dc5": dict(
        **timm_resnet("resnet50", [1, 1, 1, 2]), dilation=True, decoder_attention_heads=2, activation_function="silu"
    ),
    "conditional-timm-auxiliary": dict(**timm_resnet("resnet18", [2, 1, 1, 1]), auxiliary_loss=True, decoder_layers=3),
    "conditional-names5": dict(**timm_resnet("resnet34", [1, 1, 1, 1]), activation_function="gelu_new"),
}
SIZES = {"conditional-basic-learned": PORTRAIT, "conditional-timm-dc5": PORTRAIT}


def rename_decoder(directory):
    """What transformers 5 names anew beside what it renamed in DETR too."""
    weights = directory / "model.safetensors"
    renamed = {}
    for name, tensor in load_file(weights).items():
        name = re.sub(r"sa_([qk])(content|pos)_proj", r"self_attn.\1_\2_proj", name)
        name = re.sub(r"ca_([qk])(content|pos)_proj", r"encoder_attn.\1_\2_proj", name)
        name = name.replace("ca_qpos_sine_proj", "encoder_attn.q_pos_sine_proj")
        name = name.replace("sa_v_proj", "self_attn.v_proj").replace("ca_v_proj", "encoder_attn.v_proj")
        renamed[name] = tensor
    save_file(renamed, weights, metadata={"format": "pt"})


def spread_references(model):
    """Reference points all over the image, and some so near its border that the inverse sigmoid's epsilon counts."""
    head = model.model.decoder.ref_point_head
    with torch.no_grad():
        points = head(model.model.query_position_embeddings.weight)
        head.layers[1].weight *= 6 / points.std()
        head.layers[1].bias *= 6 / points.std()


def make_conditional(directory, settings):
    height, width = SIZES.get(directory.name, (HEIGHT, WIDTH))

    def build(generator):
        model = ConditionalDetrForObjectDetection(ConditionalDetrConfig(**{**TRANSFORMER, **settings})).eval()
        randomise(model, generator)
        spread_references(model)
        pixels = random_pixels(generator, 2, 3, height, width)
        spread(model, model.model.input_projection, pixels, 1)
        spread(model, model.class_labels_classifier, pixels, 2)
        spread(model, model.bbox_predictor.layers[2], pixels, 1)
        return model, pixels

    seed, model, pixels = first_seed(build)
    model.save_pretrained(directory)
    processor = ConditionalDetrImageProcessor(size=RESIZED)
    processor.save_pretrained(directory)

    # the reference is what the files give, not what this process happened to hold
    model = ConditionalDetrForObjectDetection.from_pretrained(directory).eval()
    seen, output = steps(model, pixels)
    with torch.no_grad():
        seen["references"] = model.model(pixels).reference_points.transpose(0, 1)
    results = processor.post_process_object_detection(
        output, threshold=THRESHOLD, target_sizes=[TARGET] * 2, top_k=TOP_K
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
    if directory.name.endswith("names5"):
        rename_decoder(directory)
        rename_to_version_5(directory)
    scores, points = seen["detections.0.scores"], seen["references"]
    border = ((points < 1e-5) | (points > 1 - 1e-5)).sum()
    print(f"{directory.name}: seed {seed}, {len(scores)} detections, {scores.min():.2f} to {scores.max():.2f},"
          f" boxes' deviation {seen['boxes'].std():.2f}, {border} coordinates at the border")


if __name__ == "__main__":
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "../resources/golden"
    torch.set_num_threads(1)
    for name, settings in VARIANTS.items():
        make_conditional(root / name, settings)
