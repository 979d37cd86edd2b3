# DAB-DETR: Liu et al., "DAB-DETR: Dynamic Anchor Boxes are Better Queries for DETR" (2022), and DN-DETR, which is the
# same network trained otherwise, but for what its queries start from (Li et al., "DN-DETR: Accelerate DETR Training by
# Introducing Query DeNoising", 2022).
#
# B batch, H x W pixels, N cells of the last feature map, D model width, P patterns, Q queries: anchor boxes times
# patterns, C classes.

# inputs: "pixels" (B, 3, H, W) float32, normalized.
# Returns "logits" (B, Q, C), "boxes" (B, Q, 4) as (cx, cy, w, h) shares of the image, both float32; and the backbone's
# feature maps "c2" to "c5".
def forward(w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
  return detect(inputs["pixels"], w, False)

# Every step's result, in float32: "c2" to "c5", "encoder.I", "memory", "references.I" which enter decoder layer I,
# "decoder.I", "decoded", "logits", "boxes".
def stages(w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
  return float32_of(detect(inputs["pixels"], w, True))

def detect(pixels: Tensor, w: Dict[str, Tensor], keep: bool) -> Dict[str, Tensor]:
  out = annotate(Dict[str, Tensor], {})
  projected = project(pixels, w, out)
  position = scaled_sine_position(
    projected.size(2), projected.size(3), projected.size(1), TEMPERATURE_HEIGHT, TEMPERATURE_WIDTH, SINE_SCALE, projected)
  memory = encode_scaled(tokens_of(projected), position, w, out, keep)

  # (B, Q, D), and (B, Q, 4) float32
  x = torch.expand(w["content"], [memory.size(0), -1, -1])
  references = torch.expand(w["references"], [memory.size(0), -1, -1])
  for i in range(DECODER_LAYERS):
    if i > 0:
      references = torch.sigmoid(exact_mlp(x, w, "box", 3) + inverse_sigmoid(references, INVERSE_SIGMOID_EPS))
    if keep:
      out["references." + str(i)] = references
    x = decoder_layer(x, references, memory, position, w, i)
    if keep:
      out["decoder." + str(i)] = x
  # The boxes that layers hand on come from before this norm, the answer from behind it.
  x = layer_norm(x, w, "decoder.norm")
  if keep:
    out["decoded"] = x
  out["logits"] = exact_linear(x, w, "class")
  out["boxes"] = torch.sigmoid(exact_mlp(x, w, "box", 3) + inverse_sigmoid(references, INVERSE_SIGMOID_EPS))
  return out

# What tokens hold scales their positions before each layer. x (B, N, D), position (1, N, D)
def encode_scaled(x: Tensor, position: Tensor, w: Dict[str, Tensor], out: Dict[str, Tensor], keep: bool) -> Tensor:
  for i in range(ENCODER_LAYERS):
    x = encoder_layer(x, position * mlp(x, w, "encoder.scale"), w, "encoder." + str(i))
    if keep:
      out["encoder." + str(i)] = x
  if ENCODER_NORM:
    x = layer_norm(x, w, "encoder.norm")
  if keep:
    out["memory"] = x
  return x

def decoder_layer(
    x: Tensor, references: Tensor, memory: Tensor, memory_position: Tensor, w: Dict[str, Tensor], layer: int) -> Tensor:
  sine = sine_of(references, x.size(2))
  position = mlp(torch.to(sine, DTYPE), w, "decoder.position")
  sine = torch.narrow(sine, 2, 0, x.size(2)) * size_scale(x, references, w)
  if layer > 0:
    sine = sine * mlp(x, w, "decoder.scale")
  sine = torch.to(sine, DTYPE)
  return conditional_layer(x, position, sine, memory, memory_position, w, "decoder." + str(layer), DECODER_HEADS)

# How much wider and higher a query expects its object than its reference is: (B, Q, D), first the height's share for the
# features of y, then the width's for those of x. Section 4.4 of DAB-DETR.
def size_scale(x: Tensor, references: Tensor, w: Dict[str, Tensor]) -> Tensor:
  share = torch.sigmoid(exact_mlp(x, w, "decoder.size", 2)) / torch.narrow(references, 2, 2, 2)
  return torch.repeat_interleave(torch.flip(share, [2]), x.size(2) // 2, 2)

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
