# Selecting queries among the encoder's tokens: their scores, and the boxes that they stand for. All of it is float32
# whatever DTYPE is: scores differ by less than bfloat16 resolves.
#
# B images, N tokens of all levels, fine level first, each row by row.

# The class scores of the encoder's tokens (B, N) pick the `count` best ones: (B, count).
def best_tokens(scores: Tensor, count: int) -> Tensor:
  if scores.size(1) < count:
    cells = "its maps have " + str(scores.size(1)) + " cells (must be " + str(count)
    ops.prim.RaiseException("Invalid image size: " + cells + " at least, one for each query)")
  return torch.topk(scores, count, 1)[1]

# The encoder's tokens as candidates for queries: (B, N, D). Those too near to the border are zero, and so are those that lie in
# the padding: more of the valid ones than there are tokens.
def candidates_of(memory: Tensor, valid: Tensor, w: Dict[str, Tensor]) -> Tensor:
  tokens = memory
  if valid.size(1) > memory.size(1):
    tokens = torch.constant_pad_nd(memory, [0, 0, 0, valid.size(1) - memory.size(1)])
  return layer_norm(linear(tokens * torch.to(valid, DTYPE), w, "query.output"), w, "query.norm")

# values (B or 1, N, C) -> (B, count, C)
def of_tokens(values: Tensor, tokens: Tensor) -> Tensor:
  rows = torch.expand(torch.unsqueeze(tokens, -1), [-1, -1, values.size(2)])
  return torch.gather(torch.expand(values, [tokens.size(0), -1, -1]), 1, rows)

# One box for each token, around its cell's center, 0.05 of the image wide on the finest level and twice that on each
# next: (1, N, 4) float32 before the sigmoid, and whether it keeps a hundredth away from the borders: (1, N, 1). Where it
# doesn't, it is as large as can be; so are `padding` more behind all levels.
def anchors_of(sizes: List[List[int]], padding: int, w: Dict[str, Tensor], like: Tensor) -> Tuple[Tensor, Tensor]:
  if not ("table.anchors" in w):
    anchors, valid = make_anchors(sizes, like)
    w["table.anchors"] = torch.constant_pad_nd(anchors, [0, 0, 0, padding], 3.4028234663852886e+38)
    w["table.anchors.valid"] = torch.constant_pad_nd(valid, [0, 0, 0, padding])
  return (w["table.anchors"], w["table.anchors.valid"])

def make_anchors(sizes: List[List[int]], like: Tensor) -> Tuple[Tensor, Tensor]:
  anchors = annotate(List[Tensor], [])
  side = 0.05
  for level in range(len(sizes)):
    centers = cell_centers(sizes[level][0], sizes[level][1], like)
    anchors.append(torch.cat([centers, torch.full_like(centers, side)], 1))
    side = side * 2.0
  grid = torch.unsqueeze(torch.cat(anchors, 0), 0)
  inside = torch.logical_and(torch.gt(grid, 0.01), torch.lt(grid, 0.99))
  valid = torch.all(inside, -1, True)
  logit = torch.log(grid / (1.0 - grid))
  return (torch.masked_fill(logit, torch.logical_not(valid), 3.4028234663852886e+38), valid)

# (height * width, 2) float32: x, y relative to the map, row by row
def cell_centers(height: int, width: int, like: Tensor) -> Tensor:
  x = (torch.arange(width, dtype=FLOAT32, device=like.device) + 0.5) / width
  y = (torch.arange(height, dtype=FLOAT32, device=like.device) + 0.5) / height
  x = torch.expand(torch.unsqueeze(x, 0), [height, width])
  y = torch.expand(torch.unsqueeze(y, 1), [height, width])
  return torch.reshape(torch.stack([x, y], -1), [height * width, 2])
