# What fuses maps behind the backbone: convolutions with their BatchNorms. Constant: BATCH_NORM_EPS, theirs.

# To the finer map's exact size, which is the double except where a side was odd.
def enlarged(x: Tensor, finer: Tensor) -> Tensor:
  return torch.upsample_nearest2d(x, [finer.size(2), finer.size(3)])

# Behind the backbone, the epsilon is the configuration's.
def prepare_neck(w: Dict[str, Tensor], ready: Dict[str, Tensor], name: str, stride: int, padding: int) -> None:
  weight, bias = folded(w, name, BATCH_NORM_EPS)
  ready[name + ".weight"] = prepack(weight, stride, padding, 1)
  ready[name + ".bias"] = torch.to(bias, DTYPE)

# A 3x3 and a 1x1 convolution of the same input, added: one 3x3 whose center holds both.
def prepare_rep_vgg(w: Dict[str, Tensor], ready: Dict[str, Tensor], name: str) -> None:
  weight, bias = folded(w, name + ".3x3", BATCH_NORM_EPS)
  point, point_bias = folded(w, name + ".1x1", BATCH_NORM_EPS)
  ready[name + ".weight"] = prepack(weight + torch.constant_pad_nd(point, [1, 1, 1, 1]), 1, 1, 1)
  ready[name + ".bias"] = torch.to(bias + point_bias, DTYPE)
