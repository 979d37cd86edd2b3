# A decoder layer that samples the encoder's tokens: Zhu et al., "Deformable DETR" (2020), and all after it.
#
# B images, Q queries, D channels, N tokens of all levels. Constants: DECODER_HEADS, DECODER_POINTS.

# references (B, Q, 2 or 4): what a query attends around
def deformable_decoder_layer(
    x: Tensor, position: Tensor, references: Tensor, memory: Tensor, sizes: List[List[int]], w: Dict[str, Tensor],
    name: str, activation: str) -> Tensor:
  x = add_norm(x, self_attention(x, position, w, name + ".self", DECODER_HEADS), w, name + ".self.norm")
  y = deformable_attention(
    x + position, references, memory, sizes, w, name + ".cross", DECODER_HEADS, DECODER_POINTS)
  x = add_norm(x, y, w, name + ".cross.norm")
  return add_norm(x, feed_forward(x, w, name, activation), w, name + ".norm")
