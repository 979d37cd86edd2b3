# What the decoder of RT-DETR and its descendants starts from in training: the picked queries, denoising queries before them.

# (content, boxes) of the tokens that were picked -> those of all queries. Picked boxes are cut off, and so is their content where it
# is not learned.
def training_queries(
    content: Tensor, picked_boxes: Tensor, w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Tuple[Tensor, Tensor]:
  boxes = torch.detach(picked_boxes)
  if not LEARNED_QUERIES:
    content = torch.detach(content)
  if "denoising.labels" in inputs:
    table = w["label_embeddings"]
    # unused slots hold one class more than there are, which learns nothing
    labels = torch.embedding(table, torch.to(inputs["denoising.labels"], INT64), table.size(0) - 1)
    content = torch.cat([torch.to(labels, DTYPE), content], 1)
    boxes = torch.cat([denoising_boxes(inputs, 1e-5), boxes], 1)
    mask_denoising(inputs, QUERIES, w, DECODER_LAYERS)
  return content, boxes
