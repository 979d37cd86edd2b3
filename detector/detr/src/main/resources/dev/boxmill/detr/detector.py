# From resized pictures to detections: the pictures of a batch share one exact shape, so nothing is padded.

def detect_pictures(w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
  # inputs "0", "1", ...: (3, h, w) uint8
  pictures = annotate(List[Tensor], [])
  for i in range(len(inputs)):
    pictures = torch.append(pictures, inputs[str(i)])
  normalised = annotate(Dict[str, Tensor], {})
  normalised["pixels"] = normalise(torch.stack(pictures))
  return forward(w, normalised)
