# The block that makes a map of the decoder's width from all tapped ones: C2f of YOLOv8, whose every convolution keeps its result
# for the last one. Which norm follows a convolution is up to `projector_conv`.
#
# B images, D channels of the decoder. Constants: C2F_BLOCKS, PROJECTOR_NORM_EPS (1e-6, of the norm behind the block).

# Maps of one size, (B, c, h, w) each -> tokens (B, h * w, D)
def c2f(maps: List[Tensor], w: Dict[str, Tensor], name: str) -> Tensor:
  x = maps[0]
  if len(maps) > 1:
    x = torch.contiguous(torch.cat(maps, 1), memory_format=CHANNELS_LAST)
  x = projector_conv(x, w, name + ".first", 0)
  parts = [x]
  y = torch.contiguous(torch.chunk(x, 2, 1)[1], memory_format=CHANNELS_LAST)
  for i in range(C2F_BLOCKS):
    block = name + "." + str(i)
    y = projector_conv(projector_conv(y, w, block + ".0", 1), w, block + ".1", 1)
    parts.append(y)
  x = projector_conv(torch.contiguous(torch.cat(parts, 1), memory_format=CHANNELS_LAST), w, name + ".last", 0)
  tokens = torch.transpose(torch.flatten(x, 2), 1, 2)
  return torch.layer_norm(
    tokens, [tokens.size(2)], w[name + ".norm.weight"], w[name + ".norm.bias"], PROJECTOR_NORM_EPS)

# Every convolution of the block `name`, by its name and its padding.
def c2f_convolutions(name: str) -> List[Tuple[str, int]]:
  all = [(name + ".first", 0), (name + ".last", 0)]
  for i in range(C2F_BLOCKS):
    all.append((name + "." + str(i) + ".0", 1))
    all.append((name + "." + str(i) + ".1", 1))
  return all
