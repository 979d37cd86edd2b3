# Tensors as a detector in bfloat16 gives them.
def bfloat16(w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
  out = annotate(Dict[str, Tensor], {})
  for name in inputs.keys():
    out[name] = torch.contiguous(torch.to(inputs[name], 15), memory_format=2)
  return out
