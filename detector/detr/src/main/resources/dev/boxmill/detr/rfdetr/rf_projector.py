# RF-DETR's projector: one level, whose convolutions are followed by a LayerNorm of each cell's channels.
#
# B images, D channels of the decoder. Constants: PROJECTOR_ACTIVATION, PROJECTOR_EPS.

# -> tokens (B, N, D), and [h, w]
def project(maps: List[Tensor], w: Dict[str, Tensor]) -> Tuple[Tensor, List[List[int]]]:
  return (c2f(maps, w, "projector"), [[maps[0].size(2), maps[0].size(3)]])

def projector_conv(x: Tensor, w: Dict[str, Tensor], name: str, padding: int) -> Tensor:
  y = torch.permute(conv(x, w, name, 1, padding, 1, "none"), [0, 2, 3, 1])
  y = torch.layer_norm(y, [y.size(3)], w[name + ".norm.weight"], w[name + ".norm.bias"], PROJECTOR_EPS)
  if PROJECTOR_ACTIVATION == "silu":
    y = torch.silu_(y)
  elif PROJECTOR_ACTIVATION == "relu":
    y = torch.relu_(y)
  else:
    y = torch.gelu(y)
  return torch.permute(y, [0, 3, 1, 2])

def prepare_projector(w: Dict[str, Tensor], ready: Dict[str, Tensor]) -> None:
  for convolution in c2f_convolutions("projector"):
    name = convolution[0]
    ready[name + ".weight"] = prepack(w[name + ".weight"], 1, convolution[1], 1)
    ready[name + ".bias"] = torch.zeros_like(ready[name + ".norm.bias"])
