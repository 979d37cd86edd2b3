# DEIMv2's backbone from S on: a vision transformer (Siméoni et al., "DINOv3", 2025, or one distilled from it) whose tapped maps are
# resized to a pyramid and fused with those of a few convolutions, which see finer detail (the paper's spatial tuning adapter).
#
# B images, H x W patches, C channels of the transformer, D of the fused maps, N tokens: those that stand for no patch (SPARE of them:
# the image's, and registers), then the patches row by row. Fused maps are (B, D, h, w), channels_last, DTYPE, fine to coarse.
# Constants: PATCH (side in pixels), VIT_HEADS, VIT_EPS, GATED_INSIDE (whether feed-forward networks are SwiGLUs), TAPS (how many layers
# lie before each map), TAPS_NORMED (whether the last norm is applied to each), SPARE, ROPE_BASE.

# (B, 3, height, width) -> maps of strides 8, 16 and 32
def backbone(pixels: Tensor, w: Dict[str, Tensor]) -> List[Tensor]:
  if pixels.size(2) % 32 != 0 or pixels.size(3) % 32 != 0:
    size = str(pixels.size(3)) + " x " + str(pixels.size(2))
    ops.prim.RaiseException("Invalid image size: " + size + " (must be multiples of 32, so that maps fit each other)")
  x = torch.contiguous(torch.to(pixels, DTYPE), memory_format=CHANNELS_LAST)
  tapped = dino_taps(x, w)
  details = dino_details(x, w)
  return [dino_fused(tapped[level], details[level], w, level) for level in range(3)]

# A 1x1 convolution of both maps together. It is linear, as resizing is: the transformer's part is computed before that.
def dino_fused(x: Tensor, detail: Tensor, w: Dict[str, Tensor], level: int) -> Tensor:
  name = "backbone.fusion." + str(level)
  y = torch.permute(linear(x, w, name + ".patches"), [0, 3, 1, 2])
  if level == 0:
    y = torch.upsample_bilinear2d(torch.contiguous(y), [detail.size(2), detail.size(3)], False, None, None)
  elif level == 2:
    # what bilinear resizing to half the size is
    y = torch.avg_pool2d(y, [2, 2])
  return conv_add(detail, torch.contiguous(y, memory_format=CHANNELS_LAST), w, name, 0)

# Maps of strides 8, 16 and 32, each before its activation: (B, 2 or 4 times the stem's channels, h, w)
def dino_details(x: Tensor, w: Dict[str, Tensor]) -> List[Tensor]:
  x = conv(x, w, "backbone.detail.0", 2, 1, 1, "gelu")
  x = torch.max_pool2d(x, [3, 3], [2, 2], [1, 1])
  maps = annotate(List[Tensor], [])
  for level in range(3):
    if level > 0:
      x = torch.gelu(x)
    x = conv(x, w, "backbone.detail." + str(level + 1), 2, 1, 1, "none")
    maps.append(x)
  return maps

# The tapped maps: (B, H, W, C) each
def dino_taps(pixels: Tensor, w: Dict[str, Tensor]) -> List[Tensor]:
  patches = conv(pixels, w, "backbone.patch", PATCH, 0, 1, "none")
  height = patches.size(2)
  width = patches.size(3)
  spare = torch.expand(w["backbone.spare"], [patches.size(0), -1, -1])
  x = torch.cat([spare, torch.flatten(torch.permute(patches, [0, 2, 3, 1]), 1, 2)], 1)
  cosines, sines = dino_turns(height, width, x, w)
  maps = annotate(List[Tensor], [])
  for layer in range(TAPS[-1]):
    x = dino_layer(x, cosines, sines, w, "backbone." + str(layer))
    if (layer + 1) in TAPS:
      y = torch.contiguous(torch.slice(x, 1, SPARE))
      if TAPS_NORMED:
        y = dino_norm(y, w, "backbone.norm")
      maps.append(torch.unflatten(y, 1, [height, width]))
  return maps

