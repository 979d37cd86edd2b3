# D-FINE's hybrid encoder: RT-DETR's self-attention within the coarse map, then elan.py's fusion.
# Constants: LEVELS (the last maps of the backbone that it reads), PROJECTED (for each, whether a convolution brings it to
# the encoder's width); and those of aifi.py and elan.py.

# All maps of the backbone -> LEVELS fused maps.
def encoder(features: List[Tensor], w: Dict[str, Tensor], steps: Optional[Dict[str, Tensor]]) -> List[Tensor]:
  maps = annotate(List[Tensor], [])
  for level in range(LEVELS):
    x = features[len(features) - LEVELS + level]
    if PROJECTED[level]:
      x = conv(x, w, "encoder.input." + str(level), 1, 0, 1, "none")
    maps.append(x)
  return fused_maps(encoded_levels(maps, w), w)

def prepare_encoder(w: Dict[str, Tensor], ready: Dict[str, Tensor]) -> None:
  for level in range(LEVELS):
    if PROJECTED[level]:
      prepare_neck(w, ready, "encoder.input." + str(level), 1, 0)
  prepare_aifi(w, ready)
  prepare_fused_maps(w, ready, LEVELS)
