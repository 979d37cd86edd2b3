# Position embeddings of a feature map whose every cell is valid (no padding).
#
# h x w cells, D model width; the result is (1, h * w, D), row by row, in the dtype of `like`.

# The first half of the features encodes y, the second x; each half is sine and cosine in turn, from period 2 pi to
# 2 pi * temperature. Positions count from 1 and are scaled so that the last one is 2 pi ("normalized").
def sine_position(h: int, w: int, width: int, temperature: float, like: Tensor) -> Tensor:
  return scaled_sine_position(h, w, width, temperature, temperature, 6.283185307179586, like)

# The same with a temperature for each axis and another last position than 2 pi.
def scaled_sine_position(
    h: int, w: int, width: int, temperature_y: float, temperature_x: float, scale: float, like: Tensor) -> Tensor:
  y = torch.unsqueeze(sine_axis(h, width // 2, temperature_y, scale, 1.0, like), 1)
  x = torch.unsqueeze(sine_axis(w, width // 2, temperature_x, scale, 1.0, like), 0)
  return join_axes(y, x, h, w, like)

# The same with positions that count from `first`: 0.5 puts them at the cells' centers.
def shifted_sine_position(h: int, w: int, width: int, temperature: float, first: float, like: Tensor) -> Tensor:
  y = torch.unsqueeze(sine_axis(h, width // 2, temperature, 6.283185307179586, first, like), 1)
  x = torch.unsqueeze(sine_axis(w, width // 2, temperature, 6.283185307179586, first, like), 0)
  return join_axes(y, x, h, w, like)

# (n, features): the embedding of n positions from `first` on
def sine_axis(n: int, features: int, temperature: float, scale: float, first: float, like: Tensor) -> Tensor:
  angle = (torch.arange(n, dtype=FLOAT32, device=like.device) + first) * (scale / (n + 1e-6))
  pair = torch.arange(features // 2, dtype=FLOAT32, device=like.device) * (2.0 / features)
  # (n, features / 2)
  angle = torch.unsqueeze(angle, 1) / torch.pow(temperature, pair)
  return torch.flatten(torch.stack([torch.sin(angle), torch.cos(angle)], 2), 1)

# rows (R, D / 2) and columns (C, D / 2) are tables that the checkpoint learned; here x comes first.
def learned_position(h: int, w: int, rows: Tensor, columns: Tensor) -> Tensor:
  if h > rows.size(0) or w > columns.size(0):
    ops.prim.RaiseException("Cannot embed positions: the feature map has " + str(h) + " rows and " + str(w) + " columns (the checkpoint learned " + str(rows.size(0)) + " and " + str(columns.size(0)) + ": use smaller images)", "ValueError")
  y = torch.unsqueeze(torch.slice(rows, 0, 0, h), 1)
  x = torch.unsqueeze(torch.slice(columns, 0, 0, w), 0)
  return join_axes(x, y, h, w, rows)

# Either axis is (h, 1, D / 2) or (1, w, D / 2).
def join_axes(first: Tensor, second: Tensor, h: int, w: int, like: Tensor) -> Tensor:
  grid = torch.cat([torch.expand(first, [h, w, -1]), torch.expand(second, [h, w, -1])], 2)
  return torch.to(torch.unsqueeze(torch.flatten(grid, 0, 1), 0), like.dtype)
