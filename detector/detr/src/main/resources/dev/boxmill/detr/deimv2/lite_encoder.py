# DEIMv2's encoder of its smallest networks: one map of the backbone, a coarser one made of it, and one fusion of the two
# in either direction, by elan.py's blocks.

# All maps of the backbone -> two fused maps. Steps: "encoder.input", "encoder.reduced", "encoder.global".
def encoder(features: List[Tensor], w: Dict[str, Tensor], steps: Optional[Dict[str, Tensor]]) -> List[Tensor]:
  fine = conv(features[-1], w, "encoder.input.0", 1, 0, 1, "none")
  record(steps, "encoder.input", fine)
  coarse = lite_reduced(fine, w, "encoder.reduce.0")
  record(steps, "encoder.reduced", coarse)
  coarse = coarse + torch.mean(coarse, [2, 3], True)
  coarse = conv(coarse, w, "encoder.global", 1, 0, 1, CONV_ACTIVATION)
  record(steps, "encoder.global", coarse)
  fine = elan(torch.add_(enlarged(coarse, fine), fine), w, "encoder.top_down.0")
  coarse = elan(coarse + lite_reduced(fine, w, "encoder.reduce.1"), w, "encoder.bottom_up.0")
  return [fine, coarse]

# Means of 3 x 3 at stride 2, then a 1x1 convolution.
def lite_reduced(x: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  return conv(torch.avg_pool2d(x, [3, 3], [2, 2], [1, 1]), w, name, 1, 0, 1, CONV_ACTIVATION)

def prepare_encoder(w: Dict[str, Tensor], ready: Dict[str, Tensor]) -> None:
  for name in ["input.0", "reduce.0", "reduce.1", "global"]:
    prepare_neck(w, ready, "encoder." + name, 1, 0)
  prepare_elan(w, ready, "encoder.top_down.0")
  prepare_elan(w, ready, "encoder.bottom_up.0")
