# D-FINE's decoder layer: RT-DETR's, but tokens are sampled as they are, and a gate weighs what was sampled against what
# the query was.
#
# B images, Q queries, D channels, N tokens. Constants: DECODER_HEADS, POINTS (of each level), DECODER_ACTIVATION.

# Steps: "NAME.self" and "NAME.cross", behind their norms.
def decoder_layer(
    x: Tensor, position: Tensor, boxes: Tensor, memory: Tensor, sizes: List[List[int]], w: Dict[str, Tensor],
    name: str, steps: Optional[Dict[str, Tensor]]) -> Tensor:
  x = add_norm(x, self_attention(x, position, w, name + ".self", DECODER_HEADS), w, name + ".self.norm")
  record(steps, name + ".self", x)
  y = sampled(x + position, boxes, memory, sizes, w, name + ".cross", DECODER_HEADS, POINTS)
  gates = torch.chunk(torch.sigmoid_(linear(torch.cat([x, y], 2), w, name + ".gate")), 2, 2)
  x = layer_norm(torch.addcmul(gates[0] * x, gates[1], y), w, name + ".gate.norm")
  record(steps, name + ".cross", x)
  y = torch.add_(feed_forward(x, w, name, DECODER_ACTIVATION), x)
  # float16's range, in every precision
  return layer_norm(torch.clamp_(y, -65504.0, 65504.0), w, name + ".norm")
