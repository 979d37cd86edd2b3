# Attention with content and position projected apart, each head comparing the one and then the other: Conditional DETR
# (Meng et al., 2021), section 3.3, and its successors.
#
# B batch, Q queries, N tokens of the image, D model width.

# x and its position (B, Q, D) -> (B, Q, D)
def conditional_layer(
    x: Tensor, position: Tensor, sine: Tensor, memory: Tensor, memory_position: Tensor, w: Dict[str, Tensor],
    name: str, heads: int) -> Tensor:
  x = add_norm(x, conditional_self_attention(x, position, w, name + ".self", heads), w, name + ".self.norm")
  attended = conditional_cross_attention(x, position, sine, memory, memory_position, w, name + ".cross", heads)
  x = add_norm(x, attended, w, name + ".cross.norm")
  return add_norm(x, feed_forward(x, w, name, ACTIVATION), w, name + ".norm")

# Contents and positions are added here.
def conditional_self_attention(x: Tensor, position: Tensor, w: Dict[str, Tensor], name: str, heads: int) -> Tensor:
  qk = torch.chunk(linear(x, w, name + ".content") + linear(position, w, name + ".position"), 2, 2)
  return attend(qk[0], qk[1], linear(x, w, name + ".v"), w, name, heads)

# x, its position, and the sine embedding of its reference point (B, Q, D); memory (B, N, D), its position (1, N, D).
# Layers with a projection of the query's position add both positions to the contents too.
def conditional_cross_attention(
    x: Tensor, position: Tensor, sine: Tensor, memory: Tensor, memory_position: Tensor, w: Dict[str, Tensor],
    name: str, heads: int) -> Tensor:
  q = linear(x, w, name + ".q")
  k = linear(memory, w, name + ".k")
  k_position = torch.expand_as(linear(memory_position, w, name + ".k_position"), k)
  if name + ".q_position.weight" in w:
    q = q + linear(position, w, name + ".q_position")
    k = k + k_position
  q = beside(q, linear(sine, w, name + ".sine"), heads)
  k = beside(k, k_position, heads)
  v = split_heads(linear(memory, w, name + ".v"), heads)
  mixed = torch.transpose(attend_narrow(q, k, v), 1, 2)
  return linear(torch.flatten(mixed, 2), w, name + ".out")

# q and k (B, heads, Q or N, 2 * C), v (B, heads, N, C) -> (B, heads, Q, C). The fused kernel takes equal widths alone;
# zeros that widen v cost a fifth of what the plain operators would.
def attend_narrow(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
  narrow = v.size(3)
  wide = torch.constant_pad_nd(v, [0, q.size(3) - narrow])
  return torch.narrow(torch.scaled_dot_product_attention(q, k, wide), 3, 0, narrow)

# Twice (B, N, D) -> (B, heads, N, 2 * D / heads)
def beside(content: Tensor, position: Tensor, heads: int) -> Tensor:
  return torch.cat([split_heads(content, heads), split_heads(position, heads)], 3)

def prepare_conditional_layer(w: Dict[str, Tensor], ready: Dict[str, Tensor], name: str) -> None:
  for kind in ["content", "position"]:
    for part in ["weight", "bias"]:
      q = w[name + ".self.q_" + kind + "." + part]
      k = w[name + ".self.k_" + kind + "." + part]
      ready[name + ".self." + kind + "." + part] = torch.to(torch.cat([q, k], 0), DTYPE)
