# A sample is the bilinear mean of the four cells around it; cells outside of the map are zero.
#
# B images, q queries, H heads, L levels, P points, S = H * L * P.

# x and y (B, q, S) in cells, 0 at the map's border; attention (B, q, H, L * P); levels of levels_of
# -> rows int32 and their weights, both (B, q, H, 4 * L * P).
def sample_rows(
    x: Tensor, y: Tensor, attention: Tensor, levels: List[Tensor], heads: int) -> Tuple[Tensor, Tensor]:
  widths = levels[0]
  heights = levels[1]
  left, near_x, far_x = cell_pair(x, widths)
  top, near_y, far_y = cell_pair(y, heights)
  line = torch.to(widths * heads, INT32)
  right = torch.to(torch.clamp_max(widths - 1.0, 1.0) * heads, INT32)
  down = line * torch.to(torch.clamp_max(heights - 1.0, 1.0), INT32)
  first = torch.add_(torch.add_(torch.mul_(top, line), torch.mul_(left, heads)), levels[2])
  below = first + down
  near_y = torch.mul_(near_y, torch.reshape(attention, y.size()))
  far_y = torch.mul_(far_y, torch.reshape(attention, y.size()))
  rows = [first, first + right, below, below + right]
  weights = [near_x * near_y, far_x * near_y, near_x * far_y, far_x * far_y]
  return (by_head(rows, heads), by_head(weights, heads))

# The two cells around each coordinate: the first one's index as int32, and both weights. The pair always lies in the
# map: a weight is what the cell's own distance gives, none from one cell away on. Where a map is one cell wide, the
# second cell does not exist and has no weight. Overwrites the coordinate.
def cell_pair(coordinate: Tensor, cells: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
  # cell i has its center at i + 0.5
  x = torch.sub_(coordinate, 0.5)
  first = torch.minimum(torch.clamp_min_(torch.floor(x), 0.0), torch.clamp_min(cells - 2.0, 0.0))
  x = torch.sub_(x, first)
  near = torch.relu_(torch.rsub(torch.abs(x), 1.0))
  far = torch.relu_(torch.rsub(torch.abs_(torch.sub_(x, 1.0)), 1.0))
  return (torch.to(first, INT32), near, torch.mul_(far, torch.clamp_max(cells - 1.0, 1.0)))

# Four tensors (B, q, S) -> (B, q, H, 4 * L * P)
def by_head(corners: List[Tensor], heads: int) -> Tensor:
  split = annotate(List[Tensor], [])
  for i in range(4):
    split.append(torch.unflatten(corners[i], 2, [heads, -1]))
  return torch.flatten(torch.stack(split, 3), 3)
