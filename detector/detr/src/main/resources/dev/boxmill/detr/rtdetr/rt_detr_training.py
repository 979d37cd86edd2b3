# Predictions of every decoder layer of RT-DETR and of its denoising queries, and the set "interm" of the tokens that were picked.
# A layer's prediction starts from the box that the layer before moved, and that one learns from it, as in DINO; what a layer
# attends around is cut off, and so are the first boxes and, where it is not learned, the first content.

def predictions(pixels: Tensor, w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
  steps = annotate(Dict[str, Tensor], {})
  features = backbone(pixels, w)
  memory, sizes = tokens_of(hybrid_encoder([features[1], features[2], features[3]], w), w)
  content, picked_boxes = select_queries(memory, sizes, w, steps)
  content, boxes = training_queries(content, picked_boxes, w, inputs)
  logits, moved = decode(content, boxes, memory, sizes, w, steps)
  out = annotate(Dict[str, Tensor], {})
  for i in range(DECODER_LAYERS):
    name = "decoder." + str(i)
    x = steps[name]
    twice = torch.sigmoid(exact_mlp(x, w, name + ".box", 3) + inverse_sigmoid(boxes, 1e-5))
    add_split_predictions(out, i, exact_linear(x, w, name + ".class"), twice, inputs)
    boxes = steps[name + ".boxes"]
  add_predictions(out, "interm", of_tokens(steps["query.scores"], steps["query.tokens"]), picked_boxes)
  return out

# Cross-stage partial block, with nothing in place.
def csp(x: Tensor, other: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  fused = torch.contiguous(torch.cat([x, other], 1), memory_format=CHANNELS_LAST)
  y = conv(fused, w, name + ".0", 1, 0, 1, CONV_ACTIVATION)
  for i in range(3):
    y = conv(y, w, name + ".rep." + str(i), 1, 1, 1, CONV_ACTIVATION)
  y = y + conv(fused, w, name + ".1", 1, 0, 1, CONV_ACTIVATION)
  if EXPANDED:
    y = conv(y, w, name + ".2", 1, 0, 1, CONV_ACTIVATION)
  return y
