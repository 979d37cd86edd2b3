# From resized pictures to detections: the pictures of a batch share one exact shape, so nothing is padded.

# inputs "0", "1", ...: (3, h, w) uint8
def detect_pictures(w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
  normalized = annotate(Dict[str, Tensor], {})
  normalized["pixels"] = pixels_of(inputs)
  return forward(w, normalized)

# The backbone alone, of pictures as above: its maps "c2" to "c5", to the bit those that detect_pictures gives.
def feature_maps(w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
  features = backbone(pixels_of(inputs), w)
  out = annotate(Dict[str, Tensor], {})
  for i in range(4):
    out["c" + str(i + 2)] = features[i]
  return out

# (B, 3, h, w) float32
def pixels_of(inputs: Dict[str, Tensor]) -> Tensor:
  pictures = annotate(List[Tensor], [])
  for i in range(len(inputs)):
    pictures.append(inputs[str(i)])
  return normalize(torch.stack(pictures))
