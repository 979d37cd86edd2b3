"""Makes the golden files of TestDocLayoutParity: a tiny PP-DocLayoutV2 with random weights, and what transformers computes.

    pip install -r requirements-5.txt
    python make_golden_doc_layout.py [DIRECTORY]       (default: ../resources/golden)

The directory is as transformers 5 writes it, keys of its backbone as PaddlePaddle's config.json has them. golden.safetensors
holds the input and a few steps: the network is RT-DETR's, whose golden files hold all. Queries are in the order of their
scores, not in that of the network for reading, which is passed over.
"""

import itertools
import json
import sys
from pathlib import Path

import torch
import transformers
from make_golden_dfine import BACKBONE, GridPosition, gap, randomise, spread
from safetensors.torch import save_file
from transformers import HGNetV2Config, PPDocLayoutV2Config, PPDocLayoutV2ForObjectDetection
from transformers.models.pp_doclayout_v2.image_processing_pp_doclayout_v2 import PPDocLayoutV2ImageProcessor

SCORE_GAP, DETECTION_GAP = 1e-3, 2e-5
TARGET, THRESHOLD = (150, 221), 0.3
LABELS = {0: "abstract", 1: "chart", 2: "text", 3: "title"}
SHAPE = (1, 32, 96)

CONFIG = PPDocLayoutV2Config(
    backbone_config=HGNetV2Config(
        **BACKBONE,
        stage_downsample=[False, True, True, True],
        stage_downsample_strides=[2] * 4,
        depths=[1] * 4,
        hidden_sizes=BACKBONE["stage_out_channels"],
        embedding_size=6,
        arch="L",
        return_idx=[1, 2, 3],
        freeze_stem_only=True,
        freeze_at=0,
        freeze_norm=True,
        lr_mult_list=[0, 0.05, 0.05, 0.05, 0.05],
        out_features=["stage2", "stage3", "stage4"],
    ),
    encoder_in_channels=[10, 12, 14],
    encoder_hidden_dim=8,
    encoder_attention_heads=2,
    encoder_ffn_dim=12,
    hidden_expansion=0.5,
    d_model=16,
    decoder_in_channels=[8, 8, 8],
    decoder_attention_heads=2,
    decoder_ffn_dim=20,
    decoder_layers=2,
    num_queries=9,
    id2label=LABELS,
    label2id={name: i for i, name in LABELS.items()},
    class_thresholds=[0.5] * 4,
    class_order=[0, 1, 2, 3],
    reading_order_config=dict(
        hidden_size=8, num_attention_heads=2, intermediate_size=8, num_hidden_layers=1, coordinate_size=1, shape_size=2,
        max_position_embeddings=20, max_2d_position_embeddings=1024, relation_bias_embed_dim=4, global_pointer_head_size=2,
        num_classes=4,
    ),
)


def build(seed):
    generator = torch.Generator().manual_seed(seed)
    model = PPDocLayoutV2ForObjectDetection(CONFIG).eval()
    core = model.model
    for i in range(CONFIG.decoder_layers):
        # transformers' constructor ties the heads of all layers
        core.decoder.class_embed[i] = torch.nn.Linear(CONFIG.d_model, len(LABELS))
        core.decoder.bbox_embed[i] = type(core.enc_bbox_head)(CONFIG.d_model, CONFIG.d_model, 4, 3)
    for aifi in core.encoder.aifi:
        aifi.position_embedding = GridPosition(CONFIG.encoder_hidden_dim, CONFIG.positional_encoding_temperature)
    randomise(model, generator)
    pixels = torch.rand(SHAPE[0], 3, *SHAPE[1:], generator=generator).half().float()
    spread(model, core.enc_score_head, pixels, -1, 2)
    spread(model, core.enc_bbox_head.layers[2], pixels, 0, 0.7)
    for box in core.decoder.bbox_embed:
        spread(model, box.layers[2], pixels, 0, 0.7)
    spread(model, core.decoder.class_embed[-1], pixels, -1, 2)
    model.half().float()
    return model, pixels


def steps(model, pixels):
    kept = {}
    for i, stage in enumerate(model.model.backbone.model.encoder.stages):
        stage.register_forward_hook(lambda module, arguments, result, i=i: kept.__setitem__(f"c{i + 2}", result))
    with torch.no_grad():
        output = model.model(pixels)
    scores = output.enc_outputs_class.amax(-1)
    kept["query.scores"] = output.enc_outputs_class
    kept["logits"] = output.intermediate_logits[:, -1]
    kept["boxes"] = output.intermediate_reference_points[:, -1]
    return {name: tensor.clone().contiguous() for name, tensor in kept.items()}, scores


def make(directory):
    for seed in itertools.count():
        model, pixels = build(seed)
        seen, scores = steps(model, pixels)
        flat = seen["logits"].sigmoid().flatten(1)
        if gap(scores, 9) > SCORE_GAP and gap(flat, 9) > DETECTION_GAP and seen["boxes"].std(1).min() > 0.05:
            break
    with torch.no_grad():
        output = model(pixels)
    results = PPDocLayoutV2ImageProcessor().post_process_object_detection(
        output, threshold=THRESHOLD, target_sizes=[TARGET] * SHAPE[0]
    )
    for i, result in enumerate(results):
        order = torch.argsort(result["scores"], descending=True, stable=True)
        seen.update({f"detections.{i}.{key}": result[key][order].float() for key in ("scores", "labels", "boxes")})
    model.half().save_pretrained(directory)
    PPDocLayoutV2ImageProcessor().save_pretrained(directory)
    made = dict(torch=torch.__version__, transformers=transformers.__version__, seed=seed, threshold=THRESHOLD,
                k="num_queries", target_height_width=TARGET)
    save_file({**seen, "pixels": pixels.half()}, directory / "golden.safetensors", metadata={"made": json.dumps(made)})
    counts = [len(result["scores"]) for result in results]
    print(f"{directory.name}: seed {seed}, detections {counts}, boxes' deviation {seen['boxes'].std(1).mean():.2f}")


if __name__ == "__main__":
    torch.set_num_threads(1)
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "../resources/golden"
    make(root / "doclayout")
