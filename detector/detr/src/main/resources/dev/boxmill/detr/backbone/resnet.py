# ResNet, the variant with the stride in the 3x3 convolution ("v1.5"), BatchNorm folded into the convolutions.
# DEPTHS blocks per stage, BOTTLENECK blocks or basic ones; STRIDES and DILATIONS per stage. A dilated stage keeps its
# resolution; its first block still has the dilation of the stage before.
#
# B batch, H x W pixels of the input.

def resnet_stride(stage: int, block: int) -> int:
  return STRIDES[stage] if block == 0 else 1

def resnet_dilation(stage: int, block: int) -> int:
  return DILATIONS[stage - 1] if block == 0 and stage > 0 else DILATIONS[stage]

# (B, 3, H, W) -> the last feature map of each stage: (B, C_i, ceil(H / s_i), ceil(W / s_i)), s = 4, 8, 16, 32 undilated.
def backbone(pixels: Tensor, w: Dict[str, Tensor]) -> List[Tensor]:
  x = torch.contiguous(torch.to(pixels, DTYPE), memory_format=CHANNELS_LAST)
  x = conv(x, w, "backbone.stem", 2, 3, 1, "relu")
  x = max_pool(x)
  features = annotate(List[Tensor], [])
  for stage in range(len(DEPTHS)):
    for block in range(DEPTHS[stage]):
      x = resnet_block(x, w, "backbone." + str(stage) + "." + str(block), stage, block)
    features.append(x)
  return features

# The sum overwrites the shortcut. That is safe for the input itself: a stage's first block, whose input is a feature map
# that others read, always projects its shortcut.
def resnet_block(x: Tensor, w: Dict[str, Tensor], name: str, stage: int, block: int) -> Tensor:
  stride = resnet_stride(stage, block)
  dilation = resnet_dilation(stage, block)
  shortcut = x
  if name + ".shortcut.weight" in w:
    shortcut = conv(x, w, name + ".shortcut", stride, 0, 1, "none")
  if BOTTLENECK:
    y = conv(x, w, name + ".conv1", 1, 0, 1, "relu")
    y = conv(y, w, name + ".conv2", stride, dilation, dilation, "relu")
    return conv_add_relu(y, shortcut, w, name + ".conv3")
  y = conv(x, w, name + ".conv1", stride, dilation, dilation, "relu")
  return conv3_add_relu(y, shortcut, w, name + ".conv2", DILATIONS[stage])

def prepare_backbone(w: Dict[str, Tensor], ready: Dict[str, Tensor]) -> None:
  prepare_conv_norm(w, ready, "backbone.stem", 2, 3, 1)
  for stage in range(len(DEPTHS)):
    for block in range(DEPTHS[stage]):
      prepare_resnet_block(w, ready, "backbone." + str(stage) + "." + str(block), stage, block)

def prepare_resnet_block(w: Dict[str, Tensor], ready: Dict[str, Tensor], name: str, stage: int, block: int) -> None:
  stride = resnet_stride(stage, block)
  dilation = resnet_dilation(stage, block)
  if name + ".shortcut.weight" in w:
    prepare_conv_norm(w, ready, name + ".shortcut", stride, 0, 1)
  if BOTTLENECK:
    prepare_conv_norm(w, ready, name + ".conv1", 1, 0, 1)
    prepare_conv_norm(w, ready, name + ".conv2", stride, dilation, dilation)
    prepare_conv_norm(w, ready, name + ".conv3", 1, 0, 1)
  else:
    prepare_conv_norm(w, ready, name + ".conv1", stride, dilation, dilation)
    prepare_conv_norm(w, ready, name + ".conv2", 1, DILATIONS[stage], DILATIONS[stage])
