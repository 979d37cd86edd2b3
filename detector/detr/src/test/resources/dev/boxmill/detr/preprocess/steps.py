# Entry points for single steps of preprocess.py.

# normalize, which the networks call from their own entry points
def network_input(w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
  # image: uint8 (h, w, 3)
  out = annotate(Dict[str, Tensor], {})
  out["values"] = normalize(torch.unsqueeze(torch.permute(inputs["image"], [2, 0, 1]), 0), with_tables(w, inputs))
  return out

# What a CUDA device does, on any: two passes in floats.
def resize_as_floats(w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
  x = torch.unsqueeze(torch.permute(inputs["image"], [2, 0, 1]), 0)
  height = int(torch.select(inputs["size"], 0, 0))
  width = int(torch.select(inputs["size"], 0, 1))
  if height < torch.size(x, 2) and width > torch.size(x, 3):
    x = filtered_as_floats(x, height, torch.size(x, 3))
  out = annotate(Dict[str, Tensor], {})
  out["image"] = torch.squeeze(filtered_as_floats(filtered_as_floats(x, torch.size(x, 2), width), height, width), 0)
  return out
