# Predictions of every decoder layer of DETR (section 3.1 of the paper, "auxiliary decoding losses"): the same norm and the same
# heads behind each. Nothing is detached.

def predictions(pixels: Tensor, w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
  steps = annotate(Dict[str, Tensor], {})
  last = detect(pixels, w, steps)
  out = annotate(Dict[str, Tensor], {})
  for i in range(DECODER_LAYERS - 1):
    x = layer_norm(steps["decoder." + str(i)], w, "decoder.norm")
    add_predictions(out, str(i), exact_linear(x, w, "class"), torch.sigmoid(exact_mlp(x, w, "box", 3)))
  add_predictions(out, str(DECODER_LAYERS - 1), last["logits"], last["boxes"])
  return out
