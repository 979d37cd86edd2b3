# What every layer of the transformers has besides attention. x is (B, N, D): batch, tokens, model width.
# Constant: NORM_EPS, of the LayerNorms.

# The residual sum, then LayerNorm ("post-norm"); `change` is overwritten.
def add_norm(x: Tensor, change: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  return layer_norm(torch.add_(change, x), w, name)

def layer_norm(x: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  return torch.layer_norm(x, [x.size(-1)], w[name + ".weight"], w[name + ".bias"], NORM_EPS)

def feed_forward(x: Tensor, w: Dict[str, Tensor], name: str, activation: str) -> Tensor:
  if activation == "prelu":
    inside = torch.prelu(linear(x, w, name + ".fc1"), w[name + ".slope"])
  else:
    inside = activated_linear(x, w, name + ".fc1", activation)
  return linear(inside, w, name + ".fc2")

# Two linear layers NAME.0 and NAME.1 with ReLU between them.
def mlp(x: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  return linear(activated_linear(x, w, name + ".0", "relu"), w, name + ".1")
