# Where RefineBox spends its time, for use without gradients: feature maps lie channels last, sums land in place.
# Letters as in refinebox.py.

def prepare(w: Dict[str, Tensor]) -> Dict[str, Tensor]:
  out = annotate(Dict[str, Tensor], {})
  for name in w.keys():
    if ".conv" in name or "lateral" in name or "output" in name:
      if name.endswith(".weight"):
        prepare_conv(w, out, name[:-7])
    else:
      out[name] = w[name]
  out["groups"] = groups(w["block0.norm1.weight"])
  return out

# Times it, each channel's value becomes the mean of its group's. (C, C)
def groups(norm: Tensor) -> Tensor:
  size = norm.size(0) // GROUPS
  group = torch.floor_divide(torch.arange(norm.size(0), dtype=INT64, device=norm.device), size)
  same = torch.eq(torch.unsqueeze(group, 0), torch.unsqueeze(group, 1))
  return torch.to(same, FLOAT32) / size

# The bottlenecks' convolutions have no bias in the checkpoint: theirs is zero.
def prepare_conv(w: Dict[str, Tensor], out: Dict[str, Tensor], name: str) -> None:
  weight = w[name + ".weight"]
  out[name + ".weight"] = prepack(weight, 1, weight.size(2) // 2, 1)
  if (name + ".bias") in w:
    out[name + ".bias"] = torch.to(w[name + ".bias"], DTYPE)
  else:
    out[name + ".bias"] = torch.to(torch.zeros_like(weight[:, 0, 0, 0]), DTYPE)

# Feature pyramid (Lin et al. 2017) without norms: 1x1 laterals, top-down by nearest neighbor to the lateral's exact size,
# 3x3 outputs. Returned are every cell of every level as a row of C values, level by level, in it image by image, in it line by
# line, (cells, C); and the levels as views of it, (B, C, h, w).
def pyramid(w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Tuple[Tensor, List[Tensor]]:
  last = map_count(inputs) - 1
  inner = [conv(feature_map(inputs, last), w, "lateral" + str(last), 1, 0, 1, "none")]
  for i in range(last):
    level = last - 1 - i
    features = feature_map(inputs, level)
    above = torch.upsample_nearest2d(inner[0], [features.size(2), features.size(3)], None, None)
    inner.insert(0, conv_add(features, above, w, "lateral" + str(level), 0))
  cells = 0
  for map in inner:
    cells = cells + map.size(0) * map.size(2) * map.size(3)
  table = torch.zeros([cells, inner[0].size(1)], dtype=inner[0].dtype, device=inner[0].device)
  maps = annotate(List[Tensor], [])
  first = 0
  for level in range(len(inner)):
    map = inner[level]
    cells = map.size(0) * map.size(2) * map.size(3)
    view = torch.reshape(torch.narrow(table, 0, first, cells), [map.size(0), map.size(2), map.size(3), map.size(1)])
    maps.append(conv_add(map, torch.permute(view, [0, 3, 1, 2]), w, "output" + str(level), 1))
    first = first + cells
  return (table, maps)

def feature_map(inputs: Dict[str, Tensor], level: int) -> Tensor:
  return torch.contiguous(torch.to(inputs["c" + str(level + 2)], DTYPE), memory_format=CHANNELS_LAST)

def bottleneck(x: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  y = torch.relu_(group_norm(conv(x, w, name + ".conv1", 1, 0, 1, "none"), w, name + ".norm1"))
  y = conv(torch.to(y, DTYPE), w, name + ".conv2", 1, 1, 1, "none")
  y = torch.relu_(group_norm(y, w, name + ".norm2"))
  y = conv(torch.to(y, DTYPE), w, name + ".conv3", 1, 0, 1, "none")
  return torch.relu_(torch.add_(torch.to(group_norm(y, w, name + ".norm3"), DTYPE), x))

# GroupNorm (Wu, He 2018), eps 1e-5, in PyTorch's operators: its own kernel for channels_last takes 10 times as long, and takes
# the variance as mean square less squared mean, which loses four digits where a box without area makes all cells alike.
# The result is float32; x is changed where it is float32 too.
def group_norm(x: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  # (N, cells, C), as it lies in memory
  cells = torch.to(torch.flatten(torch.permute(x, [0, 2, 3, 1]), 1, 2), FLOAT32)
  centered = torch.sub_(cells, torch.unsqueeze(group_mean(cells, w), 1))
  variance = group_mean(centered * centered, w)
  scale = torch.rsqrt(variance + 1e-5) * w[name + ".weight"]
  y = torch.addcmul(w[name + ".bias"], centered, torch.unsqueeze(scale, 1))
  return torch.permute(torch.reshape(y, [x.size(0), x.size(2), x.size(3), x.size(1)]), [0, 3, 1, 2])

# Of each channel's group, over the cells. (N, C)
def group_mean(cells: Tensor, w: Dict[str, Tensor]) -> Tensor:
  return torch.mm(torch.mean(cells, [1]), w["groups"])
