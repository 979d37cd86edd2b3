# Swin Transformer: Liu et al., "Swin Transformer: Hierarchical Vision Transformer using Shifted Windows" (2021).
# Attention within windows of WINDOW x WINDOW cells; every second block of a stage shifts the windows by half a window.
# Between stages, 2 x 2 cells merge into one.
#
# B images, h x w cells of a stage, N = h * w tokens row by row, C its channels, n = WINDOW * WINDOW, W windows that cover
# all cells. Tokens are (B, N, C) in DTYPE. Constants beside WINDOW: DEPTHS (blocks of each stage), HEADS (of each stage),
# NORMED (whether a stage's map goes through a LayerNorm before others read it), MLP_ACTIVATION.

# (B, 3, height, width) -> the map of each stage: (B, C_i, ceil(height / s_i), ceil(width / s_i)), s = 4, 8, 16, 32.
def backbone(pixels: Tensor, w: Dict[str, Tensor]) -> List[Tensor]:
  patches = patch_map(pixels, w)
  h = patches.size(2)
  v = patches.size(3)
  x = swin_norm(torch.transpose(torch.flatten(patches, 2), 1, 2), w, "backbone.patch.norm")
  maps = annotate(List[Tensor], [])
  for stage in range(len(DEPTHS)):
    name = "backbone." + str(stage)
    if stage > 0:
      x = merged(x, h, v, w, name + ".merge")
      h = (h + 1) // 2
      v = (v + 1) // 2
    x = swin_stage(x, h, v, w, name, stage)
    y = x
    if NORMED[stage]:
      y = swin_norm(x, w, name + ".norm")
    # channels last in memory, as the tokens are
    maps.append(torch.permute(torch.unflatten(y, 1, [h, v]), [0, 3, 1, 2]))
  return maps

