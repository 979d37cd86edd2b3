# From resized pictures to detections. The pictures of a batch share one exact shape. Where a checkpoint was trained on padded
# images, all are filled up alike, so that what would be a mask depends on shapes alone: architecture/padding.py.

# inputs "0", "1", ...: (3, h, w) uint8; and the tables of an earlier pass of as many pictures of that size
def detect_pictures(w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
  own = with_tables(w, inputs)
  known = len(own)
  out = detect(pixels_of(own, inputs), own, None)
  out["boxes"] = of_image(out["boxes"], own)
  for map in ["c2", "c3", "c4", "c5"]:
    if map in out:
      out[map] = shown(out[map], own)
  return with_new_tables(out, own, inputs, known)

# The backbone alone, of pictures as above: its maps from "c2" on, to the bit those that detect_pictures gives; and "last", one
# of the values that are computed last.
def feature_maps(w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
  own = with_tables(w, inputs)
  known = len(own)
  features = backbone(pixels_of(own, inputs), own)
  out = annotate(Dict[str, Tensor], {})
  for i in range(len(features)):
    out["c" + str(i + 2)] = shown(features[i], own)
  out["last"] = features[-1][0, 0, 0, :1]
  return with_new_tables(out, own, inputs, known)

# (B, 3, h, w) float32
def pixels_of(w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Tensor:
  pictures = annotate(List[Tensor], [])
  while str(len(pictures)) in inputs:
    pictures.append(inputs[str(len(pictures))])
  return padded(normalize(torch.stack(pictures), w), w)
