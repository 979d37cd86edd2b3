# DETR: End-to-End Object Detection with Transformers (Carion et al., 2020).
#
# B batch, H x W pixels, h x w cells of the last feature map, N = h * w, D = WIDTH, Q object queries, C classes.
# All images of a batch share one exact size, so nothing is padded and nothing masked.

# inputs: "pixels" (B, 3, H, W) float32, normalised.
# Returns "logits" (B, Q, C + 1) whose last class means "no object", "boxes" (B, Q, 4) as (cx, cy, w, h) shares of the
# image, both float32; and the backbone's feature maps "c2" to "c5".
def forward(w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
  return detect(inputs["pixels"], w, False)

# Every step's result, in float32: "c2" to "c5", "encoder.I", "decoder.I", "decoded", "logits", "boxes".
def stages(w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
  seen = detect(inputs["pixels"], w, True)
  for name in seen.keys():
    seen[name] = torch.contiguous(torch.to(seen[name], 6))
  return seen

def detect(pixels: Tensor, w: Dict[str, Tensor], keep: bool) -> Dict[str, Tensor]:
  out = annotate(Dict[str, Tensor], {})
  features = resnet(torch.contiguous(torch.to(pixels, DTYPE), memory_format=2), w, "backbone")
  for i in range(4):
    out["c" + str(i + 2)] = features[i]

  # (B, D, h, w) lies channels last, so that tokens (B, N, D) are a view
  projected = conv(features[3], w, "projection", 1, 0, 1, "none")
  position = image_position(projected, w)
  memory = torch.transpose(torch.flatten(projected, 2), 1, 2)
  for i in range(ENCODER_LAYERS):
    memory = encoder_layer(memory, position, w, "encoder." + str(i))
    if keep:
      out["encoder." + str(i)] = memory

  # (B, Q, D): content starts at nothing, the queries' identity is their position
  queries = torch.expand(w["queries"], [memory.size(0), -1, -1])
  x = torch.zeros_like(queries)
  keys = memory + position
  for i in range(DECODER_LAYERS):
    x = decoder_layer(x, queries, keys, memory, w, "decoder." + str(i))
    if keep:
      out["decoder." + str(i)] = x
    if NORM_BETWEEN_LAYERS:
      x = layer_norm(x, w, "decoder.norm")
  x = layer_norm(x, w, "decoder.norm")
  if keep:
    out["decoded"] = x

  # The heads are small and their results are read as they are, so they stay in float32.
  x = torch.to(x, 6)
  out["logits"] = torch.linear(x, w["class.weight"], w["class.bias"])
  out["boxes"] = torch.sigmoid(box_head(x, w))
  return out

# (1, N, D)
def image_position(x: Tensor, w: Dict[str, Tensor]) -> Tensor:
  if LEARNED_POSITIONS:
    return learned_position(x.size(2), x.size(3), w["position.rows"], w["position.columns"])
  return sine_position(x.size(2), x.size(3), x.size(1), 10000.0, x)

def encoder_layer(x: Tensor, position: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  x = add_norm(x, self_attention(x, position, w, name + ".self", ENCODER_HEADS), w, name + ".self.norm")
  return add_norm(x, feed_forward(x, w, name, ACTIVATION), w, name + ".norm")

def decoder_layer(
    x: Tensor, queries: Tensor, keys: Tensor, memory: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  x = add_norm(x, self_attention(x, queries, w, name + ".self", DECODER_HEADS), w, name + ".self.norm")
  seen = cross_attention(x, queries, keys, memory, w, name + ".cross", DECODER_HEADS)
  x = add_norm(x, seen, w, name + ".cross.norm")
  return add_norm(x, feed_forward(x, w, name, ACTIVATION), w, name + ".norm")

# (B, Q, D) -> (B, Q, 4)
def box_head(x: Tensor, w: Dict[str, Tensor]) -> Tensor:
  x = torch.relu_(torch.linear(x, w["box.0.weight"], w["box.0.bias"]))
  x = torch.relu_(torch.linear(x, w["box.1.weight"], w["box.1.bias"]))
  return torch.linear(x, w["box.2.weight"], w["box.2.bias"])

def prepare(w: Dict[str, Tensor]) -> Dict[str, Tensor]:
  ready = annotate(Dict[str, Tensor], {})
  for name in w.keys():
    if name.startswith("class.") or name.startswith("box."):
      ready[name] = w[name]
    elif not name.startswith("backbone."):
      ready[name] = torch.to(w[name], DTYPE)
  for i in range(ENCODER_LAYERS):
    prepare_self_attention(w, ready, "encoder." + str(i) + ".self")
  for i in range(DECODER_LAYERS):
    prepare_self_attention(w, ready, "decoder." + str(i) + ".self")
  ready["projection.weight"] = prepack(w["projection.weight"], 1, 0, 1)
  prepare_resnet(w, ready, "backbone")
  return ready
