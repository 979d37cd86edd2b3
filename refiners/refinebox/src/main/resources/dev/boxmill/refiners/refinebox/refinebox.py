# RefineBox (arXiv 2307.11828; reference code refinebox/models/layers): a small network looks at the frozen detector's
# backbone features where each box lies and moves the box, several times with the same weights.
# Letters: B images, N boxes of all images together, C channels of the pyramid (64), h w sizes of a feature map.
# Boxes are cxcywh relative to the image, float32; coordinates are never computed in less.

def prepare(w: Dict[str, Tensor]) -> Dict[str, Tensor]:
  out = annotate(Dict[str, Tensor], {})
  for name in w.keys():
    if ".conv" in name or "lateral" in name or "output" in name:
      if name.endswith(".weight"):
        prepare_conv(w, out, name[:-7])
    else:
      out[name] = w[name]
  out["groups"] = groups(w["block0.norm1.weight"])
  return out

# Times it, each channel's value becomes the mean of its group's. (C, C)
def groups(norm: Tensor) -> Tensor:
  size = norm.size(0) // GROUPS
  group = torch.floor_divide(torch.arange(norm.size(0), dtype=4, device=ops.prim.device(norm)), size)
  same = torch.eq(torch.unsqueeze(group, 0), torch.unsqueeze(group, 1))
  return torch.div(torch.to(same, 6), size)

