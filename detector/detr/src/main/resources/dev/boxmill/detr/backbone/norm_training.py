# The functions of norm.py and neck.py where BatchNorms may be live: those stay beside their convolutions instead of being folded
# into them. Constants: LIVE_BACKBONE_NORMS, LIVE_NORMS (all others).

def prepare_conv_norm(
    w: Dict[str, Tensor], ready: Dict[str, Tensor], name: str, stride: int, padding: int, dilation: int) -> None:
  keep_or_fold(w, ready, name)

def prepare_conv_by_channel(
    w: Dict[str, Tensor], ready: Dict[str, Tensor], name: str, stride: int, padding: int) -> None:
  keep_or_fold(w, ready, name)

def prepare_neck(w: Dict[str, Tensor], ready: Dict[str, Tensor], name: str, stride: int, padding: int) -> None:
  keep_or_fold(w, ready, name)

def prepare_rep_vgg(w: Dict[str, Tensor], ready: Dict[str, Tensor], name: str) -> None:
  keep_or_fold(w, ready, name + ".3x3")
  keep_or_fold(w, ready, name + ".1x1")

# 1e-5 is the epsilon of every BatchNorm that is trained here.
def keep_or_fold(w: Dict[str, Tensor], ready: Dict[str, Tensor], name: str) -> None:
  live = LIVE_BACKBONE_NORMS if name.startswith("backbone.") else LIVE_NORMS
  if live:
    ready[name + ".weight"] = prepack(w[name + ".weight"], 1, 0, 1)
    ready[name + ".bn.weight"] = w[name + ".bn.weight"]
    ready[name + ".bn.bias"] = w[name + ".bn.bias"]
  else:
    weight, bias = folded(w, name, 1e-5)
    ready[name + ".weight"] = prepack(weight, 1, 0, 1)
    ready[name + ".bias"] = torch.to(bias, DTYPE)
