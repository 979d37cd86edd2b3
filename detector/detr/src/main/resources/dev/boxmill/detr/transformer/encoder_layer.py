# An encoder's layer: Vaswani et al., "Attention Is All You Need" (2017), its norms behind the sums ("post-norm").

# x (B, N, D), position (1, N, D) -> (B, N, D)
def encoder_layer(
    x: Tensor, position: Tensor, w: Dict[str, Tensor], name: str, heads: int, activation: str) -> Tensor:
  x = add_norm(x, self_attention(x, position, w, name + ".self", heads), w, name + ".self.norm")
  return add_norm(x, feed_forward(x, w, name, activation), w, name + ".norm")