# The bottlenecks' convolutions have no bias in the checkpoint: theirs is zero.
def prepare_conv(w: Dict[str, Tensor], out: Dict[str, Tensor], name: str) -> None:
  weight = w[name + ".weight"]
  out[name + ".weight"] = prepack(weight, 1, weight.size(2) // 2, 1)
  if (name + ".bias") in w:
    out[name + ".bias"] = torch.to(w[name + ".bias"], DTYPE)
  else:
    out[name + ".bias"] = torch.to(torch.zeros_like(weight[:, 0, 0, 0]), DTYPE)

# inputs: "c2".."c5" (B, c, h, w) from the detector; "boxes" (N, 4); "images" (N): each box's image in the batch;
# "size" (2): height and width of the resized picture; "strides" (4) of c2..c5
# returns "boxes" after all steps, (N, 4) float32
def forward(w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
  table, maps = pyramid(w, inputs)
  boxes = torch.split(inputs["boxes"], CHUNK)
  images = torch.split(inputs["images"], CHUNK)
  refined = annotate(List[Tensor], [])
  # boxes don't know of each other, and a chunk's features stay in the processor's cache through all steps
  for i in range(len(boxes)):
    moving = boxes[i]
    for step in range(STEPS):
      rois = roi_align(table, maps, moving, images[i], inputs["size"], inputs["strides"])
      moving = moved(moving, deltas(w, rois))
    refined.append(moving)
  return {"boxes": torch.cat(refined, 0)}

# The same step by step, for tests: the pyramid "p2".."p5", and of step 1 "rois1" (N, C, 7, 7), "deltas1" and "boxes1" (N, 4)
# and so on.
def stages(w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
  out = annotate(Dict[str, Tensor], {})
  table, maps = pyramid(w, inputs)
  for level in range(4):
    out["p" + str(level + 2)] = maps[level]
  boxes = inputs["boxes"]
  for step in range(STEPS):
    number = str(step + 1)
    rois = roi_align(table, maps, boxes, inputs["images"], inputs["size"], inputs["strides"])
    delta = deltas(w, rois)
    boxes = moved(boxes, delta)
    out["rois" + number] = rois
    out["deltas" + number] = delta
    out["boxes" + number] = boxes
  return out

# Feature pyramid (Lin et al. 2017) without norms: 1x1 laterals, top-down by nearest neighbour to the lateral's exact size,
# 3x3 outputs. Returned are every cell of every level as a row of C values, level by level, in it image by image, in it line by
# line, (cells, C); and the levels as views of it, (B, C, h, w).
def pyramid(w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Tuple[Tensor, List[Tensor]]:
  inner = [conv(feature_map(inputs, 3), w, "lateral3", 1, 0, 1, "none")]
  for i in range(3):
    level = 2 - i
    features = feature_map(inputs, level)
    above = torch.upsample_nearest2d(inner[0], [features.size(2), features.size(3)], None, None)
    inner.insert(0, conv_add(features, above, w, "lateral" + str(level), 0))
  cells = 0
  for map in inner:
    cells = cells + map.size(0) * map.size(2) * map.size(3)
  table = torch.zeros([cells, inner[0].size(1)], dtype=ops.prim.dtype(inner[0]), device=ops.prim.device(inner[0]))
  maps = annotate(List[Tensor], [])
  first = 0
  for level in range(4):
    map = inner[level]
    cells = map.size(0) * map.size(2) * map.size(3)
    view = torch.reshape(torch.narrow(table, 0, first, cells), [map.size(0), map.size(2), map.size(3), map.size(1)])
    maps.append(conv_add(map, torch.permute(view, [0, 3, 1, 2]), w, "output" + str(level), 1))
    first = first + cells
  return (table, maps)

def feature_map(inputs: Dict[str, Tensor], level: int) -> Tensor:
  return torch.contiguous(torch.to(inputs["c" + str(level + 2)], DTYPE), memory_format=2)

# RoIAlign (He et al. 2017, aligned=True) of 7 x 7 bins with 2 x 2 samples, for all boxes of all levels at once: a bin is a
# weighted sum of 16 rows of the table, 4 neighbours of 4 samples, which is what embedding_bag computes.
# Boxes get no gradient from here, as in the reference. (N, C, 7, 7)
def roi_align(table: Tensor, maps: List[Tensor], boxes: Tensor, images: Tensor, size: Tensor, strides: Tensor) -> Tensor:
  # a box a thousand images away is as good as one farther off, whose pixels no number could count; one that is no number
  # looks nowhere in particular, and stays no number
  flat = torch.clamp(torch.nan_to_num(torch.detach(boxes)), -1000.0, 1000.0)
  scale = torch.stack([size[1], size[0]])
  centre = torch.mul(flat[:, :2], scale)
  extent = torch.mul(flat[:, 2:], scale)
  level = levels(extent)
  # of each box's level: height, width, the first row in the table; (N)
  heights = annotate(List[int], [])
  widths = annotate(List[int], [])
  firsts = annotate(List[int], [])
  cells = 0
  for map in maps:
    heights.append(map.size(2))
    widths.append(map.size(3))
    firsts.append(cells)
    cells = cells + map.size(0) * map.size(2) * map.size(3)
  height = of_level(heights, level)
  width = of_level(widths, level)
  first = torch.add(of_level(firsts, level), torch.mul(torch.to(images, 4), torch.mul(height, width)))
  stride = torch.unsqueeze(torch.index_select(strides, 0, level), 1)
  # samples along each axis, in cells of the level; -0.5, for its first cell's centre lies at half a cell; (N, 14)
  corner = torch.sub(torch.div(torch.sub(centre, torch.mul(extent, 0.5)), stride), 0.5)
  step = torch.div(torch.div(extent, stride), 14)
  place = torch.add(torch.arange(14, dtype=6, device=ops.prim.device(flat)), 0.5)
  x = torch.add(corner[:, :1], torch.mul(step[:, :1], place))
  y = torch.add(corner[:, 1:], torch.mul(step[:, 1:], place))
  # the two neighbours along each axis and their weights; (N, 14, 2)
  columns, column_weights = neighbours(x, width)
  lines, line_weights = neighbours(y, height)
  # (N, 7, 7, 4, 4): bins down and across; in a bin samples and neighbours down, samples and neighbours across
  row = torch.add(torch.mul(lines, torch.reshape(width, [-1, 1, 1])), torch.reshape(first, [-1, 1, 1]))
  index = torch.add(torch.reshape(row, [-1, 7, 1, 4, 1]), torch.reshape(columns, [-1, 1, 7, 1, 4]))
  weight = torch.mul(torch.reshape(line_weights, [-1, 7, 1, 4, 1]), torch.reshape(column_weights, [-1, 1, 7, 1, 4]))
  weight = torch.to(torch.flatten(torch.mul(weight, 0.25)), ops.prim.dtype(table))
  offsets = torch.arange(0, index.numel(), 16, dtype=4, device=ops.prim.device(flat))
  bins, _, _, _ = torch.embedding_bag(table, torch.flatten(index), offsets, False, 0, False, weight, False)
  # (N, 7, 7, C) in memory, seen as (N, C, 7, 7): channels_last
  return torch.permute(torch.reshape(bins, [flat.size(0), 7, 7, table.size(1)]), [0, 3, 1, 2])

# detectron2's level of a box: 4 + log2(sqrt(area) / 224), between 2 and 5; here as 0 to 3. extent: (N, 2) pixels.
def levels(extent: Tensor) -> Tensor:
  side = torch.sqrt(torch.mul(extent[:, 0], extent[:, 1]))
  level = torch.floor(torch.add(torch.log2(torch.add(torch.div(side, 224.0), 2.220446049250313e-16)), 4.0))
  return torch.sub(torch.to(torch.clamp(level, 2.0, 5.0), 4), 2)

def of_level(values: List[int], level: Tensor) -> Tensor:
  return torch.index_select(torch.tensor(values, dtype=4, device=ops.prim.device(level)), 0, level)

# Bilinear neighbours of sample positions along one axis: indexes and weights, (N, 14, 2). A sample more than one cell
# outside counts nothing; one nearer than that takes the border's value.
def neighbours(at: Tensor, count: Tensor) -> Tuple[Tensor, Tensor]:
  last = torch.unsqueeze(torch.sub(count, 1), 1)
  inside = torch.logical_and(torch.ge(at, -1.0), torch.le(at, torch.unsqueeze(count, 1)))
  place = torch.minimum(torch.clamp_min(at, 0.0), torch.to(last, 6))
  low = torch.to(torch.floor(place), 4)
  high = torch.minimum(torch.add(low, 1), last)
  share = torch.sub(place, torch.to(low, 6))
  weights = torch.mul(torch.stack([torch.rsub(share, 1.0), share], 2), torch.to(torch.unsqueeze(inside, 2), 6))
  return (torch.stack([low, high], 2), weights)

# What the network makes of the boxes' features: deltas in inverse-sigmoid space, (N, 4). The last layers, which cost
# nothing, are float32, lest the boxes move in steps.
def deltas(w: Dict[str, Tensor], rois: Tensor) -> Tensor:
  x = rois
  for block in range(BLOCKS):
    x = bottleneck(x, w, "block" + str(block))
  # (N, C)
  x = torch.mean(x, [2, 3], False, dtype=6)
  for layer in range(MLP_LAYERS):
    name = "mlp" + str(layer)
    x = torch.linear(x, w[name + ".weight"], None)
    x = torch.relu(torch.layer_norm(x, [x.size(1)], w[name + ".norm.weight"], w[name + ".norm.bias"]))
  return torch.linear(x, w["delta.weight"], w["delta.bias"])

def bottleneck(x: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  y = torch.relu_(group_norm(conv(x, w, name + ".conv1", 1, 0, 1, "none"), w, name + ".norm1"))
  y = conv(torch.to(y, DTYPE), w, name + ".conv2", 1, 1, 1, "none")
  y = torch.relu_(group_norm(y, w, name + ".norm2"))
  y = conv(torch.to(y, DTYPE), w, name + ".conv3", 1, 0, 1, "none")
  return torch.relu_(torch.add_(torch.to(group_norm(y, w, name + ".norm3"), DTYPE), x))

# GroupNorm (Wu, He 2018), eps 1e-5, in PyTorch's operators: its own kernel for channels_last takes 10 times as long, and takes
# the variance as mean square less squared mean, which loses four digits where a box without area makes all cells alike.
# The result is float32; x is changed where it is float32 too.
def group_norm(x: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  # (N, cells, C), as it lies in memory
  cells = torch.to(torch.flatten(torch.permute(x, [0, 2, 3, 1]), 1, 2), 6)
  centred = torch.sub_(cells, torch.unsqueeze(group_mean(cells, w), 1))
  variance = group_mean(torch.mul(centred, centred), w)
  scale = torch.mul(torch.rsqrt(torch.add(variance, 1e-5)), w[name + ".weight"])
  y = torch.addcmul(w[name + ".bias"], centred, torch.unsqueeze(scale, 1))
  return torch.permute(torch.reshape(y, [x.size(0), x.size(2), x.size(3), x.size(1)]), [0, 3, 1, 2])

# Of each channel's group, over the cells. (N, C)
def group_mean(cells: Tensor, w: Dict[str, Tensor]) -> Tensor:
  return torch.mm(torch.mean(cells, [1]), w["groups"])

# detrex's inverse_sigmoid, whose epsilon is 1e-3 (the detectors' own is 1e-5), plus the delta.
def moved(boxes: Tensor, delta: Tensor) -> Tensor:
  inside = torch.clamp(boxes, 0.0, 1.0)
  logits = torch.log(torch.div(torch.clamp_min(inside, 0.001), torch.clamp_min(torch.rsub(inside, 1.0), 0.001)))
  return torch.sigmoid(torch.add(logits, delta))
