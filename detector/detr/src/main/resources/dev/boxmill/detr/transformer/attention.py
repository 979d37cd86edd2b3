# Multi-head attention whose positions are added to queries and keys, never to values.
#
# B batch, N tokens that attend, M tokens attended to, D model width.

# Queries and keys share one input, hence one product. x (B, N, D), position (B or 1, N, D) -> (B, N, D)
def self_attention(x: Tensor, position: Tensor, w: Dict[str, Tensor], name: str, heads: int) -> Tensor:
  qk = torch.chunk(linear(x + position, w, name + ".qk"), 2, 2)
  return attend(qk[0], qk[1], linear(x, w, name + ".v"), w, name, heads)

# x and its position (B, N, D), keys and values (B, M, D) -> (B, N, D); keys have their position added already.
def cross_attention(
    x: Tensor, position: Tensor, keys: Tensor, values: Tensor, w: Dict[str, Tensor], name: str, heads: int) -> Tensor:
  q = linear(x + position, w, name + ".q")
  return attend(q, linear(keys, w, name + ".k"), linear(values, w, name + ".v"), w, name, heads)

# All see all, but for what a training's `w[name + ".mask"]` (N, M) bool hides.
def attend(q: Tensor, k: Tensor, v: Tensor, w: Dict[str, Tensor], name: str, heads: int) -> Tensor:
  mask = annotate(Optional[Tensor], None)
  if name + ".mask" in w:
    mask = w[name + ".mask"]
  mixed = torch.scaled_dot_product_attention(split_heads(q, heads), split_heads(k, heads), split_heads(v, heads), mask)
  return linear(torch.flatten(torch.transpose(mixed, 1, 2), 2), w, name + ".out")

# (B, N, D) -> (B, heads, N, D / heads), a view
def split_heads(x: Tensor, heads: int) -> Tensor:
  return torch.transpose(torch.unflatten(x, 2, [heads, -1]), 1, 2)

def prepare_self_attention(w: Dict[str, Tensor], ready: Dict[str, Tensor], name: str) -> None:
  ready[name + ".qk.weight"] = torch.to(torch.cat([w[name + ".q.weight"], w[name + ".k.weight"]], 0), DTYPE)
  ready[name + ".qk.bias"] = torch.to(torch.cat([w[name + ".q.bias"], w[name + ".k.bias"]], 0), DTYPE)
