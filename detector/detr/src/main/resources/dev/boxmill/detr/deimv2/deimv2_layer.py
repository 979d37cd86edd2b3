# DEIMv2's decoder layer: D-FINE's with RMSNorms (Zhang, Sennrich, 2019) and a SwiGLU (Shazeer, 2020); the small networks
# have no gate.
#
# B images, Q queries, D channels, N tokens. Constants: DECODER_HEADS, POINTS (of each level), GATED.

# Steps: "NAME.self" and "NAME.cross", behind their norms.
def decoder_layer(
    x: Tensor, position: Tensor, boxes: Tensor, memory: Tensor, sizes: List[List[int]], w: Dict[str, Tensor],
    name: str, steps: Optional[Dict[str, Tensor]]) -> Tensor:
  y = self_attention(x, position, w, name + ".self", DECODER_HEADS)
  x = rms_norm(torch.add_(y, x), w, name + ".self.norm")
  record(steps, name + ".self", x)
  y = sampled(x + position, boxes, memory, sizes, w, name + ".cross", DECODER_HEADS, POINTS)
  if GATED:
    gates = torch.chunk(torch.sigmoid_(linear(torch.cat([x, y], 2), w, name + ".gate")), 2, 2)
    x = rms_norm(torch.addcmul(gates[0] * x, gates[1], y), w, name + ".gate.norm")
  else:
    x = rms_norm(torch.add_(y, x), w, name + ".cross.norm")
  record(steps, name + ".cross", x)
  halves = torch.chunk(linear(x, w, name + ".fc1"), 2, 2)
  y = torch.add_(linear(torch.silu(halves[0]) * halves[1], w, name + ".fc2"), x)
  # float16's range, in every precision
  return rms_norm(torch.clamp_(y, -65504.0, 65504.0), w, name + ".norm")

def rms_norm(x: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  return torch.rms_norm(x, [x.size(-1)], w[name + ".weight"], 1e-6)
