# BatchNorm of a frozen network is an affine map per channel, so it folds into the convolution before it.
# The checkpoint's tensors, all float32: NAME.weight and NAME.bn.{weight,bias,mean,var}.

# Leaves the folded NAME.weight and NAME.bias. 1e-5 is the epsilon of every BatchNorm in these backbones.
def prepare_conv_norm(
    w: Dict[str, Tensor], ready: Dict[str, Tensor], name: str, stride: int, padding: int, dilation: int) -> None:
  weight, bias = folded(w, name, 1e-5)
  ready[name + ".weight"] = prepack(weight, stride, padding, dilation)
  ready[name + ".bias"] = torch.to(bias, DTYPE)

# The same of a convolution whose every channel has a kernel of its own.
def prepare_conv_by_channel(
    w: Dict[str, Tensor], ready: Dict[str, Tensor], name: str, stride: int, padding: int) -> None:
  weight, bias = folded(w, name, 1e-5)
  ready[name + ".weight"] = prepack_by_channel(weight, stride, padding)
  ready[name + ".bias"] = torch.to(bias, DTYPE)

# Weight (O, I, kh, kw) and bias (O,), float32.
def folded(w: Dict[str, Tensor], name: str, eps: float) -> Tuple[Tensor, Tensor]:
  scale = w[name + ".bn.weight"] * torch.rsqrt(w[name + ".bn.var"] + eps)
  bias = w[name + ".bn.bias"] - w[name + ".bn.mean"] * scale
  return (w[name + ".weight"] * torch.reshape(scale, [-1, 1, 1, 1]), bias)
