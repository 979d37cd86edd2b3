# Predictions of every decoder layer of Deformable DETR, and with two stages the set "enc" of all the encoder's tokens, which
# learn there that all objects are of the first class.

def predictions(pixels: Tensor, w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
  steps = annotate(Dict[str, Tensor], {})
  last = detect(pixels, w, steps)
  out = annotate(Dict[str, Tensor], {})
  for i in range(DECODER_LAYERS - 1):
    name = "decoder." + str(i)
    x = steps[name]
    if REFINED:
      add_predictions(out, str(i), exact_linear(x, w, name + ".class"), steps[name + ".boxes"])
    else:
      boxes = moved(steps["query.references"], exact_mlp(x, w, "decoder.box", 3))
      add_predictions(out, str(i), exact_linear(x, w, "decoder.class"), boxes)
  add_predictions(out, str(DECODER_LAYERS - 1), last["logits"], last["boxes"])
  if TWO_STAGE:
    add_predictions(out, "enc", steps["query.logits"], steps["query.boxes"])
  return out

# Scores and boxes of all tokens, which learn from their own losses alone.
def select_boxes(
    memory: Tensor, sizes: List[List[int]], padding: int, w: Dict[str, Tensor],
    steps: Optional[Dict[str, Tensor]]) -> Tensor:
  anchors, valid = anchors_of(sizes, padding, w, memory)
  x = candidates_of(memory, valid, w)
  logits = exact_linear(x, w, "query.class")
  boxes = torch.sigmoid(exact_mlp(x, w, "query.box", 3) + anchors)
  record(steps, "query.logits", logits)
  record(steps, "query.boxes", boxes)
  tokens = best_tokens(torch.select(torch.detach(logits), 2, 0), QUERIES)
  return of_tokens(torch.detach(boxes), tokens)
