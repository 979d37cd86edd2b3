# BERT: Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding" (2018), the encoder alone.
# It reads a prompt once, while a network is prepared, in float32 whatever DTYPE is.
#
# T tokens of a pass, H channels, h heads. Constants: BERT_LAYERS, BERT_HEADS, BERT_ACTIVATION, BERT_EPS (of its LayerNorms).

# The tokens' numbers in the vocabulary and their places in their phrases, both (T,) int64; sees (T, T) bool, tokens by tokens,
# whether one attends to the other -> (1, T, H)
def bert(tokens: Tensor, places: Tensor, sees: Tensor, w: Dict[str, Tensor]) -> Tensor:
  # all tokens are of the first of BERT's two sentences
  x = torch.embedding(w["bert.words"], tokens) + torch.select(w["bert.types"], 0, 0)
  x = torch.unsqueeze(x + torch.embedding(w["bert.places"], places), 0)
  x = bert_norm(x, w, "bert.norm")
  for layer in range(BERT_LAYERS):
    x = bert_layer(x, sees, w, "bert." + str(layer))
  return x

def bert_layer(x: Tensor, sees: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  q = split_heads(bert_linear(x, w, name + ".q"), BERT_HEADS)
  k = split_heads(bert_linear(x, w, name + ".k"), BERT_HEADS)
  v = split_heads(bert_linear(x, w, name + ".v"), BERT_HEADS)
  mixed = torch.flatten(torch.transpose(torch.scaled_dot_product_attention(q, k, v, sees), 1, 2), 2)
  x = bert_norm(x + bert_linear(mixed, w, name + ".out"), w, name + ".out.norm")
  inside = bert_activated(bert_linear(x, w, name + ".fc1"))
  return bert_norm(x + bert_linear(inside, w, name + ".fc2"), w, name + ".norm")

def bert_activated(x: Tensor) -> Tensor:
  if BERT_ACTIVATION == "relu":
    return torch.relu(x)
  if BERT_ACTIVATION == "silu":
    return torch.silu(x)
  if BERT_ACTIVATION == "gelu_new":
    return torch.gelu(x, approximate="tanh")
  return torch.gelu(x)

def bert_norm(x: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  return torch.layer_norm(x, [x.size(-1)], w[name + ".weight"], w[name + ".bias"], BERT_EPS)

def bert_linear(x: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  return torch.linear(x, w[name + ".weight"], w[name + ".bias"])