def swin_norm(x: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  return torch.layer_norm(x, [x.size(-1)], w[name + ".weight"], w[name + ".bias"], 1e-5)

# Patches of 4 x 4 pixels; an incomplete one at the right or bottom is filled up with zeros.
def patch_map(pixels: Tensor, w: Dict[str, Tensor]) -> Tensor:
  fill = [0, -pixels.size(3) % 4, 0, -pixels.size(2) % 4]
  x = torch.constant_pad_nd(torch.to(pixels, DTYPE), fill)
  return conv(torch.contiguous(x, memory_format=CHANNELS_LAST), w, "backbone.patch", 4, 0, 1, "none")

# (B, h * v, C) -> (B, ceil(h / 2) * ceil(v / 2), 2 * C)
def merged(x: Tensor, h: int, v: int, w: Dict[str, Tensor], name: str) -> Tensor:
  x = torch.constant_pad_nd(torch.unflatten(x, 1, [h, v]), [0, 0, 0, v % 2, 0, h % 2])
  upper = torch.slice(x, 1, 0, None, 2)
  lower = torch.slice(x, 1, 1, None, 2)
  left = [torch.slice(upper, 2, 0, None, 2), torch.slice(lower, 2, 0, None, 2)]
  right = [torch.slice(upper, 2, 1, None, 2), torch.slice(lower, 2, 1, None, 2)]
  x = torch.flatten(torch.cat(left + right, 3), 1, 2)
  return torch.linear(swin_norm(x, w, name + ".norm"), w[name + ".weight"])

def swin_stage(x: Tensor, h: int, v: int, w: Dict[str, Tensor], name: str, stage: int) -> Tensor:
  table = "table." + name
  if not (table + ".apart" in w):
    for shift in [0, WINDOW // 2]:
      w[table + ".order." + str(shift)] = window_order(h, v, shift, x.device)
      w[table + ".place." + str(shift)] = window_place(h, v, shift, x.device)
    w[table + ".apart"] = windows_apart(h, v, WINDOW // 2, x)
  for block in range(DEPTHS[stage]):
    n = name + "." + str(block)
    bias = w[n + ".bias"]
    shift = 0
    if block % 2 == 1:
      shift = WINDOW // 2
      bias = bias + w[table + ".apart"]
    x = swin_block(x, w[table + ".order." + str(shift)], w[table + ".place." + str(shift)], bias, w, n, HEADS[stage])
  return x

# order and back are window_order and window_place; bias (1 or W, heads, n, n) is added to the products of queries and keys.
def swin_block(
    x: Tensor, order: Tensor, back: Tensor, bias: Tensor, w: Dict[str, Tensor], name: str, heads: int) -> Tensor:
  # a row of zeros behind all tokens is what cells beyond the border see
  y = torch.constant_pad_nd(swin_norm(x, w, name + ".norm1"), [0, 0, 0, 1])
  windows = torch.unflatten(torch.index_select(y, 1, order), 1, [-1, WINDOW * WINDOW])
  y = torch.flatten(window_attention(windows, bias, w, name, heads), 1, 2)
  x = torch.add_(torch.index_select(y, 1, back), x)
  return torch.add_(feed_forward(swin_norm(x, w, name + ".norm2"), w, name, MLP_ACTIVATION), x)

# (B, W, n, C) -> (B, W, n, C)
def window_attention(x: Tensor, bias: Tensor, w: Dict[str, Tensor], name: str, heads: int) -> Tensor:
  batch = x.size(0)
  if bias.size(0) > 1 and batch > 1:
    bias = torch.repeat(bias, [batch, 1, 1, 1])
  # three of (B * W, heads, n, C / heads)
  qkv = torch.unflatten(linear(torch.flatten(x, 0, 1), w, name + ".qkv"), 2, [3, heads, -1])
  parts = torch.unbind(torch.permute(qkv, [2, 0, 3, 1, 4]))
  mixed = torch.scaled_dot_product_attention(parts[0], parts[1], parts[2], bias)
  y = linear(torch.flatten(torch.transpose(mixed, 1, 2), 2), w, name + ".out")
  return torch.unflatten(y, 0, [batch, -1])

# Cells of all windows, one window after the other, as numbers of tokens; N, one past the last, for those beyond the
# border: (W * n,). Windows start `shift` cells from the upper left corner, and go on there where they leave the map.
def window_order(h: int, v: int, shift: int, device: Device) -> Tensor:
  rows = covering(h)
  columns = covering(v)
  y = torch.unsqueeze((torch.arange(rows, device=device) + shift) % rows, 1)
  x = torch.unsqueeze((torch.arange(columns, device=device) + shift) % columns, 0)
  inside = torch.logical_and(torch.lt(y, h), torch.lt(x, v))
  return torch.flatten(partition(torch.where(inside, y * v + x, torch.full_like(y * v + x, h * v))))

# Where each token lies in window_order: (N,).
def window_place(h: int, v: int, shift: int, device: Device) -> Tensor:
  rows = covering(h)
  columns = covering(v)
  y = torch.unsqueeze((torch.arange(h, device=device) - shift + rows) % rows, 1)
  x = torch.unsqueeze((torch.arange(v, device=device) - shift + columns) % columns, 0)
  across = columns // WINDOW
  window = torch.floor_divide(y, WINDOW) * across + torch.floor_divide(x, WINDOW)
  return torch.flatten(window * (WINDOW * WINDOW) + y % WINDOW * WINDOW + x % WINDOW)

# -100 for pairs of cells of a shifted window that come from opposite borders of the map, else 0: (W, 1, n, n).
def windows_apart(h: int, v: int, shift: int, like: Tensor) -> Tensor:
  y = torch.unsqueeze(border_part(covering(h), shift, like.device), 1)
  x = torch.unsqueeze(border_part(covering(v), shift, like.device), 0)
  part = partition(y * 3 + x)
  differs = torch.ne(torch.unsqueeze(part, 1), torch.unsqueeze(part, 2))
  return torch.unsqueeze(torch.to(differs, like.dtype) * -100.0, 1)

# 0 for cells that only whole windows have, 1 and 2 for the two parts of the last window.
def border_part(cells: int, shift: int, device: Device) -> Tensor:
  i = torch.arange(cells, device=device)
  return torch.to(torch.ge(i, cells - WINDOW), INT64) + torch.to(torch.ge(i, cells - shift), INT64)

# (rows, columns) -> (W, n)
def partition(grid: Tensor) -> Tensor:
  x = torch.unflatten(torch.unflatten(grid, 1, [-1, WINDOW]), 0, [-1, WINDOW])
  return torch.reshape(torch.permute(x, [0, 2, 1, 3]), [-1, WINDOW * WINDOW])

# The smallest multiple of WINDOW that is no smaller.
def covering(cells: int) -> int:
  return (cells + WINDOW - 1) // WINDOW * WINDOW

def prepare_backbone(w: Dict[str, Tensor], ready: Dict[str, Tensor]) -> None:
  for name in w.keys():
    if name.startswith("backbone."):
      ready[name] = torch.to(w[name], DTYPE)
  ready["backbone.patch.weight"] = prepack(w["backbone.patch.weight"], 4, 0, 1)
  for stage in range(len(DEPTHS)):
    for block in range(DEPTHS[stage]):
      prepare_swin_block(w, ready, "backbone." + str(stage) + "." + str(block))

def prepare_swin_block(w: Dict[str, Tensor], ready: Dict[str, Tensor], name: str) -> None:
  for end in [".weight", ".bias"]:
    parts = annotate(List[Tensor], [])
    for part in [".q", ".k", ".v"]:
      parts.append(w[name + part + end])
    ready[name + ".qkv" + end] = torch.to(torch.cat(parts, 0), DTYPE)
  ready[name + ".bias"] = torch.to(position_bias(w[name + ".positions"]), DTYPE)

# A learned number for each offset between two cells of a window: ((2 * WINDOW - 1) ** 2, heads) -> (1, heads, n, n).
def position_bias(table: Tensor) -> Tensor:
  i = torch.arange(WINDOW * WINDOW, device=table.device)
  y = torch.floor_divide(i, WINDOW)
  x = i % WINDOW
  down = torch.unsqueeze(y, 1) - torch.unsqueeze(y, 0) + (WINDOW - 1)
  right = torch.unsqueeze(x, 1) - torch.unsqueeze(x, 0) + (WINDOW - 1)
  offsets = torch.flatten(down * (2 * WINDOW - 1) + right)
  bias = torch.unflatten(torch.index_select(table, 0, offsets), 0, [WINDOW * WINDOW, -1])
  # in memory as its shape says: else PyTorch takes the slow way through attention
  return torch.contiguous(torch.unsqueeze(torch.permute(bias, [2, 0, 1]), 0))
