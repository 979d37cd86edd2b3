# A sample is the one cell that it lies in, or the nearest where it lies outside: RT-DETRv2's "discrete" sampling.
#
# B images, q queries, H heads, L levels, P points, S = H * L * P.

# x and y (B, q, S) in cells, 0 at the map's border; attention (B, q, H, L * P); levels of levels_of
# -> rows int32 and their weights, both (B, q, H, L * P). The half cell is in the published code.
def sample_rows(
    x: Tensor, y: Tensor, attention: Tensor, levels: List[Tensor], heads: int) -> Tuple[Tensor, Tensor]:
  column = cell_of(x, levels[0])
  row = cell_of(y, levels[1])
  line = torch.to(levels[0] * heads, INT32)
  rows = torch.add_(torch.add_(torch.mul_(row, line), torch.mul_(column, heads)), levels[2])
  return (torch.reshape(rows, attention.size()), attention)

def cell_of(coordinate: Tensor, cells: Tensor) -> Tensor:
  cell = torch.clamp_min_(torch.floor(coordinate + 0.5), 0.0)
  return torch.to(torch.minimum(cell, cells - 1.0), INT32)
