# Convolutions, max-pool and linear layers by plain PyTorch operators: the same functions as conv_onednn.py, for every device.
# Letters: B images, C channels, O output channels, H W height and width. Feature maps are channels_last.

def prepack(weight: Tensor, stride: int, padding: int, dilation: int) -> Tensor:
  # weight: (O, C, kh, kw) float32
  return torch.contiguous(torch.to(weight, DTYPE), memory_format=CHANNELS_LAST)

# Weights of a convolution whose every channel has a kernel of its own: (C, 1, kh, kw) float32.
def prepack_by_channel(weight: Tensor, stride: int, padding: int) -> Tensor:
  return prepack(weight, stride, padding, 1)

def prepack_linear(w: Dict[str, Tensor]) -> Dict[str, Tensor]:
  return w

def activate(x: Tensor, activation: str) -> Tensor:
  y = x
  if activation == "relu":
    y = torch.relu_(x)
  elif activation == "silu":
    y = torch.silu_(x)
  elif activation == "gelu":
    y = torch.gelu(x)
  elif activation == "gelu_new":
    y = torch.gelu(x, approximate="tanh")
  return y

def conv(x: Tensor, w: Dict[str, Tensor], name: str, stride: int, padding: int, dilation: int, activation: str) -> Tensor:
  y = torch.conv2d(x, w[name + ".weight"], w[name + ".bias"], [stride, stride], [padding, padding], [dilation, dilation])
  return activate(y, activation)

def conv_by_channel(x: Tensor, w: Dict[str, Tensor], name: str, stride: int, padding: int, activation: str) -> Tensor:
  y = torch.conv2d(x, w[name + ".weight"], w[name + ".bias"], [stride, stride], [padding, padding], [1, 1], x.size(1))
  return activate(y, activation)

def conv_add_relu(x: Tensor, shortcut: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  y = torch.conv2d(x, w[name + ".weight"], w[name + ".bias"], [1, 1], [0, 0], [1, 1])
  return torch.relu_(torch.add_(y, shortcut))

def conv3_add_relu(x: Tensor, shortcut: Tensor, w: Dict[str, Tensor], name: str, dilation: int) -> Tensor:
  y = torch.conv2d(x, w[name + ".weight"], w[name + ".bias"], [1, 1], [dilation, dilation], [dilation, dilation])
  return torch.relu_(torch.add_(y, shortcut))

def conv_add(x: Tensor, sum: Tensor, w: Dict[str, Tensor], name: str, padding: int) -> Tensor:
  return torch.add_(sum, torch.conv2d(x, w[name + ".weight"], w[name + ".bias"], [1, 1], [padding, padding], [1, 1]))

def linear(x: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  return activated_linear(x, w, name, "none")

def activated_linear(x: Tensor, w: Dict[str, Tensor], name: str, activation: str) -> Tensor:
  return activate(torch.linear(x, w[name + ".weight"], w[name + ".bias"]), activation)

def max_pool(x: Tensor) -> Tensor:
  return torch.max_pool2d(x, [3, 3], [2, 2], [1, 1])
