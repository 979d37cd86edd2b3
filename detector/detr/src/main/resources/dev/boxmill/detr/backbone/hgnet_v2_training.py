# The functions of hgnet_v2.py as autograd takes them: nothing in place.

def hgnet_affine(x: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  if AFFINE:
    x = x * w[name + ".scale"] + w[name + ".shift"]
  return x

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
    y = y + x
  return y
