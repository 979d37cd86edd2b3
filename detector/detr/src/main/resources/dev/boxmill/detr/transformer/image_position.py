# The position embedding that a DETR's configuration chooses: LEARNED_POSITIONS, or sines of temperature 10000.

# x (B, D, h, w) -> (1, h * w, D)
def image_position(x: Tensor, w: Dict[str, Tensor]) -> Tensor:
  if not ("table.position" in w):
    if LEARNED_POSITIONS:
      w["table.position"] = learned_position(x.size(2), x.size(3), w["position.rows"], w["position.columns"])
    else:
      w["table.position"] = sine_position(x.size(2), x.size(3), x.size(1), 10000.0, x)
  return w["table.position"]
