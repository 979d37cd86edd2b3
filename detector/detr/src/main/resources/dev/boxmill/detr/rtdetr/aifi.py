# AIFI, self-attention within the coarse maps: Zhao et al., "DETRs Beat YOLOs on Real-time Object Detection" (2023),
# section 4.2.
#
# B images, D ENCODER_DIM channels, N = h * w tokens. Maps are (B, D, h, w), channels_last, DTYPE, fine to coarse.
# Constants: ENCODED_LEVELS (maps that go through AIFI), ENCODER_LAYERS, ENCODER_HEADS, ENCODER_ACTIVATION, TEMPERATURE,
# NORMALIZE_BEFORE.

# The maps, some of them replaced.
def encoded_levels(maps: List[Tensor], w: Dict[str, Tensor]) -> List[Tensor]:
  for i in range(len(ENCODED_LEVELS)):
    level = ENCODED_LEVELS[i]
    maps[level] = aifi(maps[level], w, "encoder.aifi." + str(i))
  return maps

def aifi(x: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  tokens = torch.transpose(torch.flatten(x, 2), 1, 2)
  table = "table.position." + name
  if not (table in w):
    w[table] = torch.to(grid_position(x.size(2), x.size(3), x), DTYPE)
  position = w[table]
  for i in range(ENCODER_LAYERS):
    layer = name + "." + str(i)
    if NORMALIZE_BEFORE:
      tokens = pre_norm_layer(tokens, position, w, layer)
    else:
      tokens = encoder_layer(tokens, position, w, layer, ENCODER_HEADS, ENCODER_ACTIVATION)
  y = torch.unflatten(torch.transpose(tokens, 1, 2), 2, [x.size(2), x.size(3)])
  return torch.contiguous(y, memory_format=CHANNELS_LAST)

# The norms before attention and feed-forward network ("pre-norm"). The second shortcut starts behind its norm, as the
# published code has it.
def pre_norm_layer(x: Tensor, position: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  y = layer_norm(x, w, name + ".self.norm")
  x = x + self_attention(y, position, w, name + ".self", ENCODER_HEADS)
  x = layer_norm(x, w, name + ".norm")
  return x + feed_forward(x, w, name, ENCODER_ACTIVATION)

# Sines and cosines of cell indices: (1, N, D) float32. The table runs down the columns (index = column * h + row)
# while tokens run along the rows. The published code does so, and checkpoints were trained with it: on a square map
# it only swaps the axes, on any other map the positions are those that the checkpoint's own code would give.
def grid_position(height: int, width: int, like: Tensor) -> Tensor:
  quarter = like.size(1) // 4
  period = torch.pow(TEMPERATURE, torch.arange(quarter, dtype=FLOAT32, device=like.device) / quarter)
  column = torch.repeat_interleave(torch.arange(width, dtype=FLOAT32, device=like.device), height)
  row = torch.repeat(torch.arange(height, dtype=FLOAT32, device=like.device), [width])
  x = torch.unsqueeze(column, 1) / period
  y = torch.unsqueeze(row, 1) / period
  return torch.unsqueeze(torch.cat([torch.sin(x), torch.cos(x), torch.sin(y), torch.cos(y)], 1), 0)

def prepare_aifi(w: Dict[str, Tensor], ready: Dict[str, Tensor]) -> None:
  for i in range(len(ENCODED_LEVELS)):
    for layer in range(ENCODER_LAYERS):
      prepare_self_attention(w, ready, "encoder.aifi." + str(i) + "." + str(layer) + ".self")
