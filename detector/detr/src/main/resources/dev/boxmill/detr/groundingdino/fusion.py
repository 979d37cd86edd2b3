# Where image and words meet: the fusion of Li et al., "Grounded Language-Image Pre-training" (2021), as Grounding DINO has it. In
# each layer of the encoder, every token of the image attends to the words, and every word to the image, by the same scores.
#
# B images, N tokens of the image, T tokens of the text, D model width, h heads.
#
# As published, tokens are projected to h * E channels (1024) for scores, values and results: six products of N tokens by
# D * h * E weights. Words are few. So each word is taken through both matrices of a score, and of a value, instead: a head's score
# (Q x + q) . (K t + k) is x . Q'(K t + k) + q . (K t + k), and its result O (V t + v) is of the words alone. What remains of the
# image's side are three products of N tokens by h * T rows of D channels, the same numbers by other sums. The published code moves
# scores by their maximum and keeps them within 50000 of it, which changes no softmax that isn't broken.

# x (B, N, D) and text (B, T, D) -> both, normed, and each with what it attends to in the other
def fused(x: Tensor, text: Tensor, w: Dict[str, Tensor], name: str, heads: int) -> Tuple[Tensor, Tensor]:
  x = layer_norm(x, w, name + ".image.norm")
  text = layer_norm(text, w, name + ".text.norm")
  # (B, h * T, D), head by head
  keys = by_head_and_word(linear(text, w, name + ".keys"), heads)
  values = by_head_and_word(linear(text, w, name + ".values"), heads)
  # (B, 1, h * T)
  shift = torch.unsqueeze(torch.flatten(torch.transpose(linear(text, w, name + ".shift"), 1, 2), 1), 1)
  # (B, N, h * T)
  scores = torch.baddbmm(shift, x, torch.transpose(keys, 1, 2))
  of_words = torch.flatten(torch.softmax(torch.unflatten(scores, 2, [heads, -1]), -1), 2)
  of_tokens = torch.softmax(scores, 1)
  # (B, h * T, D) -> (B, T, h * D)
  seen = torch.unflatten(torch.matmul(torch.transpose(of_tokens, 1, 2), x), 1, [heads, -1])
  seen = torch.flatten(torch.transpose(seen, 1, 2), 2)
  return (torch.baddbmm(x, of_words, values), text + linear(seen, w, name + ".seen"))

# (B, T, h * D) -> (B, h * T, D)
def by_head_and_word(x: Tensor, heads: int) -> Tensor:
  return torch.flatten(torch.transpose(torch.unflatten(x, 2, [heads, -1]), 1, 2), 1, 2)

# Joins each head's pairs of matrices; what scales the results (IMAGE.scale, TEXT.scale) goes into them.
def prepare_fusion(w: Dict[str, Tensor], ready: Dict[str, Tensor], name: str, heads: int) -> None:
  q = w[name + ".image.query.weight"]
  scale = (q.size(0) // heads) ** -0.5
  # (h, E, D) each, and biases (h, E, 1)
  query = torch.unflatten(q * scale, 0, [heads, -1])
  query_bias = torch.unsqueeze(torch.unflatten(w[name + ".image.query.bias"] * scale, 0, [heads, -1]), 2)
  key = torch.unflatten(w[name + ".text.key.weight"], 0, [heads, -1])
  key_bias = torch.unsqueeze(torch.unflatten(w[name + ".text.key.bias"], 0, [heads, -1]), 2)
  across = torch.transpose(query, 1, 2)
  joined(ready, name + ".keys", torch.matmul(across, key), torch.matmul(across, key_bias))
  down = torch.transpose(query_bias, 1, 2)
  joined(ready, name + ".shift", torch.matmul(down, key), torch.matmul(down, key_bias))

  # (h, D, E): what each head adds to the image's tokens
  out = torch.unsqueeze(w[name + ".image.scale"], 1) * w[name + ".image.out.weight"]
  out = torch.transpose(torch.unflatten(out, 1, [heads, -1]), 0, 1)
  value = torch.unflatten(w[name + ".text.value.weight"], 0, [heads, -1])
  value_bias = torch.unsqueeze(torch.unflatten(w[name + ".text.value.bias"], 0, [heads, -1]), 2)
  # a head's weights of all words add up to one: each adds its share of the bias
  share = torch.reshape(w[name + ".image.scale"] * w[name + ".image.out.bias"] / heads, [1, -1, 1])
  joined(ready, name + ".values", torch.matmul(out, value), torch.matmul(out, value_bias) + share)

  # (h, D, E), and (D, h * D): what the words see of the image
  out = torch.unsqueeze(w[name + ".text.scale"], 1) * w[name + ".text.out.weight"]
  out = torch.transpose(torch.unflatten(out, 1, [heads, -1]), 0, 1)
  value = torch.unflatten(w[name + ".image.value.weight"], 0, [heads, -1])
  value_bias = torch.unsqueeze(torch.unflatten(w[name + ".image.value.bias"], 0, [heads, -1]), 2)
  seen = torch.flatten(torch.transpose(torch.matmul(out, value), 0, 1), 1)
  bias = torch.sum(torch.matmul(out, value_bias), [0, 2]) + w[name + ".text.scale"] * w[name + ".text.out.bias"]
  ready[name + ".seen.weight"] = torch.to(seen, DTYPE)
  ready[name + ".seen.bias"] = torch.to(bias, DTYPE)

# weight (h, O, D) and bias (h, O, 1) become those of one linear layer
def joined(ready: Dict[str, Tensor], name: str, weight: Tensor, bias: Tensor) -> None:
  ready[name + ".weight"] = torch.to(torch.flatten(weight, 0, 1), DTYPE)
  ready[name + ".bias"] = torch.to(torch.flatten(bias), DTYPE)
