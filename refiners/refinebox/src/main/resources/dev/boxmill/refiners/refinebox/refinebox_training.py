# The loss of RefineBox and its gradient (arXiv 2307.11828; reference code refinebox/models/layers/mixin.py, calc_refine_loss):
# after every step 5 L1 + 2 GIoU of each box to the object that the detector's matcher gave it, summed over steps and boxes.
# Whoever adds up the gradients of a batch divides by its number of boxes.

# inputs: "weight.NAME" for every weight as the checkpoint holds it; those of `forward`; "targets" (N, 4), each box's object
# returns "gradient.NAME" like every weight, "loss" (1), and of every step "l1" and "giou" (STEPS)
def gradient(w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
  names = annotate(List[str], [])
  leaves = annotate(List[Tensor], [])
  weights = annotate(Dict[str, Tensor], {})
  frozen = annotate(Dict[str, Tensor], {})
  for name in inputs.keys():
    # always a copy, in float32
    value = torch.to(torch.detach(inputs[name]), FLOAT32, False, True)
    if name.startswith("weight."):
      weights[name[7:]] = torch.requires_grad_(value)
      names.append(name[7:])
      leaves.append(weights[name[7:]])
    else:
      frozen[name] = value
  l1, giou = losses(weights, frozen)
  loss = torch.sum(l1) * L1_WEIGHT + torch.sum(giou) * GIOU_WEIGHT
  gradients = torch.autograd.grad([loss], leaves)
  out = annotate(Dict[str, Tensor], {})
  for i in range(len(names)):
    gradient = gradients[i]
    if gradient is not None:
      out["gradient." + names[i]] = gradient
  out["loss"] = torch.detach(torch.reshape(loss, [1]))
  out["l1"] = torch.detach(l1)
  out["giou"] = torch.detach(giou)
  return out

# Sums over the boxes after each step. Two times (STEPS)
def losses(w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Tuple[Tensor, Tensor]:
  rows, maps = pyramid(w, inputs)
  cells = cells_of(maps, with_tables(w, inputs))
  targets = inputs["targets"]
  boxes = inputs["boxes"]
  l1 = annotate(List[Tensor], [])
  giou = annotate(List[Tensor], [])
  for step in range(STEPS):
    rois = roi_align(rows, cells, boxes, inputs["images"], inputs["size"], inputs["strides"])
    boxes = moved(boxes, deltas(w, rois))
    l1.append(torch.sum(torch.abs(boxes - targets)))
    giou.append(torch.sum(1.0 - generalized_iou(boxes, targets)))
  return (torch.stack(l1), torch.stack(giou))

# GIoU (Rezatofighi et al. 2019) of boxes with area, pair by pair. a, b: (N, 4) cxcywh. (N)
def generalized_iou(a: Tensor, b: Tensor) -> Tensor:
  a_low, a_high = corners(a)
  b_low, b_high = corners(b)
  shared = area(torch.clamp_min(torch.minimum(a_high, b_high) - torch.maximum(a_low, b_low), 0.0))
  union = area(a[:, 2:]) + area(b[:, 2:]) - shared
  hull = area(torch.maximum(a_high, b_high) - torch.minimum(a_low, b_low))
  return shared / union - (hull - union) / hull

def corners(boxes: Tensor) -> Tuple[Tensor, Tensor]:
  half = boxes[:, 2:] * 0.5
  return (boxes[:, :2] - half, boxes[:, :2] + half)

# extent: (N, 2) width and height
def area(extent: Tensor) -> Tensor:
  return extent[:, 0] * extent[:, 1]
