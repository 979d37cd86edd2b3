# Predictions of every layer of fdr.py's decoder and of its denoising queries: logits, boxes, and the distributions ("corners") that
# the boxes come from. The set "pre" is what the first layer says before any distribution: its boxes are where those start from.
# The set "interm" is of the tokens that were picked. A layer's distributions reach back through those of the layers before; what
# a layer attends around, what distributions move, and the first content, where it is not learned, are cut off.

def predictions(pixels: Tensor, w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
  steps = annotate(Dict[str, Tensor], {})
  memory, sizes = tokens_of(encoder(backbone(pixels, w), w, steps), w)
  content, picked_boxes = select_queries(memory, sizes, w, steps)
  content, boxes = training_queries(content, picked_boxes, w, inputs)
  logits, last = decode(content, boxes, memory, sizes, w, steps)
  out = annotate(Dict[str, Tensor], {})
  first = exact_linear(steps["decoder.0"], w, class_of_layer(0))
  add_split(out, "pre", "logits.", first, inputs)
  add_split(out, "pre", "boxes.", steps["decoder.first"], inputs)
  for i in range(DECODER_LAYERS):
    name = "decoder." + str(i)
    corners = steps[name + ".corners"]
    if i < DECODER_LAYERS - 1:
      scores = exact_linear(steps[name], w, class_of_layer(i)) + quality_of(distributions_of(corners), w, name + ".quality")
    else:
      scores = logits
    add_split(out, str(i), "logits.", scores, inputs)
    add_split(out, str(i), "boxes.", steps[name + ".boxes"], inputs)
    if DISTRIBUTIONS_LEARN:
      add_split(out, str(i), "corners.", corners, inputs)
  out["places"] = w["decoder.places"]
  add_predictions(out, "interm", of_tokens(steps["query.scores"], steps["query.tokens"]), picked_boxes)
  return out

# The last layer's head is the one that detecting reads too.
def class_of_layer(layer: int) -> str:
  if layer == DECODER_LAYERS - 1:
    return "decoder.class"
  return "decoder." + str(layer) + ".class"

# What a layer says of denoising slots, the first ones, and of the other queries.
def add_split(out: Dict[str, Tensor], set: str, kind: str, x: Tensor, inputs: Dict[str, Tensor]) -> None:
  slots = 0
  if "denoising.labels" in inputs:
    slots = inputs["denoising.labels"].size(1)
    out[kind + "dn_" + set] = torch.slice(x, 1, 0, slots)
  out[kind + set] = torch.slice(x, 1, slots)
