# Convolutions and linear layers by oneDNN: weights in its own blocked layout, activation and addition fused in.
# Letters: B images, C channels, O output channels, H W height and width. Feature maps are channels_last.

def prepack(weight: Tensor, stride: int, padding: int, dilation: int) -> Tensor:
  # weight: (O, C, kh, kw) float32
  x = torch.contiguous(torch.to(weight, DTYPE), memory_format=2)
  # for so many outputs oneDNN wants another layout for each size of image, and takes 100 ms to change one for another
  if weight.size(0) % 384 == 0 and weight.size(2) > 1:
    return x
  return ops.mkldnn._reorder_convolution_weight(x, [padding, padding], [stride, stride], [dilation, dilation], 1, annotate(Optional[List[int]], None))

# Linear layers' NAME.weight (O, I), in bfloat16: twice as fast. float32 gains nothing by it.
def prepack_linear(w: Dict[str, Tensor]) -> Dict[str, Tensor]:
  for name in list(w.keys()):
    if name.endswith(".weight") and name[:-7] + ".bias" in w:
      x = w[name]
      if x.dim() == 2 and x.dtype == 15:
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
