"""Makes the golden files of TestTrainingParity: losses and gradients of one batch, as transformers' own losses and autograd give them.

    pip install -r requirements.txt
    python make_golden_training.py [DIRECTORY]       (default: ../resources/golden)

Weights and pixels are those of golden folders that other scripts made; each gets a training.safetensors with the
objects, all that denoising drew, every loss, and of each parameter's gradient its norm, its largest number, and some
of its numbers. Losses count as the networks' authors count them, and RT-DETR's boxes "look forward twice" as in its
authors' code: transformers does neither. Dropout is 0. The seed is SEED; the same versions give the same bytes on the
same machine.
"""

import sys
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModelForObjectDetection
from transformers.loss.loss_deformable_detr import DeformableDetrHungarianMatcher, DeformableDetrImageLoss
from transformers.loss.loss_for_object_detection import HungarianMatcher, ImageLoss
from transformers.loss.loss_rt_detr import RTDetrLoss
from transformers.models.rt_detr.modeling_rt_detr import inverse_sigmoid

SEED = 20261130
SAMPLES = 10  # numbers of each gradient
NO_DROPOUT = dict(dropout=0.0, attention_dropout=0.0, activation_dropout=0.0)
VARIANTS = [
    "detr-auxiliary-sharded",
    "conditional-timm-auxiliary",
    "deformable-base",
    "deformable-two-stage",
    "rtdetr-basic",
]
OBJECTS = [
    ([1], [[0.4, 0.55, 0.5, 0.6]]),
    ([0, 2, 2], [[0.3, 0.3, 0.35, 0.45], [0.75, 0.6, 0.4, 0.7], [0.5, 0.85, 0.9, 0.28]]),
]


def targets(images):
    """Of the last ones: a batch of one has several objects."""
    return [dict(class_labels=torch.tensor(c), boxes=torch.tensor(b)) for c, b in OBJECTS[-images:]]


