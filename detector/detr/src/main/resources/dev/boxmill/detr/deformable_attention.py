# Multi-scale deformable attention: Zhu et al., "Deformable DETR" (2020), equation 3.
# Every query looks at a few points of each map, at offsets from its reference box that it computes itself.
#
# B images, Q queries, H heads, L levels, P points, D channels, N tokens of all levels, fine level first.
# Coordinates and sampling are float32 whatever DTYPE is: in bfloat16 a point on a map of 100 cells would be off by up
# to a quarter of a cell. Projections are DTYPE.

# query (B, Q, D); boxes (B, Q, 4) float32 cxcywh in [0, 1]; memory (B, N, D); sizes [h, w] of each level -> (B, Q, D)
def deformable_attention(
    query: Tensor, boxes: Tensor, memory: Tensor, sizes: List[List[int]], w: Dict[str, Tensor], name: str,
    heads: int, points: int) -> Tensor:
  batch = query.size(0)
  queries = query.size(1)
  levels = len(sizes)
  values = torch.reshape(linear(memory, w, name + ".value"), [batch, memory.size(1), heads, -1])
  offsets = torch.to(linear(query, w, name + ".offsets"), 6)
  offsets = torch.reshape(offsets, [batch, queries, heads, levels, points, 2])
  shares = torch.to(linear(query, w, name + ".shares"), 6)
  shares = torch.softmax(torch.reshape(shares, [batch, queries, heads, levels * points]), -1)
  # (B, Q, H, L, P, 2): an offset of `points` reaches half a box away from its centre
  box = torch.reshape(boxes, [batch, queries, 1, 1, 1, 4])
  centre = torch.slice(box, 5, 0, 2)
  size = torch.slice(box, 5, 2, 4)
  locations = centre + offsets * size * (0.5 / points)
  sampled = sample_levels(values, locations, sizes)
  # (B * H, 1, Q, L * P)
  shares = torch.reshape(torch.transpose(shares, 1, 2), [batch * heads, 1, queries, levels * points])
  y = torch.sum(sampled * shares, [-1])
  y = torch.transpose(torch.reshape(y, [batch, -1, queries]), 1, 2)
  return linear(torch.contiguous(torch.to(y, DTYPE)), w, name + ".output")

# values (B, N, H, C); locations (B, Q, H, L, P, 2), x then y, in [0, 1] of the map -> (B * H, C, Q, L * P) float32.
# Bilinear between cell centres, zero outside.
def sample_levels(values: Tensor, locations: Tensor, sizes: List[List[int]]) -> Tensor:
  batch = values.size(0)
  heads = values.size(2)
  grids = torch.flatten(torch.transpose(locations * 2.0 - 1.0, 1, 2), 0, 1)
  sampled = annotate(List[Tensor], [])
  start = 0
  for level in range(len(sizes)):
    height = sizes[level][0]
    width = sizes[level][1]
    value = torch.permute(torch.narrow(values, 1, start, height * width), [0, 2, 3, 1])
    # one copy that both converts and lays out: 0 is the contiguous format
    value = torch.to(value, 6, False, True, memory_format=0)
    value = torch.reshape(value, [batch * heads, -1, height, width])
    sampled.append(torch.grid_sampler(value, torch.select(grids, 2, level), 0, 0, False))
    start = start + height * width
  return torch.cat(sampled, -1)
