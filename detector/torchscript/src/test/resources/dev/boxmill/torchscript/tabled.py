def forward(w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
  own = with_tables(w, inputs)
  known = len(own)
  out = annotate(Dict[str, Tensor], {})
  out["made"] = torch.full([1], 0.0)
  if not ("table.steps" in own):
    own["table.steps"] = table_of([1.0, 2.0, 5.0], 2, FLOAT32, inputs["x"].device)
    out["made"] = torch.full([1], 1.0)
  out["y"] = inputs["x"] + own["table.steps"]
  return with_new_tables(out, own, inputs, known)
