# An entry point for normalise alone; the networks call it from their own.
def network_input(w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
  # image: uint8 (h, w, 3)
  out = annotate(Dict[str, Tensor], {})
  out["values"] = normalise(torch.unsqueeze(torch.permute(inputs["image"], [2, 0, 1]), 0))
  return out
