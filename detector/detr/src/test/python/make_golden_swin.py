"""Makes the golden files of TestSwinParity: tiny DETRs over Swin backbones, and what transformers computes.

    python make_golden_swin.py [DIRECTORY]       (default: ../resources/golden)

The files are those of make_golden.py. Where the backbone hands out its last map alone, the others are the states behind
its stages as they are, for the library has no norm for them.
"""

import sys
from pathlib import Path

import make_golden
import torch
from transformers import SwinConfig


def swin(**settings):
    config = SwinConfig(embed_dim=4, depths=[2, 1, 2, 1], num_heads=[1, 2, 2, 4], **settings)
    return dict(use_timm_backbone=False, use_pretrained_backbone=False, backbone=None, backbone_config=config)


# 17 x 25 patches, of which the last are partly padding; then 9 x 13, 5 x 7 and 3 x 4: windows of 4 x 4 fit none
SIZE = (66, 99)

VARIANTS = {
    "detr-swin": swin(window_size=4, out_features=["stage1", "stage2", "stage3", "stage4"]),
    "detr-swin-last-stage": swin(window_size=3, mlp_ratio=2.5, hidden_act="gelu_new", out_features=["stage4"]),
}


def with_raw_maps(steps):
    """The steps, and the maps that the backbone does not hand out."""

    def all_steps(model, pixels):
        raw = {}

        def keep(module, arguments, result):
            raw.update({f"c{i + 1}": state.clone() for i, state in enumerate(result.reshaped_hidden_states)})

        hook = model.model.backbone.conv_encoder.model.encoder.register_forward_hook(keep)
        seen, output = steps(model, pixels)
        hook.remove()
        del raw["c1"]
        return {**raw, **seen}, output

    return all_steps


if __name__ == "__main__":
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "../resources/golden"
    torch.set_num_threads(1)
    make_golden.steps = with_raw_maps(make_golden.steps)
    for name, settings in VARIANTS.items():
        make_golden.make_detr(root / name, settings, SIZE)
