# DETR: End-to-End Object Detection with Transformers (Carion et al., 2020).
#
# B batch, N cells of the last feature map, D model width, Q object queries.

# The last class of "logits" means "no object". Steps: "encoder.I", "decoder.I", "decoded".
def detect(pixels: Tensor, w: Dict[str, Tensor], steps: Optional[Dict[str, Tensor]]) -> Dict[str, Tensor]:
  features = backbone(pixels, w)
  projected = project(features[3], w)
  position = image_position(projected, w)
  memory = encode(projected, position, w, steps)

  # (B, Q, D): content starts at nothing, the queries' identity is their position
  queries = torch.expand(w["queries"], [memory.size(0), -1, -1])
  x = torch.zeros_like(queries)
  keys = memory + position
  for i in range(DECODER_LAYERS):
    x = decoder_layer(x, queries, keys, memory, w, "decoder." + str(i))
    record(steps, "decoder." + str(i), x)
    if NORM_BETWEEN_LAYERS:
      x = layer_norm(x, w, "decoder.norm")
  x = layer_norm(x, w, "decoder.norm")
  record(steps, "decoded", x)

  # The heads are small and their results are read as they are, so they stay in float32.
  return results(features, exact_linear(x, w, "class"), torch.sigmoid(exact_mlp(x, w, "box", 3)))

def decoder_layer(
    x: Tensor, queries: Tensor, keys: Tensor, memory: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  x = add_norm(x, self_attention(x, queries, w, name + ".self", DECODER_HEADS), w, name + ".self.norm")
  attended = cross_attention(x, queries, keys, memory, w, name + ".cross", DECODER_HEADS)
  x = add_norm(x, attended, w, name + ".cross.norm")
  return add_norm(x, feed_forward(x, w, name, ACTIVATION), w, name + ".norm")

def prepare(w: Dict[str, Tensor]) -> Dict[str, Tensor]:
  ready = prepare_encoder(w, ["class.", "box."])
  for i in range(DECODER_LAYERS):
    prepare_self_attention(w, ready, "decoder." + str(i) + ".self")
  return ready
