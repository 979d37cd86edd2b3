# The losses of set prediction: DETR (Carion et al., 2020) and its successors.
#
# A set of predictions is what one layer says of a batch. B images, Q queries, C classes, n objects of an image, m matched pairs
# of the batch. Boxes are (cx, cy, w, h) relative to the image.
# Constants: CLASS_LOSS, of "softmax" (the last class means "no object"), "focal", "varifocal" and "matchability"; weights of costs
# and of losses; DISTRIBUTIONS_LEARN (whether boxes come from distributions that have losses of their own, as D-FINE's do).

# inputs: "logits.SET" (B, Q, C), "boxes.SET" (B, Q, 4); "labels.IMAGE" (n,) and "objects.IMAGE" (n, 4) of images with objects
# Returns "cost.SET.IMAGE" (Q, n): what it costs to let a prediction stand for an object.
def matching_costs(w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
  out = annotate(Dict[str, Tensor], {})
  for name in inputs.keys():
    if name.startswith("logits."):
      set = name[7:]
      scores = class_costs(inputs[name])
      boxes = inputs["boxes." + set]
      for image in range(boxes.size(0)):
        if "labels." + str(image) in inputs:
          labels = torch.to(inputs["labels." + str(image)], INT64)
          objects = inputs["objects." + str(image)]
          found = torch.unsqueeze(torch.select(boxes, 0, image), 1)
          given = torch.unsqueeze(objects, 0)
          cost = torch.index_select(torch.select(scores, 0, image), 1, labels) * CLASS_COST
          cost = cost + torch.sum(torch.abs(found - given), [-1]) * L1_COST
          out["cost." + set + "." + str(image)] = cost - generalized_iou(found, given) * GIOU_COST
  return out

# (B, Q, C): what it costs to be that class
def class_costs(logits: Tensor) -> Tensor:
  if CLASS_LOSS == "softmax":
    return -torch.softmax(logits, -1)
  p = torch.sigmoid(logits)
  background = torch.pow(p, 2) * (1.0 - FOCAL_ALPHA) * -torch.log(1.0 - p + 1e-8)
  return torch.pow(1.0 - p, 2) * FOCAL_ALPHA * -torch.log(p + 1e-8) - background

# inputs: "logits.SET", "boxes.SET" as above; of its matched pairs "image.SET" and "query.SET" (m,), which prediction, and
# "label.SET" (m,) and "object.SET" (m, 4), what it stands for; "box_image.SET", "box_query.SET" and "box_object.SET", the same pairs or
# others, for the losses of boxes; "class_divisor.SET" and "box_divisor.SET" (1,); and "matched_alone.SET" where the other predictions
# are of no class, not even background. Where distributions learn: "corners.SET" (B, Q, 4 * n) of some sets, "places" (n,), and
# "matched_share" and "other_share" (1,).
# Returns "loss_ce.SET", "loss_bbox.SET", "loss_giou.SET" and of sets with distributions "loss_fgl.SET" and "loss_ddf.SET" (1,), not
# weighted; and of their weighted sum over all sets "slope.logits.SET", "slope.boxes.SET" and "slope.corners.SET".
def losses(w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
  out = annotate(Dict[str, Tensor], {})
  names = annotate(List[str], [])
  leaves = annotate(List[Tensor], [])
  terms = annotate(List[Tensor], [])
  for name in inputs.keys():
    if name.startswith("logits."):
      set = name[7:]
      logits = torch.requires_grad_(torch.detach(inputs[name]))
      boxes = torch.requires_grad_(torch.detach(inputs["boxes." + set]))
      names.extend([name, "boxes." + set])
      leaves.extend([logits, boxes])
      parts = set_losses(logits, boxes, set, inputs)
      terms.append(parts[0] * CLASS_WEIGHT + parts[1] * L1_WEIGHT + parts[2] * GIOU_WEIGHT)
      for i in range(3):
        out[["loss_ce.", "loss_bbox.", "loss_giou."][i] + set] = torch.detach(torch.reshape(parts[i], [1]))
      if "corners." + set in inputs:
        corners = torch.requires_grad_(torch.detach(inputs["corners." + set]))
        names.append("corners." + set)
        leaves.append(corners)
        local = localization_loss(corners, boxes, set, inputs)
        out["loss_fgl." + set] = torch.detach(local)
        terms.append(local * LOCALIZATION_WEIGHT)
        teacher = teacher_of(set, inputs)
        if teacher != set:
          far = distillation_loss(corners, boxes, set, teacher, inputs)
          out["loss_ddf." + set] = torch.detach(far)
          terms.append(far * DISTILLATION_WEIGHT)
  slopes = torch.autograd.grad([torch.sum(torch.stack(terms))], leaves)
  for i in range(len(names)):
    slope = slopes[i]
    if slope is not None:
      out["slope." + names[i]] = slope
  return out

# Class, L1 and GIoU loss of a set.
def set_losses(logits: Tensor, boxes: Tensor, set: str, inputs: Dict[str, Tensor]) -> List[Tensor]:
  image = torch.to(inputs["image." + set], INT64)
  query = torch.to(inputs["query." + set], INT64)
  pair = image * logits.size(1) + query
  labels = torch.to(inputs["label." + set], INT64)
  rows = torch.flatten(logits, 0, 1)
  if "matched_alone." + set in inputs:
    rows = torch.index_select(rows, 0, pair)
    pair = torch.arange(rows.size(0), device=rows.device)
  matched = torch.index_select(torch.flatten(torch.detach(boxes), 0, 1), 0, image * logits.size(1) + query)
  quality = iou(matched, inputs["object." + set])
  found = torch.index_select(torch.flatten(boxes, 0, 1), 0, box_pairs(set, logits.size(1), inputs))
  given = inputs["box_object." + set]
  l1 = torch.sum(torch.abs(found - given))
  giou = torch.sum(1.0 - generalized_iou(found, given))
  divisor = inputs["box_divisor." + set]
  return [class_loss(rows, pair, labels, quality) / inputs["class_divisor." + set], l1 / divisor, giou / divisor]

# Which of the predictions of all images the losses of boxes count: (m,)
def box_pairs(set: str, queries: int, inputs: Dict[str, Tensor]) -> Tensor:
  return torch.to(inputs["box_image." + set], INT64) * queries + torch.to(inputs["box_query." + set], INT64)

# D-FINE's fine-grained localization loss: a distribution should lie on the two places around where the object's side is, seen from
# the box that the first layer gave. Weighted by the IoU that the distributions' box has.
def localization_loss(corners: Tensor, boxes: Tensor, set: str, inputs: Dict[str, Tensor]) -> Tensor:
  pair = box_pairs(set, boxes.size(1), inputs)
  start = "boxes.dn_pre" if set.startswith("dn_") else "boxes.pre"
  first = torch.index_select(torch.flatten(torch.detach(inputs[start]), 0, 1), 0, pair)
  found = torch.index_select(torch.flatten(torch.detach(boxes), 0, 1), 0, pair)
  given = inputs["box_object." + set]
  places = torch.detach(inputs["places"])
  side, weight = sides_among(first, given, places)
  said = torch.unflatten(torch.index_select(torch.flatten(corners, 0, 1), 0, pair), 1, [4, places.size(0)])
  said = torch.log_softmax(said, -1)
  near = torch.squeeze(torch.gather(said, 2, torch.unsqueeze(side, 2)), 2)
  far = torch.squeeze(torch.gather(said, 2, torch.unsqueeze(side + 1, 2)), 2)
  losses = -(near * (1.0 - weight) + far * weight) * torch.unsqueeze(iou(found, given), 1)
  return torch.sum(losses) / inputs["box_divisor." + set]

# Of each side of an object (m, 4: left, top, right, bottom), in widths and heights of the box that it is seen from: the last place
# before it, and how near it is to the next one, from 0 to 1.
def sides_among(boxes: Tensor, objects: Tensor, places: Tensor) -> Tuple[Tensor, Tensor]:
  low, high = corners_of(objects)
  center = torch.slice(boxes, -1, 0, 2)
  size = torch.slice(boxes, -1, 2, 4)
  distance = torch.cat([(center - low) / size, (high - center) / size], 1) - 0.5
  before = torch.sum(torch.le(places, torch.unsqueeze(distance, 2)), [-1]) - 1
  before = torch.clamp(before, 0, places.size(0) - 2)
  left = torch.take(places, before)
  right = torch.take(places, before + 1)
  return (before, torch.clamp((distance - left) / (right - left), 0.0, 1.0))

# The set of the last layer's predictions for the same queries.
def teacher_of(set: str, inputs: Dict[str, Tensor]) -> str:
  prefix = "dn_" if set.startswith("dn_") else ""
  last = 0
  while "corners." + prefix + str(last + 1) in inputs:
    last = last + 1
  return prefix + str(last)

# D-FINE's decoupled distillation: how far distributions are from the last layer's, which learn nothing from it, at temperature 5.
# Queries that stand for objects and the others are averaged apart.
def distillation_loss(corners: Tensor, boxes: Tensor, set: str, teacher: str, inputs: Dict[str, Tensor]) -> Tensor:
  bins = inputs["places"].size(0)
  pair = box_pairs(set, boxes.size(1), inputs)
  found = torch.index_select(torch.flatten(torch.detach(boxes), 0, 1), 0, pair)
  sure = torch.flatten(torch.amax(torch.sigmoid(torch.detach(inputs["logits." + teacher])), [-1]))
  sure = torch.index_put(sure, annotate(List[Optional[Tensor]], [pair]), iou(found, inputs["box_object." + set]))
  matched = torch.index_put(
    torch.zeros_like(sure), annotate(List[Optional[Tensor]], [pair]), torch.ones_like(torch.select(found, 1, 0)))
  said = torch.log_softmax(torch.reshape(corners, [sure.size(0), 4, bins]) / 5.0, -1)
  truth = torch.softmax(torch.reshape(torch.detach(inputs["corners." + teacher]), [sure.size(0), 4, bins]) / 5.0, -1)
  far = torch.sum(torch.xlogy(truth, truth) - truth * said, [-1, -2]) * sure * 25.0
  count = 4.0 * torch.sum(matched)
  others = 4.0 * sure.size(0) - count
  of_matched = torch.sum(far * matched) / torch.clamp_min(count, 1.0)
  of_others = torch.sum(far * (1.0 - matched)) / torch.clamp_min(others, 1.0)
  return of_matched * inputs["matched_share"] + of_others * inputs["other_share"]

# Summed over all predictions. rows (N, C), of which `pair` (m,) are of the classes `labels` (m,), their boxes' IoU `quality` (m,),
# and the others of none.
def class_loss(rows: Tensor, pair: Tensor, labels: Tensor, quality: Tensor) -> Tensor:
  if CLASS_LOSS == "softmax":
    classes = torch.full([rows.size(0)], rows.size(1) - 1, dtype=INT64, device=rows.device)
    classes = torch.index_put(classes, annotate(List[Optional[Tensor]], [pair]), labels)
    weights = torch.full([rows.size(1)], 1.0, dtype=FLOAT32, device=rows.device)
    last = torch.fill_(torch.select(weights, 0, -1), NO_OBJECT_WEIGHT)
    picked = torch.squeeze(torch.gather(torch.log_softmax(rows, 1), 1, torch.unsqueeze(classes, 1)), 1)
    return -torch.sum(picked * torch.index_select(weights, 0, classes))
  truth = torch.index_put(torch.zeros_like(rows), annotate(List[Optional[Tensor]], [pair, labels]), torch.ones_like(rows[0, 0]))
  if CLASS_LOSS == "matchability":
    scores = torch.index_put(torch.zeros_like(rows), annotate(List[Optional[Tensor]], [pair, labels]), quality)
    return matchability_loss(rows, truth, scores)
  if CLASS_LOSS == "varifocal":
    scores = torch.index_put(torch.zeros_like(rows), annotate(List[Optional[Tensor]], [pair, labels]), quality)
    return varifocal_loss(rows, truth, scores)
  return focal_loss(rows, truth)

# Zhang et al., "VarifocalNet" (2021), as RT-DETR has it: an object's score is to be its box's IoU. Summed.
def varifocal_loss(logits: Tensor, truth: Tensor, scores: Tensor) -> Tensor:
  background = torch.pow(torch.sigmoid(torch.detach(logits)), 2) * VARIFOCAL_ALPHA * (1.0 - truth)
  return torch.sum(torch.binary_cross_entropy_with_logits(logits, scores, background + scores, None, 0))

# Huang et al., "DEIM" (2024), its matchability-aware loss: a matched score is to be a power of the box's IoU. Summed.
def matchability_loss(logits: Tensor, truth: Tensor, scores: Tensor) -> Tensor:
  background = torch.pow(torch.sigmoid(torch.detach(logits)), MATCHABILITY_GAMMA) * (1.0 - truth)
  wanted = torch.pow(scores, MATCHABILITY_GAMMA)
  return torch.sum(torch.binary_cross_entropy_with_logits(logits, wanted, background + truth, None, 0))

# Lin et al., "Focal Loss for Dense Object Detection" (2017), gamma 2. Summed.
def focal_loss(logits: Tensor, truth: Tensor) -> Tensor:
  p = torch.sigmoid(logits)
  entropy = torch.binary_cross_entropy_with_logits(logits, truth, None, None, 0)
  away = 1.0 - (p * truth + (1.0 - p) * (1.0 - truth))
  alpha = truth * FOCAL_ALPHA + (1.0 - truth) * (1.0 - FOCAL_ALPHA)
  return torch.sum(alpha * entropy * torch.pow(away, 2))

# GIoU (Rezatofighi et al., 2019) of boxes with area. a, b: (..., 4), which broadcast; the result has one dimension less.
def generalized_iou(a: Tensor, b: Tensor) -> Tensor:
  a_low, a_high = corners_of(a)
  b_low, b_high = corners_of(b)
  shared = area(torch.clamp_min(torch.minimum(a_high, b_high) - torch.maximum(a_low, b_low), 0.0))
  union = area(a_high - a_low) + area(b_high - b_low) - shared
  hull = area(torch.maximum(a_high, b_high) - torch.minimum(a_low, b_low))
  return shared / (union + GIOU_EPS) - (hull - union) / (hull + GIOU_EPS)

def iou(a: Tensor, b: Tensor) -> Tensor:
  a_low, a_high = corners_of(a)
  b_low, b_high = corners_of(b)
  shared = area(torch.clamp_min(torch.minimum(a_high, b_high) - torch.maximum(a_low, b_low), 0.0))
  return shared / (area(a_high - a_low) + area(b_high - b_low) - shared)

# Sides that distributions make negative are empty.
def corners_of(boxes: Tensor) -> Tuple[Tensor, Tensor]:
  center = torch.slice(boxes, -1, 0, 2)
  half = torch.clamp_min(torch.slice(boxes, -1, 2, 4), 0.0) * 0.5
  return (center - half, center + half)

# extent: (..., 2) width and height
def area(extent: Tensor) -> Tensor:
  return torch.select(extent, -1, 0) * torch.select(extent, -1, 1)
