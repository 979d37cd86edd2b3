# Tables: tensors that depend on shapes and weights alone, such as position embeddings and anchors. A pass makes the tables
# that it was not given and returns them; whoever runs another pass of the same shapes gives them back among its inputs.
# Their names begin with "table.". None is copied from the host: that would stall a GPU.

# What a pass reads: the weights, and the tables among its inputs. The pass puts the tables that it makes here.
def with_tables(w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
  own = annotate(Dict[str, Tensor], {})
  own.update(w)
  for name in inputs.keys():
    if name.startswith("table."):
      own[name] = inputs[name]
  return own

# The results and the tables that were made since `own` had `known` tensors.
def with_new_tables(out: Dict[str, Tensor], own: Dict[str, Tensor], inputs: Dict[str, Tensor], known: int) -> Dict[str, Tensor]:
  if len(own) > known:
    for name in own.keys():
      if name.startswith("table.") and not (name in inputs):
        out[name] = own[name]
  return out

# (n,): each value `times` times
def table_of(values: List[float], times: int, dtype: int, device: Device) -> Tensor:
  parts = annotate(List[Tensor], [])
  for value in values:
    parts.append(torch.full([times], value, dtype=dtype, device=device))
  return torch.cat(parts)
