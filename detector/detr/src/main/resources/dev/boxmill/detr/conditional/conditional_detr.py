# Conditional DETR: Meng et al., "Conditional DETR for Fast Training Convergence" (2021).
#
# B batch, H x W pixels, N cells of the last feature map, D model width, Q object queries, C classes.

# inputs: "pixels" (B, 3, H, W) float32, normalized.
# Returns "logits" (B, Q, C), "boxes" (B, Q, 4) as (cx, cy, w, h) shares of the image, both float32; and the backbone's
# feature maps "c2" to "c5".
def forward(w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
  return detect(inputs["pixels"], w, False)

# Every step's result, in float32: "c2" to "c5", "encoder.I", "references", "decoder.I", "decoded", "logits", "boxes".
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
  sine = torch.expand(w["references.sine"], [memory.size(0), -1, -1])
  for i in range(DECODER_LAYERS):
    # what a query has seen so far scales where it looks
    scaled = sine
    if i > 0:
      scaled = sine * mlp(x, w, "decoder.scale")
    x = conditional_layer(
      x, queries, torch.to(scaled, DTYPE), memory, position, w, "decoder." + str(i), DECODER_HEADS)
    if keep:
      out["decoder." + str(i)] = x
    if NORM_BETWEEN_LAYERS:
      x = layer_norm(x, w, "decoder.norm")
  x = layer_norm(x, w, "decoder.norm")
  if keep:
    out["decoded"] = x
    out["references"] = torch.expand(w["references"], [memory.size(0), -1, -1])

  # (1, Q, 4): no reference for width and height
  offset = torch.constant_pad_nd(inverse_sigmoid(w["references"], INVERSE_SIGMOID_EPS), [0, 2])
  out["logits"] = exact_linear(x, w, "class")
  out["boxes"] = torch.sigmoid(exact_mlp(x, w, "box", 3) + offset)
  return out

# The points that queries look around don't depend on the image: (1, Q, 2), and their embedding (1, Q, D), float32.
def prepare(w: Dict[str, Tensor]) -> Dict[str, Tensor]:
  ready = prepare_encoder(w, ["class.", "box."])
  for i in range(DECODER_LAYERS):
    prepare_conditional_layer(w, ready, "decoder." + str(i))
  references = torch.unsqueeze(torch.sigmoid(exact_mlp(w["queries"], w, "decoder.reference", 2)), 0)
  ready["references"] = references
  ready["references.sine"] = sine_of(references, w["queries"].size(1))
  return ready
