# A plain vision transformer most of whose layers attend within windows: Dosovitskiy et al., "An Image is Worth 16x16 Words"
# (2020), as LW-DETR and RF-DETR have it. All its maps have one resolution, that of the patches.
#
# B images, H x W patches, C channels, V = WINDOWS * WINDOWS windows of h x v patches, n tokens of a window: its patches row by
# row, behind those that belong to none.
# Constants: PATCH (side in pixels), WINDOWS (along either axis), GLOBAL (for each layer, whether it attends across windows),
# VIT_HEADS, VIT_ACTIVATION, VIT_EPS, TAPS (how many layers lie before each map).

# (B, 3, height, width) -> (B, C, H, W)
def patches_of(pixels: Tensor, w: Dict[str, Tensor]) -> Tensor:
  x = torch.contiguous(torch.to(pixels, DTYPE), memory_format=CHANNELS_LAST)
  side = PATCH * WINDOWS
  if x.size(2) % side != 0 or x.size(3) % side != 0:
    size = str(x.size(3)) + " x " + str(x.size(2))
    ops.prim.RaiseException("Invalid image size: " + size + " (must be multiples of " + str(side) + ", so that windows fit)")
  return conv(x, w, "vit.patch", PATCH, 0, 1, "none")

# Patches with their positions, (B, H, W, C); the positions are resized once for each size.
def placed_patches(pixels: Tensor, w: Dict[str, Tensor], antialias: bool) -> Tensor:
  patches = torch.permute(patches_of(pixels, w), [0, 2, 3, 1])
  if not ("table.vit.positions" in w):
    table = torch.slice(w["vit.positions"], 1, 1)
    w["table.vit.positions"] = torch.to(patch_positions(table, patches.size(1), patches.size(2), antialias), DTYPE)
  return patches + w["table.vit.positions"]

# (B, H, W, C) -> (B * V, h * v, C)
def windows_of(x: Tensor) -> Tensor:
  split = torch.unflatten(torch.unflatten(x, 2, [WINDOWS, -1]), 1, [WINDOWS, -1])
  return torch.flatten(torch.flatten(torch.transpose(split, 2, 3), 3, 4), 0, 2)

# (B * V, h * v, C) -> (B, C, H, W), channels last in memory
def map_of(x: Tensor, height: int, width: int) -> Tensor:
  split = torch.unflatten(x, 1, [height // WINDOWS, width // WINDOWS])
  split = torch.unflatten(split, 0, [-1, WINDOWS, WINDOWS])
  rows = torch.reshape(torch.transpose(split, 2, 3), [-1, height, width, x.size(2)])
  return torch.permute(rows, [0, 3, 1, 2])

def vit_norm(x: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  return torch.layer_norm(x, [x.size(-1)], w[name + ".weight"], w[name + ".bias"], VIT_EPS)

# (B * V, n, C) -> (B * V, n, C)
def vit_layer(x: Tensor, w: Dict[str, Tensor], layer: int) -> Tensor:
  name = "vit." + str(layer)
  y = vit_norm(x, w, name + ".norm1")
  if GLOBAL[layer]:
    y = torch.reshape(y, [-1, WINDOWS * WINDOWS * x.size(1), x.size(2)])
  y = torch.reshape(vit_attention(y, w, name), x.size())
  x = torch.add_(y, x)
  inside = activated_linear(vit_norm(x, w, name + ".norm2"), w, name + ".fc1", VIT_ACTIVATION)
  return torch.add_(linear(inside, w, name + ".fc2"), x)

def vit_attention(x: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  qkv = torch.unflatten(linear(x, w, name + ".qkv"), 2, [3, VIT_HEADS, -1])
  parts = torch.unbind(torch.permute(qkv, [2, 0, 3, 1, 4]))
  mixed = torch.scaled_dot_product_attention(parts[0], parts[1], parts[2])
  return linear(torch.flatten(torch.transpose(mixed, 1, 2), 2), w, name + ".out")

# Four maps for who refines boxes: the last four that were tapped, the first of them again where there are fewer.
def four_of(maps: List[Tensor]) -> List[Tensor]:
  features = annotate(List[Tensor], [])
  for i in range(4):
    features.append(maps[max(0, len(maps) - 4 + i)])
  return features

# The position of each patch, (1, H, W, C), from the table of a square of patches, (1, side * side, C). Without antialiasing the
# cubic filter is another one, even where nothing shrinks.
def patch_positions(table: Tensor, height: int, width: int, antialias: bool) -> Tensor:
  side = int(round(table.size(1) ** 0.5))
  square = torch.contiguous(torch.permute(torch.unflatten(table, 1, [side, side]), [0, 3, 1, 2]))
  if side == height and side == width:
    resized = square
  elif antialias:
    resized = torch._upsample_bicubic2d_aa(square, [height, width], False, None, None)
  else:
    resized = torch.upsample_bicubic2d(square, [height, width], False, None, None)
  return torch.permute(resized, [0, 2, 3, 1])

# Projections of queries, keys and values joined; the factors of both residual branches become part of their last layers.
def prepare_vision_transformer(w: Dict[str, Tensor], ready: Dict[str, Tensor]) -> None:
  ready["vit.positions"] = w["vit.positions"]
  ready["vit.patch.weight"] = prepack(w["vit.patch.weight"], PATCH, 0, 1)
  ready["vit.patch.bias"] = torch.to(w["vit.patch.bias"], DTYPE)
  for layer in range(len(GLOBAL)):
    name = "vit." + str(layer)
    for norm in [".norm1", ".norm2"]:
      for end in [".weight", ".bias"]:
        ready[name + norm + end] = torch.to(w[name + norm + end], DTYPE)
    weights = annotate(List[Tensor], [])
    biases = annotate(List[Tensor], [])
    for part in [".q", ".k", ".v"]:
      weights.append(w[name + part + ".weight"])
      if name + part + ".bias" in w:
        biases.append(w[name + part + ".bias"])
      else:
        biases.append(torch.zeros_like(w[name + ".out.bias"]))
    ready[name + ".qkv.weight"] = torch.to(torch.cat(weights, 0), DTYPE)
    ready[name + ".qkv.bias"] = torch.to(torch.cat(biases, 0), DTYPE)
    ready[name + ".fc1.weight"] = torch.to(w[name + ".fc1.weight"], DTYPE)
    ready[name + ".fc1.bias"] = torch.to(w[name + ".fc1.bias"], DTYPE)
    prepare_scaled(w, ready, name + ".out", w[name + ".scale1"])
    prepare_scaled(w, ready, name + ".fc2", w[name + ".scale2"])

def prepare_scaled(w: Dict[str, Tensor], ready: Dict[str, Tensor], name: str, scale: Tensor) -> None:
  ready[name + ".weight"] = torch.to(w[name + ".weight"] * torch.unsqueeze(scale, 1), DTYPE)
  ready[name + ".bias"] = torch.to(w[name + ".bias"] * scale, DTYPE)
