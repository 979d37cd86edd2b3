# RT-DETR's hybrid encoder: Zhao et al., "DETRs Beat YOLOs on Real-time Object Detection" (2023), section 4.2.
# AIFI: self-attention within the coarse maps. CCFM: a top-down and a bottom-up path that fuse neighboring scales.
#
# B images, D ENCODER_DIM channels, N = h * w tokens. Maps are (B, D, h, w), channels_last, DTYPE; three of them, fine
# (stride 8) to coarse (32).
# Constants: those of aifi.py and neck.py, CONV_ACTIVATION, EXPANDED (whether CSP blocks are narrower than the maps).

# Backbone maps C3 to C5 -> three fused maps.
def hybrid_encoder(features: List[Tensor], w: Dict[str, Tensor]) -> List[Tensor]:
  maps = annotate(List[Tensor], [])
  for level in range(3):
    maps.append(conv(features[level], w, "encoder.input." + str(level), 1, 0, 1, "none"))
  return ccfm(encoded_levels(maps, w), w)

def ccfm(maps: List[Tensor], w: Dict[str, Tensor]) -> List[Tensor]:
  # top-down: each finer map with the coarser one enlarged to its size
  coarse = conv(maps[2], w, "encoder.lateral.0", 1, 0, 1, CONV_ACTIVATION)
  middle = csp(enlarged(coarse, maps[1]), maps[1], w, "encoder.top_down.0")
  middle = conv(middle, w, "encoder.lateral.1", 1, 0, 1, CONV_ACTIVATION)
  fine = csp(enlarged(middle, maps[0]), maps[0], w, "encoder.top_down.1")
  # bottom-up: each coarser map with the finer one reduced
  reduced = conv(fine, w, "encoder.reduce.0", 2, 1, 1, CONV_ACTIVATION)
  middle = csp(reduced, middle, w, "encoder.bottom_up.0")
  reduced = conv(middle, w, "encoder.reduce.1", 2, 1, 1, CONV_ACTIVATION)
  coarse = csp(reduced, coarse, w, "encoder.bottom_up.1")
  return [fine, middle, coarse]

# Cross-stage partial block: three RepVGG convolutions beside a 1x1 shortcut.
def csp(x: Tensor, other: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  fused = torch.contiguous(torch.cat([x, other], 1), memory_format=CHANNELS_LAST)
  y = conv(fused, w, name + ".0", 1, 0, 1, CONV_ACTIVATION)
  for i in range(3):
    y = conv(y, w, name + ".rep." + str(i), 1, 1, 1, CONV_ACTIVATION)
  y = torch.add_(y, conv(fused, w, name + ".1", 1, 0, 1, CONV_ACTIVATION))
  if EXPANDED:
    y = conv(y, w, name + ".2", 1, 0, 1, CONV_ACTIVATION)
  return y

def prepare_hybrid_encoder(w: Dict[str, Tensor], ready: Dict[str, Tensor]) -> None:
  for level in range(3):
    prepare_conv_norm(w, ready, "encoder.input." + str(level), 1, 0, 1)
  for i in range(2):
    n = str(i)
    prepare_neck(w, ready, "encoder.lateral." + n, 1, 0)
    prepare_neck(w, ready, "encoder.reduce." + n, 2, 1)
    prepare_csp(w, ready, "encoder.top_down." + n)
    prepare_csp(w, ready, "encoder.bottom_up." + n)
  prepare_aifi(w, ready)

def prepare_csp(w: Dict[str, Tensor], ready: Dict[str, Tensor], name: str) -> None:
  prepare_neck(w, ready, name + ".0", 1, 0)
  prepare_neck(w, ready, name + ".1", 1, 0)
  for i in range(3):
    prepare_rep_vgg(w, ready, name + ".rep." + str(i))
  if EXPANDED:
    prepare_neck(w, ready, name + ".2", 1, 0)
