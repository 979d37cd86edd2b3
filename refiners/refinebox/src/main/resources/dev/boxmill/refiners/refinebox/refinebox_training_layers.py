# The functions of refinebox_layers.py as autograd takes them fastest: float32, weights as the checkpoint holds them, nothing in
# place (of a view that is changed, autograd copies all that it is a view of), and boxes' features in planes, for which PyTorch
# has a group norm that is fast and exact both ways. Letters as in refinebox.py.

def pyramid(w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Tuple[Tensor, List[Tensor]]:
  last = map_count(inputs) - 1
  inner = differentiable_conv(inputs["c" + str(last + 2)], w, "lateral" + str(last), 0)
  maps = [differentiable_conv(inner, w, "output" + str(last), 1)]
  for i in range(last):
    level = last - 1 - i
    lateral = differentiable_conv(inputs["c" + str(level + 2)], w, "lateral" + str(level), 0)
    inner = lateral + torch.upsample_nearest2d(inner, [lateral.size(2), lateral.size(3)], None, None)
    maps.insert(0, differentiable_conv(inner, w, "output" + str(level), 1))
  rows = annotate(List[Tensor], [])
  for map in maps:
    rows.append(torch.flatten(torch.permute(map, [0, 2, 3, 1]), 0, 2))
  return (torch.cat(rows, 0), maps)

def bottleneck(x: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  planes = torch.contiguous(x)
  y = torch.relu(group_norm(differentiable_conv(planes, w, name + ".conv1", 0), w, name + ".norm1"))
  y = torch.relu(group_norm(differentiable_conv(y, w, name + ".conv2", 1), w, name + ".norm2"))
  y = group_norm(differentiable_conv(y, w, name + ".conv3", 0), w, name + ".norm3")
  return torch.relu(y + planes)

def group_norm(x: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  return torch.group_norm(x, GROUPS, w[name + ".weight"], w[name + ".bias"], 1e-5, True)

def differentiable_conv(x: Tensor, w: Dict[str, Tensor], name: str, padding: int) -> Tensor:
  bias = annotate(Optional[Tensor], None)
  if name + ".bias" in w:
    bias = w[name + ".bias"]
  return torch.conv2d(x, w[name + ".weight"], bias, [1, 1], [padding, padding], [1, 1])
