# The entry points of every network. A network's own text defines two functions: `detect`, which returns `results`, and
# `prepare`, from the checkpoint's tensors to those that `detect` reads.
#
# B images, H x W pixels, Q queries, C classes.

# inputs: "pixels" (B, 3, H, W) float32, normalized.
# Returns "logits" (B, Q, C) and "boxes" (B, Q, 4), (cx, cy, w, h) relative to the image, both float32; and the backbone's
# feature maps from "c2" on in DTYPE, mostly to "c5".
def forward(w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
  return detect(inputs["pixels"], with_tables(w, inputs), None)

# The same, and every step that the network records; all as float32 in memory order, for comparing with a reference.
def stages(w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
  steps = annotate(Dict[str, Tensor], {})
  steps.update(detect(inputs["pixels"], with_tables(w, inputs), steps))
  for name in steps.keys():
    steps[name] = torch.contiguous(torch.to(steps[name], FLOAT32))
  return steps

# Keeps a step's result for `stages`. In `forward` steps is None, and nothing lives longer than it is read.
def record(steps: Optional[Dict[str, Tensor]], name: str, x: Tensor) -> None:
  if steps is not None:
    steps[name] = x

def results(features: List[Tensor], logits: Tensor, boxes: Tensor) -> Dict[str, Tensor]:
  out = annotate(Dict[str, Tensor], {})
  for i in range(len(features)):
    out["c" + str(i + 2)] = features[i]
  out["logits"] = logits
  out["boxes"] = boxes
  return out
