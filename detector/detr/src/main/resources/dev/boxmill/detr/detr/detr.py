# DETR: End-to-End Object Detection with Transformers (Carion et al., 2020).
#
# B batch, H x W pixels, N cells of the last feature map, D model width, Q object queries, C classes.

# inputs: "pixels" (B, 3, H, W) float32, normalized.
# Returns "logits" (B, Q, C + 1) whose last class means "no object", "boxes" (B, Q, 4) as (cx, cy, w, h) shares of the
# image, both float32; and the backbone's feature maps "c2" to "c5".
def forward(w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
  return detect(inputs["pixels"], w, False)

# Every step's result, in float32: "c2" to "c5", "encoder.I", "decoder.I", "decoded", "logits", "boxes".
def stages(w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
  return float32_of(detect(inputs["pixels"], w, True))

def detect(pixels: Tensor, w: Dict[str, Tensor], keep: bool) -> Dict[str, Tensor]:
  out = annotate(Dict[str, Tensor], {})
  projected = project(pixels, w, out)
  position = image_position(projected, w)
  memory = encode(projected, position, w, out, keep)

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
  out["logits"] = exact_linear(x, w, "class")
  out["boxes"] = torch.sigmoid(exact_mlp(x, w, "box", 3))
  return out

def decoder_layer(
    x: Tensor, queries: Tensor, keys: Tensor, memory: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  x = add_norm(x, self_attention(x, queries, w, name + ".self", DECODER_HEADS), w, name + ".self.norm")
  seen = cross_attention(x, queries, keys, memory, w, name + ".cross", DECODER_HEADS)
  x = add_norm(x, seen, w, name + ".cross.norm")
  return add_norm(x, feed_forward(x, w, name, ACTIVATION), w, name + ".norm")

def prepare(w: Dict[str, Tensor]) -> Dict[str, Tensor]:
  ready = prepare_encoder(w, ["class.", "box."])
  for i in range(DECODER_LAYERS):
    prepare_self_attention(w, ready, "decoder." + str(i) + ".self")
  return ready
