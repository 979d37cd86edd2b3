# RefineBox (arXiv 2307.11828; reference code refinebox/models/layers): a small network reads the frozen detector's
# backbone features where each box lies and moves the box, several times with the same weights.
# Letters: B images, N boxes of all images together, C channels of the pyramid (64), h w sizes of a feature map.
# Boxes are cxcywh relative to the image, float32; coordinates are never computed in less.

# inputs: "c2".."c5" (B, c, h, w) from the detector, or as many as it has; "boxes" (N, 4); "images" (N): each box's image in the batch;
# "size" (2): height and width of the resized picture; "strides" of the maps; and the table of an earlier pass over maps of
# these sizes
# returns "boxes" after all steps, (N, 4) float32
def forward(w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
  own = with_tables(w, inputs)
  known = len(own)
  rows, maps = pyramid(own, inputs)
  cells = cells_of(maps, own)
  boxes = torch.split(inputs["boxes"], CHUNK)
  images = torch.split(inputs["images"], CHUNK)
  refined = annotate(List[Tensor], [])
  # boxes don't know of each other, and a chunk's features stay in the processor's cache through all steps
  for i in range(len(boxes)):
    moving = boxes[i]
    for step in range(STEPS):
      rois = roi_align(rows, cells, moving, images[i], inputs["size"], inputs["strides"])
      moving = moved(moving, deltas(own, rois))
    refined.append(moving)
  return with_new_tables({"boxes": torch.cat(refined, 0)}, own, inputs, known)

# The same step by step, for tests: the pyramid "p2".."p5", and of step 1 "rois1" (N, C, 7, 7), "deltas1" and "boxes1" (N, 4)
# and so on.
def stages(w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
  out = annotate(Dict[str, Tensor], {})
  rows, maps = pyramid(w, inputs)
  cells = cells_of(maps, with_tables(w, inputs))
  for level in range(len(maps)):
    out["p" + str(level + 2)] = maps[level]
  boxes = inputs["boxes"]
  for step in range(STEPS):
    number = str(step + 1)
    rois = roi_align(rows, cells, boxes, inputs["images"], inputs["size"], inputs["strides"])
    delta = deltas(w, rois)
    boxes = moved(boxes, delta)
    out["rois" + number] = rois
    out["deltas" + number] = delta
    out["boxes" + number] = boxes
  return out

# RoIAlign (He et al. 2017, aligned=True) of 7 x 7 bins with 2 x 2 samples, for all boxes of all levels at once: a bin is a
# weighted sum of 16 rows of the pyramid, 4 neighbors of 4 samples, which is what embedding_bag computes.
# rows (cells of all levels, C); cells of cells_of. Boxes get no gradient from here, as in the reference. (N, C, 7, 7)
def roi_align(rows: Tensor, cells: Tensor, boxes: Tensor, images: Tensor, size: Tensor, strides: Tensor) -> Tensor:
  # a box a thousand images away is clamped, because its pixels would not fit a number; a NaN samples an arbitrary
  # cell, and stays NaN
  flat = torch.clamp(torch.nan_to_num(torch.detach(boxes)), -1000.0, 1000.0)
  scale = torch.stack([size[1], size[0]])
  center = flat[:, :2] * scale
  extent = flat[:, 2:] * scale
  level = levels(extent, cells.size(1))
  # of each box's level: height, width, the first row; (N)
  of_level = torch.unbind(torch.index_select(cells, 1, level))
  height = of_level[0]
  width = of_level[1]
  first = of_level[2] + torch.to(images, INT64) * (height * width)
  stride = torch.unsqueeze(torch.index_select(strides, 0, level), 1)
  # samples along each axis, in cells of the level; -0.5, for its first cell's center lies at half a cell; (N, 14)
  corner = (center - extent * 0.5) / stride - 0.5
  step = extent / stride / 14
  samples = torch.arange(14, dtype=FLOAT32, device=flat.device) + 0.5
  x = corner[:, :1] + step[:, :1] * samples
  y = corner[:, 1:] + step[:, 1:] * samples
  # the two neighbors along each axis and their weights; (N, 14, 2)
  columns, column_weights = neighbors(x, width)
  lines, line_weights = neighbors(y, height)
  # (N, 7, 7, 4, 4): bins down and across; in a bin samples and neighbors down, samples and neighbors across
  row = lines * torch.reshape(width, [-1, 1, 1]) + torch.reshape(first, [-1, 1, 1])
  index = torch.reshape(row, [-1, 7, 1, 4, 1]) + torch.reshape(columns, [-1, 1, 7, 1, 4])
  weight = torch.reshape(line_weights, [-1, 7, 1, 4, 1]) * torch.reshape(column_weights, [-1, 1, 7, 1, 4])
  weight = torch.to(torch.flatten(weight * 0.25), rows.dtype)
  offsets = torch.arange(0, index.numel(), 16, dtype=INT64, device=flat.device)
  bins, _, _, _ = torch.embedding_bag(rows, torch.flatten(index), offsets, False, 0, False, weight, False)
  # (N, 7, 7, C) in memory, seen as (N, C, 7, 7): channels_last
  return torch.permute(torch.reshape(bins, [flat.size(0), 7, 7, rows.size(1)]), [0, 3, 1, 2])

# detectron2's level of a box: 4 + log2(sqrt(area) / 224), from 2 to the coarsest of `count`; here as 0 and up.
# extent: (N, 2) pixels. Detectors that tell where a box's edges lie (D-FINE) may tell that the right one lies left of the other: such
# a box, of negative area, has the finest level.
def levels(extent: Tensor, count: int) -> Tensor:
  side = torch.sqrt(torch.clamp(extent[:, 0] * extent[:, 1], 0.0))
  level = torch.floor(torch.log2(side / 224.0 + 2.220446049250313e-16) + 4.0)
  return torch.to(torch.clamp(level, 2.0, count + 1.0), INT64) - 2

# Of each level: height, width, and the row of its first cell: (3, 4) int64.
def cells_of(maps: List[Tensor], w: Dict[str, Tensor]) -> Tensor:
  if not ("table.cells" in w):
    heights = annotate(List[float], [])
    widths = annotate(List[float], [])
    firsts = annotate(List[float], [])
    cells = 0
    for map in maps:
      heights.append(float(map.size(2)))
      widths.append(float(map.size(3)))
      firsts.append(float(cells))
      cells = cells + map.size(0) * map.size(2) * map.size(3)
    all = table_of(heights + widths + firsts, 1, INT64, maps[0].device)
    w["table.cells"] = torch.reshape(all, [3, len(maps)])
  return w["table.cells"]

# How many maps there are.
def map_count(inputs: Dict[str, Tensor]) -> int:
  count = 0
  while "c" + str(count + 2) in inputs:
    count = count + 1
  return count

# Bilinear neighbors of sample positions along one axis: indexes and weights, (N, 14, 2). A sample more than one cell
# outside counts nothing; one nearer than that takes the border's value.
def neighbors(at: Tensor, count: Tensor) -> Tuple[Tensor, Tensor]:
  last = torch.unsqueeze(count - 1, 1)
  inside = torch.logical_and(torch.ge(at, -1.0), torch.le(at, torch.unsqueeze(count, 1)))
  inner = torch.minimum(torch.clamp_min(at, 0.0), torch.to(last, FLOAT32))
  low = torch.to(torch.floor(inner), INT64)
  high = torch.minimum(low + 1, last)
  fraction = inner - torch.to(low, FLOAT32)
  weights = torch.stack([1.0 - fraction, fraction], 2) * torch.to(torch.unsqueeze(inside, 2), FLOAT32)
  return (torch.stack([low, high], 2), weights)

# What the network makes of the boxes' features: deltas in inverse-sigmoid space, (N, 4). The last layers, which cost
# nothing, are float32, so that boxes do not move in steps.
def deltas(w: Dict[str, Tensor], rois: Tensor) -> Tensor:
  x = rois
  for block in range(BLOCKS):
    x = bottleneck(x, w, "block" + str(block))
  # (N, C)
  x = torch.mean(x, [2, 3], False, dtype=FLOAT32)
  for layer in range(MLP_LAYERS):
    name = "mlp" + str(layer)
    x = torch.linear(x, w[name + ".weight"], None)
    x = torch.relu(torch.layer_norm(x, [x.size(1)], w[name + ".norm.weight"], w[name + ".norm.bias"]))
  return torch.linear(x, w["delta.weight"], w["delta.bias"])

# detrex's inverse_sigmoid, whose epsilon is 1e-3 (the detectors' own is 1e-5), plus the delta.
def moved(boxes: Tensor, delta: Tensor) -> Tensor:
  inside = torch.clamp(boxes, 0.0, 1.0)
  logits = torch.log(torch.clamp_min(inside, 0.001) / torch.clamp_min(1.0 - inside, 0.001))
  return torch.sigmoid(logits + delta)
