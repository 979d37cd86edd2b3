# HGNetV2: PaddlePaddle's PP-HGNetV2, as D-FINE (Peng et al., 2024) and DEIMv2 use it.
# A stem, then stages of blocks; a block's layers stand in a row, and two 1x1 convolutions gather what all of them gave.
#
# Feature maps are (B, C, h, w), channels_last, in DTYPE. Constants, one value for each stage: BLOCKS, LAYERS (of each
# block), KERNELS, LIGHT (whether a layer is a 1x1 and a convolution by channel); and AFFINE (whether each activation has
# a learned scale and shift behind it, which no next convolution can absorb: its border is zeros).

# (B, 3, H, W) -> the stages' outputs: strides 4, 8, 16, and 32 where there is a fourth.
def backbone(pixels: Tensor, w: Dict[str, Tensor]) -> List[Tensor]:
  x = hgnet_stem(torch.contiguous(torch.to(pixels, DTYPE), memory_format=CHANNELS_LAST), w)
  maps = annotate(List[Tensor], [])
  for stage in range(len(BLOCKS)):
    name = "backbone." + str(stage)
    if stage > 0:
      x = conv_by_channel(x, w, name + ".reduce", 2, 1, "none")
    for block in range(BLOCKS[stage]):
      x = hgnet_block(x, w, stage, block)
    maps.append(x)
  return maps

# The 2x2 windows reach over the right and the lower border.
def hgnet_stem(x: Tensor, w: Dict[str, Tensor]) -> Tensor:
  x = hgnet_border(hgnet_conv(x, w, "backbone.stem.0", 2, 1))
  y = hgnet_border(hgnet_conv(x, w, "backbone.stem.1", 1, 0))
  y = hgnet_conv(y, w, "backbone.stem.2", 1, 0)
  x = torch.cat([torch.max_pool2d(x, [2, 2], [1, 1]), y], 1)
  x = hgnet_conv(x, w, "backbone.stem.3", 2, 1)
  return hgnet_conv(x, w, "backbone.stem.4", 1, 0)

def hgnet_border(x: Tensor) -> Tensor:
  return torch.constant_pad_nd(x, [0, 1, 0, 1])

# From a stage's second block on, the block's input is added to its result.
def hgnet_block(x: Tensor, w: Dict[str, Tensor], stage: int, block: int) -> Tensor:
  name = "backbone." + str(stage) + "." + str(block)
  border = KERNELS[stage] // 2
  parts = annotate(List[Tensor], [x])
  y = x
  for i in range(LAYERS[stage]):
    layer = name + "." + str(i)
    if LIGHT[stage]:
      y = conv(y, w, layer + ".point", 1, 0, 1, "none")
      y = hgnet_affine(conv_by_channel(y, w, layer, 1, border, "relu"), w, layer)
    else:
      y = hgnet_conv(y, w, layer, 1, border)
    parts.append(y)
  y = hgnet_conv(torch.cat(parts, 1), w, name + ".squeeze", 1, 0)
  y = hgnet_conv(y, w, name + ".gather", 1, 0)
  if block > 0:
    y = hgnet_sum(y, x)
  return y

# Overwrites y.
def hgnet_sum(y: Tensor, x: Tensor) -> Tensor:
  return torch.add_(y, x)

def hgnet_conv(x: Tensor, w: Dict[str, Tensor], name: str, stride: int, padding: int) -> Tensor:
  return hgnet_affine(conv(x, w, name, stride, padding, 1, "relu"), w, name)

# Overwrites x.
def hgnet_affine(x: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  if AFFINE:
    x = torch.add_(torch.mul_(x, w[name + ".scale"]), w[name + ".shift"])
  return x

def prepare_backbone(w: Dict[str, Tensor], ready: Dict[str, Tensor]) -> None:
  for i in range(5):
    stride = 2 if i == 0 or i == 3 else 1
    prepare_hgnet_conv(w, ready, "backbone.stem." + str(i), stride, 1 if stride == 2 else 0)
  for stage in range(len(BLOCKS)):
    name = "backbone." + str(stage)
    if stage > 0:
      prepare_conv_by_channel(w, ready, name + ".reduce", 2, 1)
    for block in range(BLOCKS[stage]):
      prepare_hgnet_block(w, ready, stage, name + "." + str(block))

def prepare_hgnet_block(w: Dict[str, Tensor], ready: Dict[str, Tensor], stage: int, name: str) -> None:
  border = KERNELS[stage] // 2
  for i in range(LAYERS[stage]):
    layer = name + "." + str(i)
    if LIGHT[stage]:
      prepare_conv_norm(w, ready, layer + ".point", 1, 0, 1)
      prepare_conv_by_channel(w, ready, layer, 1, border)
      prepare_hgnet_affine(w, ready, layer)
    else:
      prepare_hgnet_conv(w, ready, layer, 1, border)
  prepare_hgnet_conv(w, ready, name + ".squeeze", 1, 0)
  prepare_hgnet_conv(w, ready, name + ".gather", 1, 0)

def prepare_hgnet_conv(w: Dict[str, Tensor], ready: Dict[str, Tensor], name: str, stride: int, padding: int) -> None:
  prepare_conv_norm(w, ready, name, stride, padding, 1)
  prepare_hgnet_affine(w, ready, name)

# Without a dimension, so that they stay float32 beside maps of any type.
def prepare_hgnet_affine(w: Dict[str, Tensor], ready: Dict[str, Tensor], name: str) -> None:
  if AFFINE:
    ready[name + ".scale"] = torch.reshape(w[name + ".scale"], annotate(List[int], []))
    ready[name + ".shift"] = torch.reshape(w[name + ".shift"], annotate(List[int], []))
