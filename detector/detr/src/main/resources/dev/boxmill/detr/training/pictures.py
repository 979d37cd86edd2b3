# From resized pictures to the pixels of a training batch, normalized as for detecting. The pictures share one exact shape.

# inputs "0", "1", ...: (3, h, w) uint8, or float32. Returns "pixels" (B, 3, h, w) float32.
def normalized_pictures(w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
  pictures = annotate(List[Tensor], [])
  while str(len(pictures)) in inputs:
    pictures.append(inputs[str(len(pictures))])
  out = annotate(Dict[str, Tensor], {})
  out["pixels"] = normalize(torch.stack(pictures), annotate(Dict[str, Tensor], {}))
  return out
