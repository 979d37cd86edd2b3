# Predictions of every decoder layer of DINO and of its denoising queries, and the set "interm" of the tokens that were picked.
# A layer's prediction starts from the box that the layer before moved, and that one learns from it ("look forward twice");
# what a layer attends around is cut off.
#
# B images, Q QUERIES.

def predictions(pixels: Tensor, w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
  steps = annotate(Dict[str, Tensor], {})
  features = backbone(pixels, w)
  tokens, sizes, padding = tokens_of(features, w)
  memory = encode(tokens, sizes, w, steps)
  boxes = torch.detach(select_boxes(memory, sizes, padding, w, steps))
  content = torch.expand(torch.unsqueeze(w["query.content"], 0), [memory.size(0), -1, -1])
  if "denoising.labels" in inputs:
    labels = torch.to(denoising_labels(inputs, w["label_embeddings"]), DTYPE)
    content = torch.cat([labels, content], 1)
    boxes = torch.cat([denoising_boxes(inputs, 1e-3), boxes], 1)
    mask_denoising(inputs, QUERIES, w, DECODER_LAYERS)
  logits, last = decode(content, boxes, memory, sizes, w, steps)
  out = annotate(Dict[str, Tensor], {})
  for i in range(DECODER_LAYERS - 1):
    name = "decoder." + str(i)
    x = steps[name + ".normed"]
    add_split_predictions(out, i, exact_linear(x, w, name + ".class"), moved(boxes, x, w, name), inputs)
    boxes = steps[name + ".boxes"]
  add_split_predictions(out, DECODER_LAYERS - 1, logits, last, inputs)
  picked = of_tokens(steps["query.scores"], steps["query.tokens"])
  # the labels' embedding counts as read where there is nothing to clean
  picked = picked + torch.sum(w["label_embeddings"]) * 0.0
  add_predictions(out, "interm", picked, steps["query.boxes"])
  return out
