# How D-FINE fuses maps: Peng et al., "D-FINE: Redefine Regression Task in DETRs as Fine-grained Distribution Refinement"
# (2024), with the blocks of GELAN (Wang et al., "YOLOv9", 2024).
#
# B images, D channels of the maps. Maps are (B, D, h, w), channels_last, DTYPE, fine to coarse.
# Constants: FUSED_BY ("sum" or "cat" of two maps), REP_BLOCKS (in a row in each branch), BRANCH_CONV (whether a 3x3
# convolution ends a branch), CONV_ACTIVATION; and those of neck.py.

# A top-down path, and a bottom-up path over what it gave.
def fused_maps(maps: List[Tensor], w: Dict[str, Tensor]) -> List[Tensor]:
  last = len(maps) - 1
  coarser = annotate(List[Tensor], [])
  x = maps[last]
  for i in range(last):
    x = conv(x, w, "encoder.lateral." + str(i), 1, 0, 1, "none")
    coarser.append(x)
    finer = maps[last - 1 - i]
    x = elan(together(enlarged(x, finer), finer), w, "encoder.top_down." + str(i))
  fused = annotate(List[Tensor], [x])
  for i in range(last):
    reduced = conv(x, w, "encoder.reduce." + str(i) + ".point", 1, 0, 1, "none")
    reduced = conv_by_channel(reduced, w, "encoder.reduce." + str(i), 2, 1, "none")
    x = elan(together(reduced, coarser[last - 1 - i]), w, "encoder.bottom_up." + str(i))
    fused.append(x)
  return fused

def together(x: Tensor, other: Tensor) -> Tensor:
  if FUSED_BY == "sum":
    y = x + other
  else:
    y = torch.cat([x, other], 1)
  return torch.contiguous(y, memory_format=CHANNELS_LAST)

# Two halves, and two branches in a row behind the second: all four are gathered.
def elan(x: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  first = conv(x, w, name + ".0", 1, 0, 1, CONV_ACTIVATION)
  second = conv(x, w, name + ".1", 1, 0, 1, CONV_ACTIVATION)
  third = elan_branch(second, w, name + ".2")
  fourth = elan_branch(third, w, name + ".3")
  return conv(torch.cat([first, second, third, fourth], 1), w, name + ".4", 1, 0, 1, CONV_ACTIVATION)

# RepVGG convolutions beside a 1x1 shortcut.
def elan_branch(x: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  y = conv(x, w, name + ".0", 1, 0, 1, CONV_ACTIVATION)
  for i in range(REP_BLOCKS):
    y = conv(y, w, name + ".rep." + str(i), 1, 1, 1, CONV_ACTIVATION)
  y = torch.add_(y, conv(x, w, name + ".1", 1, 0, 1, CONV_ACTIVATION))
  if BRANCH_CONV:
    y = conv(y, w, name + ".2", 1, 1, 1, CONV_ACTIVATION)
  return y

def prepare_fused_maps(w: Dict[str, Tensor], ready: Dict[str, Tensor], levels: int) -> None:
  for i in range(levels - 1):
    n = str(i)
    prepare_neck(w, ready, "encoder.lateral." + n, 1, 0)
    prepare_neck(w, ready, "encoder.reduce." + n + ".point", 1, 0)
    prepare_conv_by_channel(w, ready, "encoder.reduce." + n, 2, 1)
    prepare_elan(w, ready, "encoder.top_down." + n)
    prepare_elan(w, ready, "encoder.bottom_up." + n)

def prepare_elan(w: Dict[str, Tensor], ready: Dict[str, Tensor], name: str) -> None:
  for part in [".0", ".1", ".4", ".2.0", ".2.1", ".3.0", ".3.1"]:
    prepare_neck(w, ready, name + part, 1, 0)
  for branch in [".2", ".3"]:
    for i in range(REP_BLOCKS):
      prepare_rep_vgg(w, ready, name + branch + ".rep." + str(i))
    if BRANCH_CONV:
      prepare_neck(w, ready, name + branch + ".2", 1, 1)
