"""Makes the golden files of TestDabParity: tiny DAB-DETRs with random weights, and what transformers computes.

    pip install -r requirements.txt
    python make_golden_dab.py [DIRECTORY]       (default: ../resources/golden)

Like make_golden.py, whose parts it uses; see there.
"""

import sys
from pathlib import Path

import torch
from transformers import ConditionalDetrImageProcessor, DabDetrConfig, DabDetrForObjectDetection

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

TOP_K = 100  # what post_process_object_detection takes by default
PORTRAIT = (65, 33)
SIZES = {key: value for key, value in TRANSFORMER.items() if key != "d_model"}
SIZES["hidden_size"] = TRANSFORMER["d_model"]

VARIANTS = {
    "dab-bottleneck": dict(**hugging_face_resnet("bottleneck", [1, 1, 2, 1]), decoder_layers=3, auxiliary_loss=True),
    "dab-patterns": dict(**timm_resnet("resnet18", [2, 1, 1, 1]), num_patterns=3, num_queries=5, decoder_layers=3),
    "dab-temperatures": dict(
        **timm_resnet("resnet34", [1, 1, 1, 1]),
        temperature_height=35,
        temperature_width=12,
        sine_position_embedding_scale=4.5,
        random_refpoints_xy=True,
    ),
    "dab-dc5": dict(
        **timm_resnet("resnet50", [1, 1, 1, 2], output_stride=16),
        keep_query_pos=True,
        normalize_before=True,
        decoder_layers=3,
        decoder_attention_heads=2,
        activation_function="gelu",
    ),
}
PORTRAITS = ["dab-patterns", "dab-dc5"]
DRIFT = (1e-3, 0.08)  # boxes stay near their anchors, whatever rounds


def spread_anchors(embedding, generator):
    """Boxes all over the image; some so near its border, or so large, that the inverse sigmoid's epsilon counts."""
    with torch.no_grad():
        embedding.copy_(torch.randn(embedding.shape, generator=generator))
        embedding[0] = torch.tensor([-13.0, 4.0, -1.0, 12.5])
        embedding[1] = torch.tensor([8.0, 13.0, 12.0, -2.0])


def has_detections(logits):
    """Some in each image."""
    return (logits.sigmoid().flatten(1) > THRESHOLD).sum(1).min() > 9


def dab_steps(model, pixels):
    model.model.encoder.register_forward_hook(lambda module, given, result: seen.update(memory=result[0].clone()))
    model.model.decoder.register_forward_hook(
        lambda module, given, result: seen.update({f"references.{i}": r for i, r in enumerate(result.reference_points)})
    )
    seen = {}
    more, output = steps(model, pixels)
    seen.update(more)
    return seen, output


def make_dab(directory, settings):
    height, width = PORTRAIT if directory.name in PORTRAITS else (HEIGHT, WIDTH)

    def build(generator):
        model = DabDetrForObjectDetection(DabDetrConfig(**{**SIZES, **settings})).eval()
        randomise(model, generator)
        spread_anchors(model.model.query_refpoint_embeddings.weight, generator)
        pixels = random_pixels(generator, 2, 3, height, width)
        spread(model, model.model.input_projection, pixels, 1)
        spread(model, model.class_embed, pixels, 2)
        # the head's first call is the first layer's: what matters is that no layer's offsets are tiny or huge
        spread(model, model.bbox_predictor.layers[2], pixels, 0.7)
        return model, pixels

    seed, model, pixels = first_seed(build, DRIFT, has_detections)
    model.save_pretrained(directory)
    processor = ConditionalDetrImageProcessor(size=RESIZED)
    processor.save_pretrained(directory)

    # the reference is what the files give, not what this process happened to hold
    model = DabDetrForObjectDetection.from_pretrained(directory).eval()
    with torch.no_grad():
        seen, output = dab_steps(model, pixels)
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
    scores = seen["detections.0.scores"]
    print(f"{directory.name}: seed {seed}, {len(scores)} detections, {scores.min():.2f} to {scores.max():.2f},"
          f" boxes' deviation {seen['boxes'].std():.2f}, largest {max(v.abs().max() for v in seen.values()):.0f}")


if __name__ == "__main__":
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "../resources/golden"
    torch.set_num_threads(1)
    for name, settings in VARIANTS.items():
        make_dab(root / name, settings)
