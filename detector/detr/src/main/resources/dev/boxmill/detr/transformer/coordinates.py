# What boxes and reference points go through. All of it is float32 whatever DTYPE is: bfloat16 resolves 1/256 of an image.
#
# B batch, Q queries, D model width.

def exact_linear(x: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  return torch.linear(torch.to(x, FLOAT32), w[name + ".weight"], w[name + ".bias"])

# Linear layers NAME.0, NAME.1, ... with ReLU between them.
def exact_mlp(x: Tensor, w: Dict[str, Tensor], name: str, layers: int) -> Tensor:
  x = exact_linear(x, w, name + ".0")
  for i in range(1, layers):
    x = exact_linear(torch.relu_(x), w, name + "." + str(i))
  return x

# eps keeps what lies at the image's border finite; sources differ in it.
def inverse_sigmoid(x: Tensor, eps: float) -> Tensor:
  return torch.log(torch.clamp(x, eps) / torch.clamp(1.0 - x, eps))

# x and y, or x, y, w and h: (B, Q, 2 or 4) in [0, 1] -> (B, Q, D or 2 * D), the embedding of y before that of x, then
# those of w and h; sine and cosine in turn, from period 1 to 10000.
def sine_of(points: Tensor, width: int, w: Dict[str, Tensor]) -> Tensor:
  axes = annotate(List[Tensor], [sine_of_axis(points, 1, width // 2, w), sine_of_axis(points, 0, width // 2, w)])
  for axis in range(2, points.size(2)):
    axes.append(sine_of_axis(points, axis, width // 2, w))
  return torch.cat(axes, 2)

def sine_of_axis(points: Tensor, axis: int, features: int, w: Dict[str, Tensor]) -> Tensor:
  if not ("table.periods" in w):
    pair = torch.arange(features // 2, dtype=FLOAT32, device=points.device) * (2.0 / features)
    w["table.periods"] = torch.pow(10000.0, pair)
  angle = torch.unsqueeze(torch.select(points, 2, axis), -1) * 6.283185307179586 / w["table.periods"]
  return torch.flatten(torch.stack([torch.sin(angle), torch.cos(angle)], 3), 2)
