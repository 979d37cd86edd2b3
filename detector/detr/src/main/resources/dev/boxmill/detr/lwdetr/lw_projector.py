# LW-DETR's projector: for each level, all tapped maps resized, and a block that fuses them.
#
# B images, C channels of the maps, D of the decoder. Constants: SCALES (of each level, by which its map is larger than the tapped
# ones: 2.0, 1.0 or 0.5), PROJECTOR_ACTIVATION, BATCH_NORM_EPS, TAPS.

# -> tokens of all levels (B, N, D), and the levels' [h, w]
def project(maps: List[Tensor], w: Dict[str, Tensor]) -> Tuple[Tensor, List[List[int]]]:
  tokens = annotate(List[Tensor], [])
  sizes = annotate(List[List[int]], [])
  for level in range(len(SCALES)):
    resized = annotate(List[Tensor], [])
    for i in range(len(maps)):
      resized.append(resampled_map(maps[i], w, "projector." + str(level) + ".sampling." + str(i), SCALES[level]))
    tokens.append(c2f(resized, w, "projector." + str(level)))
    sizes.append([resized[0].size(2), resized[0].size(3)])
  return (torch.cat(tokens, 1), sizes)

def resampled_map(x: Tensor, w: Dict[str, Tensor], name: str, scale: float) -> Tensor:
  y = x
  if scale == 2.0:
    if name + ".reduce.weight" in w:
      y = conv(y, w, name + ".reduce", 1, 0, 1, "relu")
    y = doubled(y, w, name + ".double")
  elif scale == 0.5:
    y = conv(y, w, name + ".halve", 2, 1, 1, "relu")
  return y

# A transposed convolution of 2 x 2 at stride 2: each cell becomes four by one product. (B, C, h, w) -> (B, O, 2 * h, 2 * w)
def doubled(x: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  cells = linear(torch.permute(x, [0, 2, 3, 1]), w, name)
  split = torch.transpose(torch.unflatten(cells, 3, [2, 2, -1]), 2, 3)
  return torch.permute(torch.flatten(torch.flatten(split, 3, 4), 1, 2), [0, 3, 1, 2])

def projector_conv(x: Tensor, w: Dict[str, Tensor], name: str, padding: int) -> Tensor:
  return conv(x, w, name, 1, padding, 1, PROJECTOR_ACTIVATION)

def prepare_projector(w: Dict[str, Tensor], ready: Dict[str, Tensor]) -> None:
  for level in range(len(SCALES)):
    name = "projector." + str(level)
    for convolution in c2f_convolutions(name):
      prepare_sampling_conv(w, ready, convolution[0], 1, convolution[1])
    for i in range(len(TAPS)):
      sampling = name + ".sampling." + str(i)
      if sampling + ".reduce.weight" in w:
        prepare_sampling_conv(w, ready, sampling + ".reduce", 1, 0)
      if sampling + ".halve.weight" in w:
        prepare_sampling_conv(w, ready, sampling + ".halve", 2, 1)
      if sampling + ".double.weight" in w:
        # (C, O, 2, 2) -> (4 * O, C)
        weight = torch.flatten(torch.permute(w[sampling + ".double.weight"], [2, 3, 1, 0]), 0, 2)
        ready[sampling + ".double.weight"] = torch.to(weight, DTYPE)
        ready[sampling + ".double.bias"] = torch.to(torch.repeat(w[sampling + ".double.bias"], [4]), DTYPE)

def prepare_sampling_conv(
    w: Dict[str, Tensor], ready: Dict[str, Tensor], name: str, stride: int, padding: int) -> None:
  weight, bias = folded(w, name, BATCH_NORM_EPS)
  ready[name + ".weight"] = prepack(weight, stride, padding, 1)
  ready[name + ".bias"] = torch.to(bias, DTYPE)
