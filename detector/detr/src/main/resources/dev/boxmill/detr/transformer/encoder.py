# From the last feature map to the encoder's tokens, as DETR does it and its nearest successors after it.
#
# B batch, h x w cells of the last feature map, N = h * w, D model width.
# All images of a batch share one exact size, so nothing is masked; what was padded is cut off (padding.py).
# Constants: ENCODER_LAYERS, ENCODER_HEADS, ACTIVATION.

# C5 -> (B, D, h, w)
def project(c5: Tensor, w: Dict[str, Tensor]) -> Tensor:
  return shown(conv(c5, w, "projection", 1, 0, 1, "none"), w)

# (B, D, h, w) -> (B, N, D): a view, because feature maps lie channels last
def tokens_of(x: Tensor) -> Tensor:
  return torch.transpose(torch.flatten(x, 2), 1, 2)

# projected (B, D, h, w), position (1, N, D) -> (B, N, D)
def encode(
    projected: Tensor, position: Tensor, w: Dict[str, Tensor], steps: Optional[Dict[str, Tensor]]) -> Tensor:
  x = tokens_of(projected)
  for i in range(ENCODER_LAYERS):
    x = encoder_layer(x, position, w, "encoder." + str(i), ENCODER_HEADS, ACTIVATION)
    record(steps, "encoder." + str(i), x)
  return x

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
