# Multi-scale deformable attention: Zhu et al., "Deformable DETR" (2020), equation 3.
# Every query attends to a few points of each map, at offsets from its reference that it computes itself.
#
# B images, Q queries, H heads, L levels, P points, D channels, N tokens of all levels, fine level first; S = H * L * P.
# Coordinates and bilinear weights are float32 whatever DTYPE is: in bfloat16 a point on a map of 100 cells would be off
# by up to a quarter of a cell. Projections are DTYPE.
#
# The tokens as they lie are a table of N * H rows for each image, and what a head returns is the weighted sum of some rows:
# one embedding_bag for all levels, without a copy of any map. That is 8 times as fast as grid_sample level by level where
# each of 18000 tokens attends, 20 times where 300 queries do. How a point becomes rows and weights is up to
# sample_rows: bilinear_sampling.py or nearest_sampling.py.

# query (B, Q, D); references (B or 1, Q, 2) points or (B or 1, Q, 4) boxes, float32, relative to the image, boxes cxcywh;
# memory (B, N, D); sizes [h, w] of each level -> (B, Q, D). Around a point an offset counts cells, around a box sides.
def deformable_attention(
    query: Tensor, references: Tensor, memory: Tensor, sizes: List[List[int]], w: Dict[str, Tensor], name: str,
    heads: int, points: int) -> Tensor:
  values = linear(memory, w, name + ".value")
  of_levels = annotate(List[int], [])
  for i in range(len(sizes)):
    of_levels.append(points)
  return linear(sampled(query, references, values, sizes, w, name, heads, of_levels), w, name + ".output")

# The same of values (B, N, D) as they are, and without a projection behind it. Each level has its own number of points; here
# S is heads times their sum.
def sampled(
    query: Tensor, references: Tensor, values: Tensor, sizes: List[List[int]], w: Dict[str, Tensor], name: str,
    heads: int, points: List[int]) -> Tensor:
  batch = values.size(0)
  queries = query.size(1)
  samples = heads * sum(points)
  table = torch.reshape(values, [batch * values.size(1) * heads, -1])
  # (B, Q, 3 * S): offsets along x, along y, and attention logits
  sampling = linear(query, w, name + ".sampling")
  levels = levels_of(sizes, batch, heads, points, w, values)
  # few enough at a time for the cache of a core
  step = queries if values.is_cuda else max(1, 65536 // (batch * samples))
  parts = annotate(List[Tensor], [])
  for i in range((queries + step - 1) // step):
    count = min(step, queries - i * step)
    part = torch.to(torch.narrow(sampling, 1, i * step, count), FLOAT32)
    reference = torch.narrow(references, 1, i * step, count)
    x = sample_coordinate(part, reference, levels, 0, samples)
    y = sample_coordinate(part, reference, levels, 1, samples)
    logits = torch.reshape(torch.narrow(part, 2, 2 * samples, samples), [batch, count, heads, -1])
    rows, row_weights = sample_rows(x, y, torch.softmax(logits, -1), levels, heads)
    ends = torch.arange(0, rows.numel(), rows.size(-1), dtype=INT32, device=rows.device)
    weights = torch.reshape(torch.to(row_weights, table.dtype), [-1])
    bags = torch.embedding_bag(table, torch.reshape(rows, [-1]), ends, False, 0, False, weights)[0]
    parts.append(torch.reshape(bags, [batch, count, -1]))
  return torch.cat(parts, 1)

# Where the samples lie, in cells of their level: (B, q, S). `axis` 0 is x, 1 is y.
def sample_coordinate(sampling: Tensor, reference: Tensor, levels: List[Tensor], axis: int, samples: int) -> Tensor:
  offsets = torch.narrow(sampling, 2, axis * samples, samples)
  if reference.size(2) == 4:
    offsets = offsets * (torch.narrow(reference, 2, axis + 2, 1) * levels[axis])
  return torch.addcmul(offsets, torch.narrow(reference, 2, axis, 1), levels[axis])

# Of each sample's level: width and height (S), both float32, and the row of its first token: (B, 1, S) int32.
def levels_of(
    sizes: List[List[int]], batch: int, heads: int, points: List[int], w: Dict[str, Tensor], like: Tensor) -> List[Tensor]:
  name = "table.levels." + str(heads) + "." + str(points)
  if not (name + ".rows" in w):
    widths = annotate(List[Tensor], [])
    heights = annotate(List[Tensor], [])
    firsts = annotate(List[Tensor], [])
    first = 0
    for level in range(len(sizes)):
      size = sizes[level]
      heights.append(torch.full([points[level]], float(size[0]), dtype=FLOAT32, device=like.device))
      widths.append(torch.full([points[level]], float(size[1]), dtype=FLOAT32, device=like.device))
      firsts.append(torch.full([points[level]], first * heads, dtype=INT32, device=like.device))
      first = first + size[0] * size[1]
    head = torch.reshape(torch.arange(heads, dtype=INT32, device=like.device), [1, -1, 1])
    image = torch.reshape(torch.arange(batch, dtype=INT32, device=like.device), [-1, 1, 1]) * (first * heads)
    rows = torch.cat(firsts) + head + image
    w[name + ".widths"] = torch.repeat(torch.cat(widths), [heads])
    w[name + ".heights"] = torch.repeat(torch.cat(heights), [heads])
    w[name + ".rows"] = torch.reshape(rows, [batch, 1, -1])
  return [w[name + ".widths"], w[name + ".heights"], w[name + ".rows"]]

# Offsets and attention weights become one product. `offset_scale` (1 or L * P) multiplies the offsets; 0.5 / P makes P of
# them reach from a box's center to its side.
def prepare_deformable_attention(w: Dict[str, Tensor], ready: Dict[str, Tensor], name: str, offset_scale: Tensor) -> None:
  weight = axes_apart(torch.flatten(w[name + ".offsets.weight"], 1), offset_scale)
  bias = axes_apart(torch.unsqueeze(w[name + ".offsets.bias"], 1), offset_scale)
  ready[name + ".sampling.weight"] = torch.to(torch.cat([weight, w[name + ".attention_weights.weight"]], 0), DTYPE)
  ready[name + ".sampling.bias"] = torch.to(torch.cat([torch.flatten(bias), w[name + ".attention_weights.bias"]], 0), DTYPE)

# (2 * S, D) with x and y in turn -> (2 * S, D), all of x before all of y
def axes_apart(offsets: Tensor, offset_scale: Tensor) -> Tensor:
  apart = torch.reshape(offsets, [-1, offset_scale.size(0), 2, offsets.size(1)]) * torch.reshape(offset_scale, [-1, 1, 1])
  return torch.reshape(torch.permute(apart, [2, 0, 1, 3]), [offsets.size(0), offsets.size(1)])
