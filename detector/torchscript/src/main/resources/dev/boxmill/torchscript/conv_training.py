# The functions of conv_aten.py as autograd takes them, nothing in place, and BatchNorms behind convolutions that were not folded into
# them. A live BatchNorm (Ioffe, Szegedy, 2015) normalizes by its batch's own means and variances.
# Functions that are not here, and letters, are conv_aten.py's. Constant: TAKES_ONEDNN, whether this build of PyTorch has oneDNN.

def activate(x: Tensor, activation: str) -> Tensor:
  y = x
  if activation == "relu":
    y = torch.relu(x)
  elif activation == "silu":
    y = torch.silu(x)
  elif activation == "gelu":
    y = torch.gelu(x)
  elif activation == "gelu_new":
    y = torch.gelu(x, approximate="tanh")
  return y

# NAME alone, or NAME.3x3 and NAME.1x1, whose sum it is (RepVGG: Ding et al., 2021).
def convolved(x: Tensor, w: Dict[str, Tensor], name: str, stride: int, padding: int, dilation: int, groups: int) -> Tensor:
  if name + ".3x3.weight" in w:
    whole = convolved_once(x, w, name + ".3x3", stride, padding, dilation, groups)
    return whole + convolved_once(x, w, name + ".1x1", stride, 0, dilation, groups)
  return convolved_once(x, w, name, stride, padding, dilation, groups)

# With a bias, or with a live BatchNorm, whose batch's mean and variance are left in w.
def convolved_once(
    x: Tensor, w: Dict[str, Tensor], name: str, stride: int, padding: int, dilation: int, groups: int) -> Tensor:
  bias = annotate(Optional[Tensor], None)
  if name + ".bias" in w:
    bias = w[name + ".bias"]
  weight = w[name + ".weight"]
  if weight.size(2) == 1 and stride > 1:
    # oneDNN's gradient of such a convolution is wrong for some sizes, and writes where it must not
    cells = torch.slice(torch.slice(x, 2, 0, x.size(2), stride), 3, 0, x.size(3), stride)
    x = torch.contiguous(cells, memory_format=CHANNELS_LAST)
    stride = 1
  if weight.size(2) == 1 and TAKES_ONEDNN and not x.is_cuda:
    # means nothing for a kernel of one cell, but then PyTorch takes oneDNN, which is twice as fast, for few images on one thread too
    dilation = 2
  y = torch.conv2d(x, weight, bias, [stride, stride], [padding, padding], [dilation, dilation], groups)
  if not (name + ".bn.weight" in w):
    return y
  scale = w[name + ".bn.weight"]
  mean = torch.zeros_like(scale)
  variance = torch.ones_like(scale)
  y = torch.batch_norm(y, scale, w[name + ".bn.bias"], mean, variance, True, 1.0, 1e-5, True)
  w[name + ".bn.batch.mean"] = mean
  w[name + ".bn.batch.var"] = variance
  return y

def conv(x: Tensor, w: Dict[str, Tensor], name: str, stride: int, padding: int, dilation: int, activation: str) -> Tensor:
  return activate(convolved(x, w, name, stride, padding, dilation, 1), activation)

def conv_by_channel(x: Tensor, w: Dict[str, Tensor], name: str, stride: int, padding: int, activation: str) -> Tensor:
  return activate(convolved(x, w, name, stride, padding, 1, x.size(1)), activation)

def conv_add_relu(x: Tensor, shortcut: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  return torch.relu(convolved(x, w, name, 1, 0, 1, 1) + shortcut)

def conv3_add_relu(x: Tensor, shortcut: Tensor, w: Dict[str, Tensor], name: str, dilation: int) -> Tensor:
  return torch.relu(convolved(x, w, name, 1, dilation, dilation, 1) + shortcut)

def conv_add(x: Tensor, sum: Tensor, w: Dict[str, Tensor], name: str, padding: int) -> Tensor:
  return sum + convolved(x, w, name, 1, padding, 1, 1)
