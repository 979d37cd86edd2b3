# DAB-DETR: Liu et al., "DAB-DETR: Dynamic Anchor Boxes are Better Queries for DETR" (2022), and DN-DETR, which is the
# same network, trained in another way and with another content of its queries (Li et al., "DN-DETR: Accelerate DETR Training by
# Introducing Query DeNoising", 2022).
#
# B batch, N cells of the last feature map, D model width, P patterns, Q queries: anchor boxes times patterns.

# Steps: "encoder.I", "memory", "references.I" which enter decoder layer I, "decoder.I", "decoded".
def detect(pixels: Tensor, w: Dict[str, Tensor], steps: Optional[Dict[str, Tensor]]) -> Dict[str, Tensor]:
  features = backbone(pixels, w)
  projected = project(features[3], w)
  position = scaled_position(projected, w)
  memory = encode_scaled(tokens_of(projected), position, w, steps)

  # (B, Q, D), and (B, Q, 4) float32
  x = torch.expand(w["content"], [memory.size(0), -1, -1])
  references = torch.expand(w["references"], [memory.size(0), -1, -1])
  moved = references
  for i in range(DECODER_LAYERS):
    if i > 0:
      moved = torch.sigmoid(exact_mlp(x, w, "box", 3) + inverse_sigmoid(references, INVERSE_SIGMOID_EPS))
      # in training, a layer's box learns from the next one's result, but not from what that attends to
      references = torch.detach(moved)
    record(steps, "references." + str(i), moved)
    x = decoder_layer(x, references, memory, position, w, i)
    record(steps, "decoder." + str(i), x)
  # The boxes for the next layer are computed before this norm, the result behind it.
  x = layer_norm(x, w, "decoder.norm")
  record(steps, "decoded", x)
  boxes = torch.sigmoid(exact_mlp(x, w, "box", 3) + inverse_sigmoid(moved, INVERSE_SIGMOID_EPS))
  return results(features, exact_linear(x, w, "class"), boxes)

# (1, N, D)
def scaled_position(projected: Tensor, w: Dict[str, Tensor]) -> Tensor:
  if not ("table.position" in w):
    w["table.position"] = scaled_sine_position(
      projected.size(2), projected.size(3), projected.size(1), TEMPERATURE_HEIGHT, TEMPERATURE_WIDTH, SINE_SCALE, projected)
  return w["table.position"]

# What tokens hold scales their positions before each layer. x (B, N, D), position (1, N, D)
def encode_scaled(
    x: Tensor, position: Tensor, w: Dict[str, Tensor], steps: Optional[Dict[str, Tensor]]) -> Tensor:
  for i in range(ENCODER_LAYERS):
    scaled = position * mlp(x, w, "encoder.scale")
    x = encoder_layer(x, scaled, w, "encoder." + str(i), ENCODER_HEADS, ACTIVATION)
    record(steps, "encoder." + str(i), x)
  if ENCODER_NORM:
    x = layer_norm(x, w, "encoder.norm")
  record(steps, "memory", x)
  return x

def decoder_layer(
    x: Tensor, references: Tensor, memory: Tensor, memory_position: Tensor, w: Dict[str, Tensor], layer: int) -> Tensor:
  sine = sine_of(references, x.size(2), w)
  position = mlp(torch.to(sine, DTYPE), w, "decoder.position")
  sine = torch.narrow(sine, 2, 0, x.size(2)) * size_scale(x, references, w)
  if layer > 0:
    sine = sine * mlp(x, w, "decoder.scale")
  sine = torch.to(sine, DTYPE)
  return conditional_layer(x, position, sine, memory, memory_position, w, "decoder." + str(layer), DECODER_HEADS)

# How much wider and higher a query expects its object than its reference is: (B, Q, D), first the height's ratio for the
# features of y, then the width's for those of x. Section 4.4 of DAB-DETR.
def size_scale(x: Tensor, references: Tensor, w: Dict[str, Tensor]) -> Tensor:
  ratio = torch.sigmoid(exact_mlp(x, w, "decoder.size", 2)) / torch.narrow(references, 2, 2, 2)
  return torch.repeat_interleave(torch.flip(ratio, [2]), x.size(2) // 2, 2)

# Besides packing: the queries' first content (1, Q, D) and first boxes (1, Q, 4), all anchors with the first pattern,
# then all with the second, and so on.
def prepare(w: Dict[str, Tensor]) -> Dict[str, Tensor]:
  ready = prepare_encoder(w, ["class.", "box.", "decoder.size."])
  for i in range(DECODER_LAYERS):
    prepare_conditional_layer(w, ready, "decoder." + str(i))
  anchors = w["anchors"]
  content = first_content(w)
  ready["content"] = torch.to(torch.unsqueeze(torch.repeat_interleave(content, anchors.size(0), 0), 0), DTYPE)
  ready["references"] = torch.repeat(torch.unsqueeze(torch.sigmoid(anchors), 0), [1, content.size(0), 1])
  return ready

# (P, D)
def first_content(w: Dict[str, Tensor]) -> Tensor:
  if CONTENT == "patterns":
    return w["patterns"]
  if CONTENT == "no object":
    # the embedding of one class more than there are, and 0: no denoising query
    label = torch.slice(w["label_embeddings"], 0, -1)
    return torch.constant_pad_nd(label, [0, 1])
  return torch.zeros([1, w["decoder.norm.weight"].size(0)], device=w["decoder.norm.weight"].device)
