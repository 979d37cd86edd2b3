"""A full-size DETR-R50 with random weights, as a Hugging Face directory: what the job is timed and compared on.

usage: make_detr.py OUTPUT_DIR [--seed 1]
The weights are scaled so that features keep their size through the network and scores and boxes spread: a comparison of
numbers that are all alike would prove nothing.
"""

import argparse

import torch
from transformers import DetrConfig, DetrForObjectDetection, DetrImageProcessor, ResNetConfig


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    config = DetrConfig(
        use_timm_backbone=False,
        use_pretrained_backbone=False,
        backbone=None,
        backbone_config=ResNetConfig(out_features=["stage4"]),
        num_labels=91,
    )
    model = DetrForObjectDetection(config).eval()
    spread(model)
    model.save_pretrained(options.output)
    DetrImageProcessor().save_pretrained(options.output)
    print(f"{sum(p.numel() for p in model.parameters()):,} parameters in {options.output}")


def spread(model):
    with torch.no_grad():
        for name, buffer in model.named_buffers():
            if name.endswith("running_mean"):
                buffer.normal_(0, 0.1)
            elif name.endswith("running_var"):
                buffer.uniform_(0.8, 1.2)
        for name, parameter in model.named_parameters():
            if "backbone" in name and parameter.dim() == 4:
                torch.nn.init.kaiming_normal_(parameter, nonlinearity="relu")
        for name, buffer in model.named_buffers():
            if name.endswith("layer.2.normalization.weight"):
                buffer.fill_(0.3)
        for name, parameter in model.named_parameters():
            if name.endswith(("q_proj.weight", "k_proj.weight")):
                parameter.mul_(6)
            elif ".decoder." in name and name.endswith(("v_proj.weight", "out_proj.weight", "fc1.weight", "fc2.weight")):
                parameter.mul_(2)
        model.model.query_position_embeddings.weight.normal_(0, 2)
        model.class_labels_classifier.weight.normal_(0, 0.3)
        for layer in model.bbox_predictor.layers:
            layer.weight.normal_(0, 0.1)


if __name__ == "__main__":
    main()
