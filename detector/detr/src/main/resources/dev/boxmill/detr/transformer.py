# What every layer of the transformers has besides attention. x is (B, N, D): batch, tokens, model width.

# The residual sum, then LayerNorm ("post-norm"); `change` is overwritten.
def add_norm(x: Tensor, change: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  return layer_norm(torch.add_(change, x), w, name)

def layer_norm(x: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  return torch.layer_norm(x, [x.size(-1)], w[name + ".weight"], w[name + ".bias"], 1e-5)

def feed_forward(x: Tensor, w: Dict[str, Tensor], name: str, activation: str) -> Tensor:
  inside = linear(x, w, name + ".fc1")
  if activation == "prelu":
    inside = torch.prelu(inside, w[name + ".slope"])
  else:
    inside = nonlinear(inside, activation)
  return linear(inside, w, name + ".fc2")

# Two linear layers NAME.0 and NAME.1 with ReLU between them.
def mlp(x: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  return linear(torch.relu_(linear(x, w, name + ".0")), w, name + ".1")

# May overwrite x.
def nonlinear(x: Tensor, activation: str) -> Tensor:
  if activation == "relu":
    return torch.relu_(x)
  if activation == "silu":
    return torch.silu_(x)
  if activation == "gelu_new":
    return torch.gelu(x, approximate="tanh")
  return torch.gelu(x)
