# Convolutions and linear layers by oneDNN: weights in its own blocked layout, activation and addition fused in; and a max-pool.
# Letters: B images, C channels, O output channels, H W height and width. Feature maps are channels_last.

def prepack(weight: Tensor, stride: int, padding: int, dilation: int) -> Tensor:
  # weight: (O, C, kh, kw) float32
  x = torch.contiguous(torch.to(weight, DTYPE), memory_format=CHANNELS_LAST)
  # for so many outputs oneDNN wants another layout for each size of image, and takes 100 ms to change one for another
  if weight.size(0) % 384 == 0 and weight.size(2) > 1:
    return x
  return ops.mkldnn._reorder_convolution_weight(x, [padding, padding], [stride, stride], [dilation, dilation], 1, annotate(Optional[List[int]], None))

# Weights of a convolution whose every channel has a kernel of its own: (C, 1, kh, kw) float32.
def prepack_by_channel(weight: Tensor, stride: int, padding: int) -> Tensor:
  x = torch.contiguous(torch.to(weight, DTYPE), memory_format=CHANNELS_LAST)
  return ops.mkldnn._reorder_convolution_weight(x, [padding, padding], [stride, stride], [1, 1], weight.size(0), annotate(Optional[List[int]], None))

# Linear layers' NAME.weight (O, I), in bfloat16: twice as fast. float32 gains nothing by it.
def prepack_linear(w: Dict[str, Tensor]) -> Dict[str, Tensor]:
  for name in list(w.keys()):
    if name.endswith(".weight") and name[:-7] + ".bias" in w:
      x = w[name]
      if x.dim() == 2 and x.dtype == BFLOAT16:
        w[name] = ops.mkldnn._reorder_linear_weight(x, annotate(Optional[int], None))
  return w

# The activation's name in oneDNN, and which way it is computed.
def onednn_activation(activation: str) -> Tuple[str, Optional[str]]:
  if activation == "silu":
    return ("swish", "")
  if activation == "gelu":
    return ("gelu", "none")
  if activation == "gelu_new":
    return ("gelu", "tanh")
  return (activation, "")

def conv(x: Tensor, w: Dict[str, Tensor], name: str, stride: int, padding: int, dilation: int, activation: str) -> Tensor:
  attribute, algorithm = onednn_activation(activation)
  return ops.mkldnn._convolution_pointwise(x, w[name + ".weight"], w[name + ".bias"], [padding, padding], [stride, stride], [dilation, dilation], 1, attribute, annotate(List[Optional[number]], []), algorithm)

def conv_by_channel(x: Tensor, w: Dict[str, Tensor], name: str, stride: int, padding: int, activation: str) -> Tensor:
  attribute, algorithm = onednn_activation(activation)
  return ops.mkldnn._convolution_pointwise(x, w[name + ".weight"], w[name + ".bias"], [padding, padding], [stride, stride], [1, 1], x.size(1), attribute, annotate(List[Optional[number]], []), algorithm)

# The sum lands in `shortcut`: the form that returns a new tensor clones it first, a third of the whole time.
def conv_add_relu(x: Tensor, shortcut: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  return ops.mkldnn._convolution_pointwise_(shortcut, x, w[name + ".weight"], w[name + ".bias"], [0, 0], [1, 1], [1, 1], 1, "add", 1.0, "relu", annotate(List[Optional[number]], []), "")

def conv3_add_relu(x: Tensor, shortcut: Tensor, w: Dict[str, Tensor], name: str, dilation: int) -> Tensor:
  return ops.mkldnn._convolution_pointwise_(shortcut, x, w[name + ".weight"], w[name + ".bias"], [dilation, dilation], [1, 1], [dilation, dilation], 1, "add", 1.0, "relu", annotate(List[Optional[number]], []), "")

# The same without an activation, for any odd kernel at stride 1.
def conv_add(x: Tensor, sum: Tensor, w: Dict[str, Tensor], name: str, padding: int) -> Tensor:
  return ops.mkldnn._convolution_pointwise_(sum, x, w[name + ".weight"], w[name + ".bias"], [padding, padding], [1, 1], [1, 1], 1, "add", 1.0, annotate(Optional[str], None), annotate(List[Optional[number]], []), "")

def linear(x: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  return activated_linear(x, w, name, "none")

def activated_linear(x: Tensor, w: Dict[str, Tensor], name: str, activation: str) -> Tensor:
  attribute, algorithm = onednn_activation(activation)
  return ops.mkldnn._linear_pointwise(x, w[name + ".weight"], w[name + ".bias"], attribute, annotate(List[Optional[number]], []), algorithm)

# Maxima of 3 x 3 at stride 2 with a border of one, of numbers that are not negative. bfloat16's are in the order of their bits as
# int16, which PyTorch compares in vectors: half the time of its max-pool. x: (B, C, H, W) -> (B, C, ceil(H / 2), ceil(W / 2))
def max_pool(x: Tensor) -> Tensor:
  if x.dtype != BFLOAT16:
    return torch.max_pool2d(x, [3, 3], [2, 2], [1, 1])
  bits = torch.permute(same_bits(x, INT16), [0, 2, 3, 1])
  largest = largest_of_three(largest_of_three(bits, 1), 2)
  return torch.permute(same_bits(largest, BFLOAT16), [0, 3, 1, 2])

# A view as another type of the same size, for which `view` has no form in this dialect.
def same_bits(x: Tensor, type: int) -> Tensor:
  return torch.set_(torch.empty([0], dtype=type), x)

# Along a dimension, at every second place: the largest of the place and its two neighbors.
def largest_of_three(x: Tensor, dim: int) -> Tensor:
  even = torch.slice(x, dim, 0, x.size(dim), 2)
  odd = torch.slice(x, dim, 1, x.size(dim), 2)
  pairs = odd.size(dim)
  y = torch.empty_like(even, memory_format=CONTIGUOUS)
  first = torch.maximum(torch.narrow(even, dim, 0, pairs), odd, out=torch.narrow(y, dim, 0, pairs))
  if even.size(dim) > pairs:
    last = torch.copy_(torch.narrow(y, dim, pairs, 1), torch.narrow(even, dim, pairs, 1))
  later = torch.narrow(y, dim, 1, even.size(dim) - 1)
  before = torch.narrow(odd, dim, 0, even.size(dim) - 1)
  later = torch.maximum(later, before, out=later)
  return y