class Draws:
    """Records what the library draws for denoising."""

    def __init__(self, truths):
        self.counts = [len(truth["boxes"]) for truth in truths]
        self.uniform, self.whole = [], []

    def __enter__(self):
        self.rand_like, self.randint_like = torch.rand_like, torch.randint_like
        torch.rand_like = lambda *a, **k: self.kept(self.uniform, self.rand_like(*a, **k))
        torch.randint_like = lambda *a, **k: self.kept(self.whole, self.randint_like(*a, **k))
        return self

    def __exit__(self, *_):
        torch.rand_like, torch.randint_like = self.rand_like, self.randint_like

    @staticmethod
    def kept(where, drawn):
        where.append(drawn.clone())
        return drawn

    def tensors(self, ratio):
        """Of each slot in use, in the order of images and slots."""
        labels, amounts = self.uniform[:2]
        new_labels, signs = self.whole[:2]
        most = max(self.counts)
        used = torch.stack([torch.arange(labels.shape[1]) % most < count for count in self.counts])
        image, slot = used.nonzero().unbind(1)
        uniform = labels[used]
        chosen = (uniform < ratio * 0.5).nonzero()[:, 0]
        return {
            "dn.groups": torch.tensor(labels.shape[1] // (2 * most)),
            "dn.single_pad": torch.tensor(most),
            "dn.image_index": image,
            "dn.slot_index": slot,
            "dn.chosen_indices": chosen,
            "dn.new_label": new_labels[used][chosen].long(),
            "dn.label_uniform": uniform,
            "dn.box_uniform": amounts[used],
            "dn.box_sign": signs[used] * 2 - 1,
        }


def of_layers(model, pixels, truths, config):
    """Sets of predictions by name, of a network without denoising; every layer's."""
    model.config.auxiliary_loss = True
    outputs = model(pixel_values=pixels, labels=truths)
    layers = [(a["logits"], a["pred_boxes"]) for a in outputs.auxiliary_outputs]
    sets = named(layers + [(outputs.logits, outputs.pred_boxes)])
    if getattr(config, "two_stage", False):
        sets["_enc"] = (outputs.enc_outputs_class, outputs.enc_outputs_coord_logits.sigmoid())
    return sets


def named(layers):
    last = len(layers) - 1
    return {"" if i == last else f"_{i}": layer for i, layer in enumerate(layers)}


def of_rt_detr(model, pixels, truths):
    """The same of matching queries, of denoising queries, and of the tokens that were picked."""
    outputs = model.model(pixel_values=pixels, labels=truths)
    hidden, references = outputs.intermediate_hidden_states, outputs.intermediate_reference_points
    layers = []
    for i in range(hidden.shape[1]):
        boxes = references[:, 0]
        if i > 0:
            moved = model.model.decoder.bbox_embed[i](hidden[:, i])
            boxes = torch.sigmoid(moved + inverse_sigmoid(references[:, i - 1]))
        layers.append((model.model.decoder.class_embed[i](hidden[:, i]), boxes))
    split = outputs.denoising_meta_values["dn_num_split"][0]
    sets = named([(logits[:, split:], boxes[:, split:]) for logits, boxes in layers])
    sets["_interm"] = (outputs.enc_topk_logits, outputs.enc_topk_bboxes)
    noised = named([(logits[:, :split], boxes[:, :split]) for logits, boxes in layers])
    return sets, {"_dn" + name: layer for name, layer in noised.items()}, outputs.denoising_meta_values


def set_losses(criterion, kinds, sets, truths, indices_of, boxes):
    losses = {}
    for name, (logits, coordinates) in sets.items():
        outputs = dict(logits=logits, pred_boxes=coordinates)
        if name == "_enc":
            truths = [truth | dict(class_labels=truth["class_labels"] * 0) for truth in truths]
        indices = indices_of(outputs, truths)
        for kind in kinds:
            for loss, value in criterion.get_loss(kind, outputs, truths, indices, boxes).items():
                losses[loss.replace("vfl", "ce") + name] = value
    return losses


def all_losses(variant, model, pixels, truths, config):
    boxes = sum(len(truth["boxes"]) for truth in truths)
    if variant.startswith("rtdetr"):
        criterion = RTDetrLoss(config)
        with Draws(truths) as draws:
            sets, noised, meta = of_rt_detr(model, pixels, truths)
        kinds = ["vfl", "boxes"]
        losses = set_losses(criterion, kinds, sets, truths, criterion.matcher, boxes)
        indices = criterion.get_cdn_matched_indices(meta, truths)
        losses |= set_losses(criterion, kinds, noised, truths, lambda *_: indices, boxes * meta["dn_num_group"])
        return losses, 1, draws.tensors(config.label_noise_ratio)
    kinds = ["labels", "boxes"]
    if variant.startswith("detr"):
        matcher = HungarianMatcher(class_cost=1, bbox_cost=5, giou_cost=2)
        criterion, weight = ImageLoss(matcher, config.num_labels, 0.1, kinds), 1
    else:
        matcher = DeformableDetrHungarianMatcher(class_cost=2, bbox_cost=5, giou_cost=2)
        criterion, weight = DeformableDetrImageLoss(matcher, config.num_labels, 0.25, kinds), 2
    sets = of_layers(model, pixels, truths, config)
    return set_losses(criterion, kinds, sets, truths, matcher, boxes), weight, {}


def make(folder):
    variant = folder.name
    config = AutoConfig.from_pretrained(folder)
    for name, value in NO_DROPOUT.items():
        setattr(config, name, value)
    model = AutoModelForObjectDetection.from_pretrained(folder, config=config, dtype=torch.float32)
    model.train()
    torch.manual_seed(SEED)
    pixels = load_file(folder / "golden.safetensors")["pixels"].float()
    truths = targets(len(pixels))
    losses, class_weight, saved = all_losses(variant, model, pixels, truths, config)
    weights = dict(loss_ce=class_weight, loss_bbox=5, loss_giou=2)
    total = sum(weights["_".join(name.split("_")[:2])] * loss for name, loss in losses.items())
    total.backward()
    for name, loss in losses.items():
        saved[f"loss.{name}"] = loss.detach().reshape(1)
    saved["total"] = total.detach().reshape(1)
    names = set(stored_names(folder))
    for name, parameter in model.named_parameters(remove_duplicate=False):
        if name in names and parameter.requires_grad:
            gradient = (torch.zeros_like(parameter) if parameter.grad is None else parameter.grad).flatten()
            sample = gradient[:: max(1, len(gradient) // SAMPLES)]
            saved[f"grad.{name}"] = torch.cat([gradient.norm()[None], gradient.abs().max()[None], sample])
    for name, buffer in model.named_buffers():
        if "running_" in name and name in names and isinstance_live(model, name):
            saved[f"statistic.{name}"] = buffer.clone()
    for i, truth in enumerate(truths):
        saved[f"targets.{i}.labels"] = truth["class_labels"]
        saved[f"targets.{i}.boxes"] = truth["boxes"]
    metadata = dict(transformers=transformers.__version__, torch=torch.__version__, seed=str(SEED))
    save_file(saved, folder / "training.safetensors", metadata=metadata)


def isinstance_live(model, name):
    return isinstance(model.get_submodule(name.rsplit(".", 1)[0]), torch.nn.BatchNorm2d)


def stored_names(folder):
    for file in folder.glob("model*.safetensors"):
        yield from load_file(file)


def main():
    golden = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "../resources/golden"
    for variant in VARIANTS:
        make(golden / variant)


if __name__ == "__main__":
    main()
