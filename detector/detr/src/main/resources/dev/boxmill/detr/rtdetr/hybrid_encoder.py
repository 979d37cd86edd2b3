# RT-DETR's hybrid encoder: Zhao et al., "DETRs Beat YOLOs on Real-time Object Detection" (2023), section 4.2.
# AIFI: self-attention within the coarse maps. CCFM: a top-down and a bottom-up path that fuse neighboring scales.
#
# B images, D ENCODER_DIM channels, N = h * w tokens. Maps are (B, D, h, w), channels_last, DTYPE; three of them, fine
# (stride 8) to coarse (32).
# Constants: ENCODED_LEVELS (maps that go through AIFI), ENCODER_LAYERS, ENCODER_HEADS, ENCODER_ACTIVATION, TEMPERATURE,
# NORMALIZE_BEFORE, CONV_ACTIVATION, EXPANDED (whether CSP blocks are narrower than the maps), BATCH_NORM_EPS
# (inside CCFM).

# Backbone maps C3 to C5 -> three fused maps.
def hybrid_encoder(features: List[Tensor], w: Dict[str, Tensor]) -> List[Tensor]:
  maps = annotate(List[Tensor], [])
  for level in range(3):
    maps.append(conv(features[level], w, "encoder.input." + str(level), 1, 0, 1, "none"))
  for i in range(len(ENCODED_LEVELS)):
    level = ENCODED_LEVELS[i]
    maps[level] = aifi(maps[level], w, "encoder.aifi." + str(i))
  return ccfm(maps, w)

def aifi(x: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  tokens = torch.transpose(torch.flatten(x, 2), 1, 2)
  position = torch.to(grid_position(x.size(2), x.size(3), x), DTYPE)
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

def ccfm(maps: List[Tensor], w: Dict[str, Tensor]) -> List[Tensor]:
  # top-down: each finer map with the coarser one enlarged to its size
  coarse = conv(maps[2], w, "encoder.lateral.0", 1, 0, 1, CONV_ACTIVATION)
  middle = csp(enlarged(coarse, maps[1]), maps[1], w, "encoder.top_down.0")
  middle = conv(middle, w, "encoder.lateral.1", 1, 0, 1, CONV_ACTIVATION)
  fine = csp(enlarged(middle, maps[0]), maps[0], w, "encoder.top_down.1")
  # bottom-up: each coarser map with the finer one reduced
  reduced = conv(fine, w, "encoder.reduce.0", 2, 1, 1, CONV_ACTIVATION)
  middle = csp(reduced, middle, w, "encoder.bottom_up.0")
  reduced = conv(middle, w, "encoder.reduce.1", 2, 1, 1, CONV_ACTIVATION)
  coarse = csp(reduced, coarse, w, "encoder.bottom_up.1")
  return [fine, middle, coarse]

# To the finer map's exact size, which is the double except where a side was odd.
def enlarged(x: Tensor, finer: Tensor) -> Tensor:
  return torch.upsample_nearest2d(x, [finer.size(2), finer.size(3)])

# Cross-stage partial block: three RepVGG convolutions beside a 1x1 shortcut.
def csp(x: Tensor, other: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  fused = torch.contiguous(torch.cat([x, other], 1), memory_format=CHANNELS_LAST)
  y = conv(fused, w, name + ".0", 1, 0, 1, CONV_ACTIVATION)
  for i in range(3):
    y = conv(y, w, name + ".rep." + str(i), 1, 1, 1, CONV_ACTIVATION)
  y = torch.add_(y, conv(fused, w, name + ".1", 1, 0, 1, CONV_ACTIVATION))
  if EXPANDED:
    y = conv(y, w, name + ".2", 1, 0, 1, CONV_ACTIVATION)
  return y

def prepare_hybrid_encoder(w: Dict[str, Tensor], ready: Dict[str, Tensor]) -> None:
  for level in range(3):
    prepare_conv_norm(w, ready, "encoder.input." + str(level), 1, 0, 1)
  for i in range(2):
    n = str(i)
    prepare_neck(w, ready, "encoder.lateral." + n, 1, 0)
    prepare_neck(w, ready, "encoder.reduce." + n, 2, 1)
    prepare_csp(w, ready, "encoder.top_down." + n)
    prepare_csp(w, ready, "encoder.bottom_up." + n)
  for i in range(len(ENCODED_LEVELS)):
    for layer in range(ENCODER_LAYERS):
      prepare_self_attention(w, ready, "encoder.aifi." + str(i) + "." + str(layer) + ".self")

def prepare_csp(w: Dict[str, Tensor], ready: Dict[str, Tensor], name: str) -> None:
  prepare_neck(w, ready, name + ".0", 1, 0)
  prepare_neck(w, ready, name + ".1", 1, 0)
  for i in range(3):
    prepare_rep_vgg(w, ready, name + ".rep." + str(i))
  if EXPANDED:
    prepare_neck(w, ready, name + ".2", 1, 0)

# Behind the backbone, the epsilon is the configuration's.
def prepare_neck(w: Dict[str, Tensor], ready: Dict[str, Tensor], name: str, stride: int, padding: int) -> None:
  weight, bias = folded(w, name, BATCH_NORM_EPS)
  ready[name + ".weight"] = prepack(weight, stride, padding, 1)
  ready[name + ".bias"] = torch.to(bias, DTYPE)

# A 3x3 and a 1x1 convolution of the same input, added: one 3x3 whose center holds both.
def prepare_rep_vgg(w: Dict[str, Tensor], ready: Dict[str, Tensor], name: str) -> None:
  weight, bias = folded(w, name + ".3x3", BATCH_NORM_EPS)
  point, point_bias = folded(w, name + ".1x1", BATCH_NORM_EPS)
  ready[name + ".weight"] = prepack(weight + torch.constant_pad_nd(point, [1, 1, 1, 1]), 1, 1, 1)
  ready[name + ".bias"] = torch.to(bias + point_bias, DTYPE)
