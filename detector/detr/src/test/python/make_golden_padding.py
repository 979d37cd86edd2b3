"""Makes the golden file of TestPaddingParity: what transformers computes of a padded image, with the tiny networks of the other scripts.

    pip install -r requirements.txt
    python make_golden_padding.py [DIRECTORY]       (default: ../resources/golden, with what the other scripts made)

The image is prepared as a checkpoint asks that was trained after transformers' guide for object detection, with `do_pad` and
`pad_size`, and each network gets the mask that comes of it. The sizes are such that maps end within the image's last cell.
"""

import sys
from pathlib import Path

import torch
from transformers import AutoModelForObjectDetection, DetrImageProcessor

from make_golden import SEED, save_golden

HEIGHT, WIDTH = 61, 75
PADDED = (101, 135)
WHOLE_CELLS = (96, 128)  # RT-DETR of transformers computes no other
VARIANTS = [
    "detr-bottleneck",
    "detr-basic-learned",
    "detr-timm-bottleneck-dc5",
    "detr-swin",
    "conditional-bottleneck",
    "dab-bottleneck",
    "dab-patterns",
    "deformable-base",
    "deformable-single-scale",
    "deformable-two-stage",
    "deformable-two-stage-five-scales",
    "rtdetr-basic",
    "rtdetr-v2-discrete",
]


def main():
    golden = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent / "../resources/golden")
    image = torch.randint(0, 256, (HEIGHT, WIDTH, 3), generator=torch.Generator().manual_seed(SEED), dtype=torch.uint8)
    tensors = {"image": image.half()}
    for variant in VARIANTS:
        height, width = WHOLE_CELLS if variant.startswith("rtdetr") else PADDED
        processor = DetrImageProcessor(do_resize=False, do_pad=True, pad_size={"height": height, "width": width})
        inputs = processor(images=[image.numpy()], input_data_format="channels_last", return_tensors="pt")
        assert inputs["pixel_mask"].sum() == HEIGHT * WIDTH
        model = AutoModelForObjectDetection.from_pretrained(golden / variant).eval()
        with torch.no_grad():
            found = model(**inputs)
            whole = model(pixel_values=inputs["pixel_values"])
        tensors[f"{variant}.logits"] = found.logits
        tensors[f"{variant}.padded"] = torch.tensor([height, width]).half()
        tensors[f"{variant}.boxes"] = found.pred_boxes
        print(variant, "the mask moves boxes by", (found.pred_boxes - whole.pred_boxes).abs().max().item())
    (golden / "padding").mkdir(exist_ok=True)
    save_golden(golden / "padding/golden.safetensors", tensors)


if __name__ == "__main__":
    main()