def dino_layer(x: Tensor, cosines: Tensor, sines: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  x = torch.add_(dino_attention(dino_norm(x, w, name + ".norm1"), cosines, sines, w, name), x)
  y = dino_norm(x, w, name + ".norm2")
  if GATED_INSIDE:
    halves = torch.chunk(linear(y, w, name + ".fc1"), 2, 2)
    y = torch.mul_(torch.silu(halves[0]), halves[1])
  else:
    y = activated_linear(y, w, name + ".fc1", "gelu")
  return torch.add_(linear(y, w, name + ".fc2"), x)

def dino_norm(x: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  return torch.layer_norm(x, [x.size(-1)], w[name + ".weight"], w[name + ".bias"], VIT_EPS)

# Queries and keys are turned by angles that grow with their patch's place (RoPE): two halves of a head's channels are the
# coordinates of points, which a rolled copy holds swapped.
def dino_attention(x: Tensor, cosines: Tensor, sines: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  # (B, N, 3, heads, C / heads)
  parts = torch.unflatten(linear(x, w, name + ".qkv"), 2, [3, VIT_HEADS, -1])
  points = torch.narrow(parts, 2, 0, 2)
  swapped = torch.roll(points, [points.size(4) // 2], [4])
  turned = torch.permute(torch.addcmul(points * cosines, swapped, sines), [2, 0, 3, 1, 4])
  values = torch.transpose(torch.select(parts, 2, 2), 1, 2)
  mixed = torch.scaled_dot_product_attention(torch.select(turned, 0, 0), torch.select(turned, 0, 1), values)
  return linear(torch.flatten(torch.transpose(mixed, 1, 2), 2), w, name + ".out")

# Cosines, and sines that are negative for the first half of a head's channels: (N, 1, 1, C / heads) both. Coordinates run from -1 to 1
# over the image, whatever its size; tokens that stand for no patch are not turned.
def dino_turns(height: int, width: int, like: Tensor, w: Dict[str, Tensor]) -> Tuple[Tensor, Tensor]:
  if not ("table.dino.cosines" in w):
    rows = dino_angles(height, w)
    columns = dino_angles(width, w)
    places = [height, width, rows.size(1)]
    rows = torch.expand(torch.unsqueeze(rows, 1), places)
    columns = torch.expand(torch.unsqueeze(columns, 0), places)
    angles = torch.flatten(torch.cat([rows, columns], 2), 0, 1)
    cosines = torch.cos(angles)
    sines = torch.sin(angles)
    cosines = torch.constant_pad_nd(torch.cat([cosines, cosines], 1), [0, 0, SPARE, 0], 1)
    sines = torch.constant_pad_nd(torch.cat([torch.neg(sines), sines], 1), [0, 0, SPARE, 0], 0)
    shape = [cosines.size(0), 1, 1, cosines.size(1)]
    w["table.dino.cosines"] = torch.reshape(torch.to(cosines, DTYPE), shape)
    w["table.dino.sines"] = torch.reshape(torch.to(sines, DTYPE), shape)
  return (w["table.dino.cosines"], w["table.dino.sines"])

# Of the centers of so many patches along an axis: (count, C / heads / 4)
def dino_angles(count: int, w: Dict[str, Tensor]) -> Tensor:
  periods = w["backbone.periods"]
  center = torch.arange(count, dtype=FLOAT32, device=periods.device) * (2.0 / count) + (1.0 / count - 1.0)
  return torch.unsqueeze(center, 1) * 6.283185307179586 / periods

def prepare_backbone(w: Dict[str, Tensor], ready: Dict[str, Tensor]) -> None:
  ready["backbone.patch.weight"] = prepack(w["backbone.patch.weight"], PATCH, 0, 1)
  ready["backbone.patch.bias"] = torch.to(w["backbone.patch.bias"], DTYPE)
  spare = annotate(List[Tensor], [w["backbone.image"]])
  if "backbone.registers" in w:
    spare.append(w["backbone.registers"])
  ready["backbone.spare"] = torch.to(torch.cat(spare, 1), DTYPE)
  ready["backbone.periods"] = dino_periods(w)
  if TAPS_NORMED:
    prepare_dino_norm(w, ready, "backbone.norm")
  for layer in range(TAPS[-1]):
    prepare_dino_layer(w, ready, "backbone." + str(layer))
  for level in range(4):
    prepare_conv_norm(w, ready, "backbone.detail." + str(level), 2, 1, 1)
  for level in range(3):
    prepare_dino_fusion(w, ready, "backbone.fusion." + str(level))

# Of the turns along either axis, as the checkpoint holds them or from their base.
def dino_periods(w: Dict[str, Tensor]) -> Tensor:
  if "backbone.periods" in w:
    return w["backbone.periods"]
  values = w["backbone.image"]
  quarter = values.size(2) // VIT_HEADS // 4
  return torch.pow(ROPE_BASE, torch.arange(quarter, dtype=FLOAT32, device=values.device) / quarter)

# The convolution's input channels: first the transformer's, then those of detail.
def prepare_dino_fusion(w: Dict[str, Tensor], ready: Dict[str, Tensor], name: str) -> None:
  weight, bias = folded(w, name, 1e-5)
  width = w["backbone.image"].size(2)
  ready[name + ".patches.weight"] = torch.to(torch.flatten(torch.slice(weight, 1, 0, width), 1), DTYPE)
  ready[name + ".patches.bias"] = torch.to(torch.zeros_like(bias), DTYPE)
  ready[name + ".weight"] = prepack(torch.slice(weight, 1, width), 1, 0, 1)
  ready[name + ".bias"] = torch.to(bias, DTYPE)

# The factors of both residual branches become part of their last layers.
def prepare_dino_layer(w: Dict[str, Tensor], ready: Dict[str, Tensor], name: str) -> None:
  prepare_dino_norm(w, ready, name + ".norm1")
  prepare_dino_norm(w, ready, name + ".norm2")
  weights = [w[name + part + ".weight"] for part in [".q", ".k", ".v"]]
  biases = [dino_bias(w, name + part) for part in [".q", ".k", ".v"]]
  ready[name + ".qkv.weight"] = torch.to(torch.cat(weights), DTYPE)
  ready[name + ".qkv.bias"] = torch.to(torch.cat(biases), DTYPE)
  if GATED_INSIDE:
    weight = torch.cat([w[name + ".gate.weight"], w[name + ".up.weight"]])
    bias = torch.cat([dino_bias(w, name + ".gate"), dino_bias(w, name + ".up")])
  else:
    weight = w[name + ".up.weight"]
    bias = dino_bias(w, name + ".up")
  ready[name + ".fc1.weight"] = torch.to(weight, DTYPE)
  ready[name + ".fc1.bias"] = torch.to(bias, DTYPE)
  prepare_dino_branch(w, ready, name, ".out", ".scale1")
  prepare_dino_branch(w, ready, name, ".fc2", ".scale2")

def prepare_dino_branch(w: Dict[str, Tensor], ready: Dict[str, Tensor], name: str, last: str, scale: str) -> None:
  weight = w[name + last + ".weight"]
  bias = dino_bias(w, name + last)
  if name + scale in w:
    weight = weight * torch.unsqueeze(w[name + scale], 1)
    bias = bias * w[name + scale]
  ready[name + last + ".weight"] = torch.to(weight, DTYPE)
  ready[name + last + ".bias"] = torch.to(bias, DTYPE)

# A layer's bias, zeros where it has none; where there is a mask, that of keys is masked.
def dino_bias(w: Dict[str, Tensor], name: str) -> Tensor:
  if not (name + ".bias" in w):
    return torch.zeros_like(torch.select(w[name + ".weight"], 1, 0))
  bias = w[name + ".bias"]
  if name + ".mask" in w:
    bias = bias * w[name + ".mask"]
  return bias

def prepare_dino_norm(w: Dict[str, Tensor], ready: Dict[str, Tensor], name: str) -> None:
  ready[name + ".weight"] = torch.to(w[name + ".weight"], DTYPE)
  ready[name + ".bias"] = torch.to(w[name + ".bias"], DTYPE)
