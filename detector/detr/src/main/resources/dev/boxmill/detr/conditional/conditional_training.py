# Predictions of every decoder layer of Conditional DETR. All layers share the heads, the norm before them, and the reference
# points, which learn from every layer.

def predictions(pixels: Tensor, w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
  steps = annotate(Dict[str, Tensor], {})
  last = detect(pixels, w, steps)
  offset = torch.constant_pad_nd(inverse_sigmoid(w["references"], INVERSE_SIGMOID_EPS), [0, 2])
  out = annotate(Dict[str, Tensor], {})
  for i in range(DECODER_LAYERS - 1):
    x = layer_norm(steps["decoder." + str(i)], w, "decoder.norm")
    add_predictions(out, str(i), exact_linear(x, w, "class"), torch.sigmoid(exact_mlp(x, w, "box", 3) + offset))
  add_predictions(out, str(DECODER_LAYERS - 1), last["logits"], last["boxes"])
  return out
