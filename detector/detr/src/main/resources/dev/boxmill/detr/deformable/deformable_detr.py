# Deformable DETR: Zhu et al., "Deformable DETR: Deformable Transformers for End-to-End Object Detection" (2020), with
# its iterative box refinement and its two stages.
#
# B images, D model width, N tokens of all levels, Q QUERIES.
# Constants: QUERIES, REFINED (each decoder layer moves the boxes that the next one attends around), TWO_STAGE (the encoder's
# best tokens give the queries), and those of deformable_transformer.py.

# Steps: "tokens" (all levels'), "encoder.I", with two stages "query.scores" (B, N) and "query.tokens" (which were picked),
# then "query.content", "query.position", "query.references", "decoder.I", refined also "decoder.I.boxes".
def detect(pixels: Tensor, w: Dict[str, Tensor], steps: Optional[Dict[str, Tensor]]) -> Dict[str, Tensor]:
  features = backbone(pixels, w)
  tokens, sizes, padding = tokens_of(features, w)
  record(steps, "tokens", tokens)
  memory = encode(tokens, sizes, w, steps)
  if TWO_STAGE:
    references = select_boxes(memory, sizes, padding, w, steps)
    queries = queries_of(references, w)
  else:
    queries = torch.expand(torch.unsqueeze(w["queries"], 0), [memory.size(0), -1, -1])
    references = torch.expand(torch.unsqueeze(w["query.references"], 0), [memory.size(0), -1, -1])
  # (B, Q, D) each
  parts = torch.chunk(queries, 2, 2)
  position = parts[0]
  content = parts[1]
  record(steps, "query.position", position)
  record(steps, "query.content", content)
  record(steps, "query.references", references)
  logits, boxes = decode(content, position, references, memory, sizes, w, steps)
  return results(features, logits, boxes)

# The tokens that score highest as the first class, whatever that is: in training all objects were that one. Their boxes
# (B, Q, 4).
def select_boxes(
    memory: Tensor, sizes: List[List[int]], padding: int, w: Dict[str, Tensor],
    steps: Optional[Dict[str, Tensor]]) -> Tensor:
  anchors, valid = anchors_of(sizes, padding, w, memory)
  x = candidates_of(memory, valid, w)
  first = torch.narrow(w["query.class.weight"], 0, 0, 1)
  scores = torch.linear(torch.to(x, FLOAT32), first, torch.narrow(w["query.class.bias"], 0, 0, 1))
  scores = torch.select(scores, 2, 0)
  tokens = best_tokens(scores, QUERIES)
  record(steps, "query.scores", scores)
  record(steps, "query.tokens", tokens)
  return torch.sigmoid(exact_mlp(of_tokens(x, tokens), w, "query.box", 3) + of_tokens(anchors, tokens))

# From boxes to position and content of their queries: (B, Q, 2 * D)
def queries_of(boxes: Tensor, w: Dict[str, Tensor]) -> Tensor:
  # x before y, other than in maps
  axes = annotate(List[Tensor], [])
  for axis in range(4):
    axes.append(sine_of_axis(boxes, axis, w["levels"].size(1) // 2, w))
  sines = torch.cat(axes, 2)
  return layer_norm(linear(torch.to(sines, DTYPE), w, "query.position"), w, "query.position.norm")

# -> logits and boxes
def decode(
    x: Tensor, position: Tensor, references: Tensor, memory: Tensor, sizes: List[List[int]], w: Dict[str, Tensor],
    steps: Optional[Dict[str, Tensor]]) -> Tuple[Tensor, Tensor]:
  boxes = references
  for layer in range(DECODER_LAYERS):
    name = "decoder." + str(layer)
    x = deformable_decoder_layer(x, position, references, memory, sizes, w, name, ACTIVATION)
    record(steps, name, x)
    if REFINED:
      boxes = moved(references, exact_mlp(x, w, name + ".box", 3))
      record(steps, name + ".boxes", boxes)
      # in training, a layer's box learns from its own loss alone
      references = torch.detach(boxes)
  if REFINED:
    return (exact_linear(x, w, "decoder." + str(DECODER_LAYERS - 1) + ".class"), boxes)
  return (exact_linear(x, w, "decoder.class"), moved(references, exact_mlp(x, w, "decoder.box", 3)))

# A point is moved like a box's center, and has no size to start from.
def moved(references: Tensor, delta: Tensor) -> Tensor:
  start = inverse_sigmoid(references, 1e-5)
  if references.size(2) == 2:
    start = torch.constant_pad_nd(start, [0, 2])
  return torch.sigmoid(delta + start)

def prepare(w: Dict[str, Tensor]) -> Dict[str, Tensor]:
  ready = annotate(Dict[str, Tensor], {})
  prepare_transformer(w, ready)
  for layer in range(DECODER_LAYERS):
    prepare_cross_attention(w, ready, layer, TWO_STAGE or (REFINED and layer > 0))
  if not TWO_STAGE:
    position = torch.chunk(w["queries"], 2, 1)[0]
    ready["query.references"] = torch.sigmoid(exact_linear(position, w, "references"))
  prepare_backbone(w, ready)
  return ready
