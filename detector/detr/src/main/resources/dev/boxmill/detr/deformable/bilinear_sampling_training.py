# The functions of bilinear_sampling.py as autograd takes them: nothing in place. Letters as there.

def sample_rows(
    x: Tensor, y: Tensor, attention: Tensor, levels: List[Tensor], heads: int) -> Tuple[Tensor, Tensor]:
  widths = levels[0]
  heights = levels[1]
  left, near_x, far_x = cell_pair(x, widths)
  top, near_y, far_y = cell_pair(y, heights)
  line = torch.to(widths * heads, INT32)
  right = torch.to(torch.clamp_max(widths - 1.0, 1.0) * heads, INT32)
  down = line * torch.to(torch.clamp_max(heights - 1.0, 1.0), INT32)
  first = top * line + left * heads + levels[2]
  below = first + down
  flat = torch.reshape(attention, y.size())
  near_y = near_y * flat
  far_y = far_y * flat
  rows = [first, first + right, below, below + right]
  weights = [near_x * near_y, far_x * near_y, near_x * far_y, far_x * far_y]
  return (by_head(rows, heads), by_head(weights, heads))

def cell_pair(coordinate: Tensor, cells: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
  x = coordinate - 0.5
  first = torch.minimum(torch.clamp_min(torch.floor(torch.detach(x)), 0.0), torch.clamp_min(cells - 2.0, 0.0))
  x = x - first
  near = torch.relu(torch.rsub(torch.abs(x), 1.0))
  far = torch.relu(torch.rsub(torch.abs(x - 1.0), 1.0))
  return (torch.to(first, INT32), near, far * torch.clamp_max(cells - 1.0, 1.0))
