# From pixels to the encoder's tokens, as DETR does it and its nearest successors after it.
#
# B batch, H x W pixels, h x w cells of the last feature map, N = h * w, D model width.
# All images of a batch share one exact size, so nothing is padded and nothing masked.
# Constants: ENCODER_LAYERS, ENCODER_HEADS, ACTIVATION.

# pixels (B, 3, H, W) -> (B, D, h, w), and the backbone's maps as "c2" to "c5" of out.
def project(pixels: Tensor, w: Dict[str, Tensor], out: Dict[str, Tensor]) -> Tensor:
  features = backbone(pixels, w)
  for i in range(4):
    out["c" + str(i + 2)] = features[i]
  return conv(features[3], w, "projection", 1, 0, 1, "none")

# (B, D, h, w) -> (B, N, D): a view, because feature maps lie channels last
def tokens_of(x: Tensor) -> Tensor:
  return torch.transpose(torch.flatten(x, 2), 1, 2)

# projected (B, D, h, w), position (1, N, D) -> (B, N, D)
def encode(projected: Tensor, position: Tensor, w: Dict[str, Tensor], out: Dict[str, Tensor], keep: bool) -> Tensor:
  x = tokens_of(projected)
  for i in range(ENCODER_LAYERS):
    x = encoder_layer(x, position, w, "encoder." + str(i))
    if keep:
      out["encoder." + str(i)] = x
  return x

def encoder_layer(x: Tensor, position: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  x = add_norm(x, self_attention(x, position, w, name + ".self", ENCODER_HEADS), w, name + ".self.norm")
  return add_norm(x, feed_forward(x, w, name, ACTIVATION), w, name + ".norm")

# Results as float32 in memory order, for comparing with a reference.
def float32_of(seen: Dict[str, Tensor]) -> Dict[str, Tensor]:
  for name in seen.keys():
    seen[name] = torch.contiguous(torch.to(seen[name], 6))
  return seen

# Backbone and projection packed, encoder's products joined, all else in DTYPE but what begins with one of `exact`.
def prepare_encoder(w: Dict[str, Tensor], exact: List[str]) -> Dict[str, Tensor]:
  ready = annotate(Dict[str, Tensor], {})
  for name in w.keys():
    if starts_with_any(name, exact):
      ready[name] = w[name]
    elif not name.startswith("backbone."):
      ready[name] = torch.to(w[name], DTYPE)
  for i in range(ENCODER_LAYERS):
    prepare_self_attention(w, ready, "encoder." + str(i) + ".self")
  ready["projection.weight"] = prepack(w["projection.weight"], 1, 0, 1)
  prepare_backbone(w, ready)
  return ready

def starts_with_any(name: str, prefixes: List[str]) -> bool:
  found = False
  for prefix in prefixes:
    found = found or name.startswith(prefix)
  return found
