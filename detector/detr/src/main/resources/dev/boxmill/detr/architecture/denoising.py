# Denoising queries (Li et al., "DN-DETR", 2022): noised copies of a batch's objects, in groups, before the other queries.
#
# B images, S denoising slots of an image, Q other queries.
# inputs of `predictions`, where there are any: "denoising.labels" (B, S), noised, -1 in unused slots; "denoising.boxes" (B, S, 4),
# noised; "denoising.groups", a tensor without values whose second size is the number of groups.

# Lets each decoder layer's self-attention see what it may.
def mask_denoising(inputs: Dict[str, Tensor], queries: int, w: Dict[str, Tensor], layers: int) -> None:
  slots = inputs["denoising.labels"].size(1)
  mask = denoising_mask(slots, inputs["denoising.groups"].size(1), queries, inputs["denoising.labels"].device)
  for layer in range(layers):
    w["decoder." + str(layer) + ".self.mask"] = mask

# (S + Q, S + Q) bool, queries by keys, whether one sees the other: all see the other queries, and a slot those of its group.
def denoising_mask(slots: int, groups: int, queries: int, device: Device) -> Tensor:
  place = torch.arange(slots + queries, device=device)
  group = torch.clamp_max(torch.floor_divide(place, slots // groups), groups)
  key = torch.unsqueeze(group, 0)
  return torch.logical_or(torch.eq(key, groups), torch.eq(key, torch.unsqueeze(group, 1)))

# Boxes (B, S, 4) as the decoder takes them: through the inverse sigmoid and back, which moves those at the border; half the
# image in unused slots.
def denoising_boxes(inputs: Dict[str, Tensor], eps: float) -> Tensor:
  unused = torch.unsqueeze(torch.lt(inputs["denoising.labels"], 0.0), 2)
  return torch.sigmoid(torch.masked_fill(inverse_sigmoid(inputs["denoising.boxes"], eps), unused, 0.0))

# Rows of a table of classes (B, S, D): nothing in unused slots.
def denoising_labels(inputs: Dict[str, Tensor], table: Tensor) -> Tensor:
  labels = inputs["denoising.labels"]
  rows = torch.embedding(table, torch.to(torch.clamp_min(labels, 0.0), INT64))
  return torch.masked_fill(rows, torch.unsqueeze(torch.lt(labels, 0.0), 2), 0.0)

# A layer's predictions: of denoising slots, the first ones, and of the other queries.
def add_split_predictions(
    out: Dict[str, Tensor], layer: int, logits: Tensor, boxes: Tensor, inputs: Dict[str, Tensor]) -> None:
  slots = 0
  if "denoising.labels" in inputs:
    slots = inputs["denoising.labels"].size(1)
    add_predictions(
      out, "dn_" + str(layer), torch.slice(logits, 1, 0, slots), torch.slice(boxes, 1, 0, slots))
  add_predictions(out, str(layer), torch.slice(logits, 1, slots), torch.slice(boxes, 1, slots))
