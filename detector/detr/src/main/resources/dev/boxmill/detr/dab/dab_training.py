# Predictions of every decoder layer of DAB-DETR, and of DN-DETR's denoising queries.
#
# B images, Q queries, D model width.

def predictions(pixels: Tensor, w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
  if "denoising.labels" in inputs:
    add_denoising_queries(pixels.size(0), w, inputs)
  steps = annotate(Dict[str, Tensor], {})
  last = detect(pixels, w, steps)
  out = annotate(Dict[str, Tensor], {})
  for i in range(DECODER_LAYERS - 1):
    x = layer_norm(steps["decoder." + str(i)], w, "decoder.norm")
    offset = inverse_sigmoid(steps["references." + str(i)], INVERSE_SIGMOID_EPS)
    boxes = torch.sigmoid(exact_mlp(x, w, "box", 3) + offset)
    add_split_predictions(out, i, exact_linear(x, w, "class"), boxes, inputs)
  add_split_predictions(out, DECODER_LAYERS - 1, last["logits"], last["boxes"], inputs)
  return out

# They hold the embedding of their noised label, and 1 to tell them from the others.
def add_denoising_queries(images: int, w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> None:
  labels = torch.constant_pad_nd(w["label_embeddings"], [0, 1], 1.0)
  queries = w["content"].size(1)
  content = torch.expand(w["content"], [images, -1, -1])
  references = torch.expand(w["references"], [images, -1, -1])
  w["content"] = torch.cat([torch.to(denoising_labels(inputs, labels), DTYPE), content], 1)
  w["references"] = torch.cat([denoising_boxes(inputs, INVERSE_SIGMOID_EPS), references], 1)
  mask_denoising(inputs, queries, w, DECODER_LAYERS)
