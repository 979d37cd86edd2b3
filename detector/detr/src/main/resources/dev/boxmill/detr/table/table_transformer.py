# Table Transformer: Smock et al., "PubTables-1M: Towards Comprehensive Table Extraction From Unstructured Documents" (2021).
# It differs from DETR in this: every layer's norms lie before attention and feed-forward network ("pre-norm"), and the
# encoder's tokens go through one more.
#
# B batch, N cells of the last feature map, D model width, Q object queries.

# The last class of "logits" means "no object". Steps: "encoder.I", "memory", "decoder.I", "decoded".
def detect(pixels: Tensor, w: Dict[str, Tensor], steps: Optional[Dict[str, Tensor]]) -> Dict[str, Tensor]:
  features = backbone(pixels, w)
  projected = project(features[3], w)
  position = image_position(projected, w)
  memory = layer_norm(encode(projected, position, w, steps), w, "encoder.norm")
  record(steps, "memory", memory)

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

# x (B, N, D), position (1, N, D) -> (B, N, D)
def encoder_layer(
    x: Tensor, position: Tensor, w: Dict[str, Tensor], name: str, heads: int, activation: str) -> Tensor:
  x = x + self_attention(layer_norm(x, w, name + ".self.norm"), position, w, name + ".self", heads)
  return x + feed_forward(layer_norm(x, w, name + ".norm"), w, name, activation)

def decoder_layer(
    x: Tensor, queries: Tensor, keys: Tensor, memory: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  x = x + self_attention(layer_norm(x, w, name + ".self.norm"), queries, w, name + ".self", DECODER_HEADS)
  normed = layer_norm(x, w, name + ".cross.norm")
  x = x + cross_attention(normed, queries, keys, memory, w, name + ".cross", DECODER_HEADS)
  return x + feed_forward(layer_norm(x, w, name + ".norm"), w, name, ACTIVATION)

def prepare(w: Dict[str, Tensor]) -> Dict[str, Tensor]:
  ready = prepare_encoder(w, ["class.", "box."])
  for i in range(DECODER_LAYERS):
    prepare_self_attention(w, ready, "decoder." + str(i) + ".self")
  return ready
