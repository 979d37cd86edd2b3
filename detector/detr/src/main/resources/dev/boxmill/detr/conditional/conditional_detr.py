# Conditional DETR: Meng et al., "Conditional DETR for Fast Training Convergence" (2021).
#
# B batch, N cells of the last feature map, D model width, Q object queries.

# Steps: "encoder.I", "references", "decoder.I", "decoded".
def detect(pixels: Tensor, w: Dict[str, Tensor], steps: Optional[Dict[str, Tensor]]) -> Dict[str, Tensor]:
  features = backbone(pixels, w)
  projected = project(features[3], w)
  position = image_position(projected, w)
  memory = encode(projected, position, w, steps)

  # (B, Q, D): content starts at nothing, the queries' identity is their position
  queries = torch.expand(w["queries"], [memory.size(0), -1, -1])
  x = torch.zeros_like(queries)
  sine = torch.expand(w["references.sine"], [memory.size(0), -1, -1])
  for i in range(DECODER_LAYERS):
    # what a query has gathered so far scales where it attends
    scaled = sine
    if i > 0:
      scaled = sine * mlp(x, w, "decoder.scale")
    x = conditional_layer(
      x, queries, torch.to(scaled, DTYPE), memory, position, w, "decoder." + str(i), DECODER_HEADS)
    record(steps, "decoder." + str(i), x)
    if NORM_BETWEEN_LAYERS:
      x = layer_norm(x, w, "decoder.norm")
  x = layer_norm(x, w, "decoder.norm")
  record(steps, "decoded", x)
  record(steps, "references", torch.expand(w["references"], [memory.size(0), -1, -1]))

  # (1, Q, 4): no reference for width and height
  offset = torch.constant_pad_nd(inverse_sigmoid(w["references"], INVERSE_SIGMOID_EPS), [0, 2])
  boxes = torch.sigmoid(exact_mlp(x, w, "box", 3) + offset)
  return results(features, exact_linear(x, w, "class"), boxes)

# The reference points of queries don't depend on the image: (1, Q, 2), and their embedding (1, Q, D), float32.
def prepare(w: Dict[str, Tensor]) -> Dict[str, Tensor]:
  ready = prepare_encoder(w, ["class.", "box."])
  for i in range(DECODER_LAYERS):
    prepare_conditional_layer(w, ready, "decoder." + str(i))
  references = torch.unsqueeze(torch.sigmoid(exact_mlp(w["queries"], w, "decoder.reference", 2)), 0)
  ready["references"] = references
  ready["references.sine"] = sine_of(references, w["queries"].size(1), w)
  return ready
