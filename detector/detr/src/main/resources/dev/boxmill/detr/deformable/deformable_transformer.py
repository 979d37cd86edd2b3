# The transformer of Zhu et al., "Deformable DETR" (2020), as Deformable DETR and DINO share it: maps of several scales,
# and an encoder whose tokens attend to a few points of each.
#
# B images, D model width, N tokens of all LEVELS, fine level first, each row by row, Q queries.
# Constants: FIRST_MAP (0 is C2), LEVELS, GROUPS (of the maps' GroupNorm), TEMPERATURE and FIRST_POSITION (of position
# embeddings), LEARNED_POSITIONS, ENCODER_LAYERS, ENCODER_HEADS, ENCODER_POINTS, DECODER_LAYERS, DECODER_HEADS, DECODER_POINTS,
# ACTIVATION.

# C2 to C5 -> tokens (B, N, D), the levels' [h, w], and how many tokens more there would be if what was padded were not cut off.
# Beyond C5 each level halves the one before; the first such reads C5 itself.
def tokens_of(features: List[Tensor], w: Dict[str, Tensor]) -> Tuple[Tensor, List[List[int]], int]:
  tokens = annotate(List[Tensor], [])
  sizes = annotate(List[List[int]], [])
  x = features[3]
  padding = 0
  for level in range(LEVELS):
    name = "level." + str(level)
    if FIRST_MAP + level < 4:
      y = conv(features[FIRST_MAP + level], w, name, 1, 0, 1, "none")
    else:
      y = conv(x, w, name, 2, 1, 1, "none")
    flat = group_norm(torch.transpose(torch.flatten(y, 2), 1, 2), w, name + ".norm")
    tokens.append(shown_tokens(flat, y.size(2), y.size(3), w))
    sizes.append(shown_size(y.size(2), y.size(3), w))
    padding = padding + flat.size(1) - tokens[level].size(1)
    if FIRST_MAP + level > 3:
      x = torch.unflatten(torch.transpose(flat, 1, 2), 2, [y.size(2), y.size(3)])
  return (torch.cat(tokens, 1), sizes, padding)

# GroupNorm (Wu, He 2018) of tokens (B, n, D), in float32. PyTorch's own kernel is slow where channels lie last.
def group_norm(tokens: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  x = torch.to(tokens, FLOAT32)
  x = torch.sub(x, of_groups(torch.mean(x, [1], True)))
  variance = of_groups(torch.mean(x * x, [1], True))
  scale = torch.rsqrt(variance + 1e-5) * w[name + ".weight"]
  return torch.to(torch.addcmul(w[name + ".bias"], x, scale), DTYPE)

# (B, 1, D): each channel's value becomes its group's mean
def of_groups(x: Tensor) -> Tensor:
  groups = torch.unflatten(x, 2, [GROUPS, -1])
  return torch.flatten(torch.expand_as(torch.mean(groups, [-1], True), groups), 2)

# (1, N, D): where a token lies in its level, and which level that is
def positions_of(sizes: List[List[int]], w: Dict[str, Tensor]) -> Tensor:
  positions = annotate(List[Tensor], [])
  for level in range(len(sizes)):
    positions.append(map_position(sizes[level], w) + torch.select(w["levels"], 0, level))
  return torch.to(torch.cat(positions, 1), DTYPE)

# (1, h * w, D) float32
def map_position(size: List[int], w: Dict[str, Tensor]) -> Tensor:
  if LEARNED_POSITIONS:
    return learned_position(size[0], size[1], w["position.rows"], w["position.columns"])
  return shifted_sine_position(size[0], size[1], w["levels"].size(1), TEMPERATURE, FIRST_POSITION, w["levels"])

# (1, N, 2): a token attends around its own cell, on each level
def locations_of(sizes: List[List[int]], like: Tensor) -> Tensor:
  centers = annotate(List[Tensor], [])
  for size in sizes:
    centers.append(cell_centers(size[0], size[1], like))
  return torch.unsqueeze(torch.cat(centers, 0), 0)

def encoder_tables(x: Tensor, sizes: List[List[int]], w: Dict[str, Tensor]) -> None:
  if not ("table.positions" in w):
    w["table.positions"] = positions_of(sizes, w)
    w["table.locations"] = locations_of(sizes, x)

def encode(
    x: Tensor, sizes: List[List[int]], w: Dict[str, Tensor], steps: Optional[Dict[str, Tensor]]) -> Tensor:
  encoder_tables(x, sizes, w)
  for layer in range(ENCODER_LAYERS):
    name = "encoder." + str(layer)
    x = deformable_encoder_layer(x, sizes, w, name)
    record(steps, name, x)
  return x

# One layer of the encoder: (B, N, D) -> (B, N, D). Its tables are encoder_tables'.
def deformable_encoder_layer(x: Tensor, sizes: List[List[int]], w: Dict[str, Tensor], name: str) -> Tensor:
  position = w["table.positions"]
  locations = w["table.locations"]
  y = deformable_attention(x + position, locations, x, sizes, w, name + ".self", ENCODER_HEADS, ENCODER_POINTS)
  x = add_norm(x, y, w, name + ".self.norm")
  return add_norm(x, feed_forward(x, w, name, ACTIVATION), w, name + ".norm")

# Checkpoint tensors -> what the forward pass reads, but for the backbone.
def prepare_transformer(w: Dict[str, Tensor], ready: Dict[str, Tensor]) -> None:
  for name in w.keys():
    if stays_float32(name):
      ready[name] = w[name]
    elif not name.startswith("backbone.") and not name.startswith("level."):
      ready[name] = torch.to(w[name], DTYPE)
  for level in range(LEVELS):
    name = "level." + str(level)
    halves = FIRST_MAP + level > 3
    ready[name + ".weight"] = prepack(w[name + ".weight"], 2 if halves else 1, 1 if halves else 0, 1)
    bias = w[name + ".bias"] if name + ".bias" in w else torch.zeros_like(w[name + ".norm.bias"])
    ready[name + ".bias"] = torch.to(bias, DTYPE)
  for layer in range(ENCODER_LAYERS):
    prepare_deformable_attention(w, ready, "encoder." + str(layer) + ".self", scale_of(w, 1.0))
  for layer in range(DECODER_LAYERS):
    prepare_self_attention(w, ready, "decoder." + str(layer) + ".self")

# Heads, and what positions and GroupNorms are computed from.
def stays_float32(name: str) -> bool:
  if torch.find(name, ".box.") >= 0 or torch.find(name, ".class.") >= 0:
    return True
  if name.startswith("level."):
    return torch.find(name, ".norm.") >= 0
  return name == "levels" or name.startswith("position.")

# Around a box, P offsets of one reach from its center to its side; around a point, offsets count cells.
def prepare_cross_attention(w: Dict[str, Tensor], ready: Dict[str, Tensor], layer: int, around_box: bool) -> None:
  scale = 0.5 / DECODER_POINTS if around_box else 1.0
  prepare_deformable_attention(w, ready, "decoder." + str(layer) + ".cross", scale_of(w, scale))

def scale_of(w: Dict[str, Tensor], scale: float) -> Tensor:
  return torch.full([1], scale, device=w["levels"].device)
