# ResNet-vd: He et al., "Bag of Tricks for Image Classification" (2018), variant D, as RT-DETR uses it.
# It differs from a plain ResNet in its stem of three 3x3 convolutions, and in shortcuts that halve their input by an
# average pool before the 1x1 convolution.
#
# Feature maps are (B, C, h, w), channels_last, in DTYPE. Constants: DEPTHS (blocks of each of the four stages),
# BOTTLENECK, STRIDE_IN_FIRST_CONV (where a bottleneck strides: its first 1x1, else its 3x3),
# SHORTCUTS (what the first block of each stage adds: "identity", "conv" or "pool").

# (B, 3, H, W) -> the four stages' outputs: strides 4, 8, 16, 32.
def backbone(pixels: Tensor, w: Dict[str, Tensor]) -> List[Tensor]:
  x = torch.contiguous(torch.to(pixels, DTYPE), memory_format=CHANNELS_LAST)
  x = conv(x, w, "backbone.stem.0", 2, 1, 1, "relu")
  x = conv(x, w, "backbone.stem.1", 1, 1, 1, "relu")
  x = conv(x, w, "backbone.stem.2", 1, 1, 1, "relu")
  x = max_pool(x)
  maps = annotate(List[Tensor], [])
  for stage in range(4):
    for block in range(DEPTHS[stage]):
      x = vd_block(x, w, stage, block)
    maps.append(x)
  return maps

# The shortcut is overwritten by the sum. Nobody reads it again: behind a stage's last block, which is tapped, stands
# one whose shortcut is a convolution of its own.
def vd_block(x: Tensor, w: Dict[str, Tensor], stage: int, block: int) -> Tensor:
  name = vd_name(stage, block)
  stride = vd_stride(stage, block)
  shortcut = vd_shortcut(x, w, stage, block)
  if BOTTLENECK:
    first = stride if STRIDE_IN_FIRST_CONV else 1
    y = conv(x, w, name + ".0", first, 0, 1, "relu")
    y = conv(y, w, name + ".1", stride // first, 1, 1, "relu")
    y = conv_add_relu(y, shortcut, w, name + ".2")
  else:
    y = conv(x, w, name + ".0", stride, 1, 1, "relu")
    y = conv3_add_relu(y, shortcut, w, name + ".1", 1)
  return y

def vd_shortcut(x: Tensor, w: Dict[str, Tensor], stage: int, block: int) -> Tensor:
  name = vd_name(stage, block) + ".shortcut"
  if block == 0 and SHORTCUTS[stage] == "pool":
    # ceil_mode: an odd border keeps its half window, averaged over the pixels that are there
    x = conv(torch.avg_pool2d(x, [2, 2], [2, 2], [0, 0], True), w, name, 1, 0, 1, "none")
  elif block == 0 and SHORTCUTS[stage] == "conv":
    x = conv(x, w, name, vd_stride(stage, block), 0, 1, "none")
  return x

def vd_name(stage: int, block: int) -> str:
  return "backbone." + str(stage) + "." + str(block)

def vd_stride(stage: int, block: int) -> int:
  return 2 if stage > 0 and block == 0 else 1

def prepare_backbone(w: Dict[str, Tensor], ready: Dict[str, Tensor]) -> None:
  for i in range(3):
    prepare_conv_norm(w, ready, "backbone.stem." + str(i), 2 if i == 0 else 1, 1, 1)
  for stage in range(4):
    for block in range(DEPTHS[stage]):
      prepare_vd_block(w, ready, stage, block)

def prepare_vd_block(w: Dict[str, Tensor], ready: Dict[str, Tensor], stage: int, block: int) -> None:
  name = vd_name(stage, block)
  stride = vd_stride(stage, block)
  if BOTTLENECK:
    first = stride if STRIDE_IN_FIRST_CONV else 1
    prepare_conv_norm(w, ready, name + ".0", first, 0, 1)
    prepare_conv_norm(w, ready, name + ".1", stride // first, 1, 1)
    prepare_conv_norm(w, ready, name + ".2", 1, 0, 1)
  else:
    prepare_conv_norm(w, ready, name + ".0", stride, 1, 1)
    prepare_conv_norm(w, ready, name + ".1", 1, 1, 1)
  if block == 0 and SHORTCUTS[stage] != "identity":
    prepare_conv_norm(w, ready, name + ".shortcut", 1 if SHORTCUTS[stage] == "pool" else stride, 0, 1)
