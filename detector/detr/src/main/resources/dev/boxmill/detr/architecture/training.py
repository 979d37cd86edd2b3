# The entry points of training, for every network that has a function `predictions`: what its losses are computed of. The
# checkpoint's tensors come among the inputs, and `prepare` runs inside of what autograd records.
#
# B images, H x W pixels, Q queries, C classes.

# inputs: "pixels" (B, 3, H, W); "trained.NAME" and "frozen.NAME", the tensors that `prepare` reads; and what `predictions` reads.
# Returns "logits.SET" (B, Q, C) and "boxes.SET" (B, Q, 4) of each set of predictions, float32 and still bound to what they were
# computed from; "leaf.NAME" of every trained tensor, for `slopes`; and of live BatchNorms "statistic.NAME.bn.batch.mean" and
# ".var".
def predict_recorded(w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
  tensors = annotate(Dict[str, Tensor], {})
  leaves = annotate(Dict[str, Tensor], {})
  for name in inputs.keys():
    if name.startswith("trained."):
      leaf = torch.requires_grad_(torch.detach(inputs[name]))
      tensors[name[8:]] = leaf
      leaves["leaf." + name[8:]] = leaf
    elif name.startswith("frozen."):
      tensors[name[7:]] = inputs[name]
  ready = prepare(tensors)
  out = predictions(torch.to(inputs["pixels"], DTYPE), ready, inputs)
  for name in ready.keys():
    if torch.find(name, ".bn.batch.") >= 0:
      out["statistic." + name] = ready[name]
  out.update(leaves)
  return out

# inputs: what `predict_recorded` returned, and "slope.NAME" of each of its predictions that counts: how the loss depends on it.
# Returns "gradient.NAME" of every trained tensor that the predictions depend on.
def slopes(w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
  outputs = annotate(List[Tensor], [])
  given = annotate(List[Optional[Tensor]], [])
  names = annotate(List[str], [])
  leaves = annotate(List[Tensor], [])
  for name in inputs.keys():
    if name.startswith("slope."):
      outputs.append(inputs[name[6:]])
      given.append(inputs[name])
    elif name.startswith("leaf."):
      names.append(name[5:])
      leaves.append(inputs[name])
  gradients = torch.autograd.grad(outputs, leaves, given, allow_unused=True)
  out = annotate(Dict[str, Tensor], {})
  for i in range(len(names)):
    gradient = gradients[i]
    if gradient is not None:
      out["gradient." + names[i]] = gradient
  return out

def add_predictions(out: Dict[str, Tensor], set: str, logits: Tensor, boxes: Tensor) -> None:
  out["logits." + set] = logits
  out["boxes." + set] = boxes
