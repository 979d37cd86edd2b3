# BatchNorm of a frozen network is an affine map per channel, so it folds into the convolution before it.

# Reads NAME.weight and NAME.bn.{weight,bias,mean,var}, all float32; leaves the folded NAME.weight and NAME.bias.
def prepare_conv_norm(
    w: Dict[str, Tensor], ready: Dict[str, Tensor], name: str, stride: int, padding: int, dilation: int) -> None:
  # (O,); 1e-5 is the epsilon of every BatchNorm in these networks
  scale = w[name + ".bn.weight"] * torch.rsqrt(w[name + ".bn.var"] + 1e-5)
  weight = w[name + ".weight"] * torch.reshape(scale, [-1, 1, 1, 1])
  ready[name + ".weight"] = prepack(weight, stride, padding, dilation)
  ready[name + ".bias"] = torch.to(w[name + ".bn.bias"] - w[name + ".bn.mean"] * scale, DTYPE)
