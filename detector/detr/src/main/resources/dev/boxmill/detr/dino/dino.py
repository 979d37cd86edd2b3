# DINO: Zhang et al., "DINO: DETR with Improved DeNoising Anchor Boxes for End-to-End Object Detection" (2022).
# It differs from Deformable DETR with two stages in this:
# - the tokens are picked by their best class, and give the queries' boxes alone: the content is learned
# - a query's position is computed for each layer, from the box
# - heads read a layer's result behind a LayerNorm; the boxes for the next layer are moved by what lies before it
#
# B images, D model width, N tokens of all levels, Q QUERIES, K classes.
# Constants: QUERIES, and those of deformable_transformer.py.

# Steps: "tokens" (all levels'), "encoder.I", "query.candidates" (B, N, D), "query.scores" (B, N, K), "query.tokens" (which were
# picked), "query.boxes", each layer's "decoder.I", "decoder.I.normed" and "decoder.I.boxes" (for the next layer).
def detect(pixels: Tensor, w: Dict[str, Tensor], steps: Optional[Dict[str, Tensor]]) -> Dict[str, Tensor]:
  features = backbone(pixels, w)
  tokens, sizes, padding = tokens_of(features, w)
  record(steps, "tokens", tokens)
  memory = encode(tokens, sizes, w, steps)
  boxes = select_boxes(memory, sizes, padding, w, steps)
  content = torch.expand(torch.unsqueeze(w["query.content"], 0), [memory.size(0), -1, -1])
  logits, boxes = decode(content, boxes, memory, sizes, w, steps)
  return results(features, logits, boxes)

# The boxes of the tokens whose best class scores highest: (B, Q, 4)
def select_boxes(
    memory: Tensor, sizes: List[List[int]], padding: int, w: Dict[str, Tensor],
    steps: Optional[Dict[str, Tensor]]) -> Tensor:
  anchors, valid = anchors_of(sizes, padding, w, memory)
  x = candidates_of(memory, valid, w)
  scores = exact_linear(x, w, "query.class")
  tokens = best_tokens(torch.amax(scores, [-1]), QUERIES)
  boxes = torch.sigmoid(exact_mlp(of_tokens(x, tokens), w, "query.box", 3) + of_tokens(anchors, tokens))
  record(steps, "query.candidates", x)
  record(steps, "query.scores", scores)
  record(steps, "query.tokens", tokens)
  record(steps, "query.boxes", boxes)
  return boxes

# -> logits and boxes
def decode(
    x: Tensor, boxes: Tensor, memory: Tensor, sizes: List[List[int]], w: Dict[str, Tensor],
    steps: Optional[Dict[str, Tensor]]) -> Tuple[Tensor, Tensor]:
  given = boxes
  normed = x
  for layer in range(DECODER_LAYERS):
    name = "decoder." + str(layer)
    given = boxes
    # in training, a layer's box learns from the next one's result, but not from what that attends to
    around = torch.detach(given)
    x = deformable_decoder_layer(x, box_position(around, w), around, memory, sizes, w, name, ACTIVATION)
    boxes = moved(around, x, w, name)
    normed = layer_norm(x, w, "decoder.norm")
    record(steps, name, x)
    record(steps, name + ".normed", normed)
    record(steps, name + ".boxes", boxes)
  last = "decoder." + str(DECODER_LAYERS - 1)
  return (exact_linear(normed, w, last + ".class"), moved(given, normed, w, last))

def moved(boxes: Tensor, x: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  return torch.sigmoid(exact_mlp(x, w, name + ".box", 3) + inverse_sigmoid(boxes, 1e-3))

# Sines of y, x, w, h, and two linear layers: (B, Q, 4) -> (B, Q, D)
def box_position(boxes: Tensor, w: Dict[str, Tensor]) -> Tensor:
  sines = torch.to(sine_of(boxes, w["levels"].size(1), w), DTYPE)
  return mlp(sines, w, "decoder.position")

def prepare(w: Dict[str, Tensor]) -> Dict[str, Tensor]:
  ready = annotate(Dict[str, Tensor], {})
  prepare_transformer(w, ready)
  for layer in range(DECODER_LAYERS):
    prepare_cross_attention(w, ready, layer, True)
  prepare_backbone(w, ready)
  return ready
