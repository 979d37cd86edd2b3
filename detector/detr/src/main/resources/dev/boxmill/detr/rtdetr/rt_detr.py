# RT-DETR: Zhao et al., "DETRs Beat YOLOs on Real-time Object Detection" (2023).
# Backbone -> hybrid encoder -> query selection -> decoder with iterative box refinement.
#
# B images, D channels of the decoder, N tokens of all three levels (fine first, each row by row), Q QUERIES, K classes.
# Constants: QUERIES, LEARNED_QUERIES, ANCHOR_SIZES (of the levels [h, w] if fixed, else [[0, 0]]), DECODER_LAYERS,
# DECODER_HEADS, DECODER_POINTS, DECODER_ACTIVATION, OFFSET_SCALE.

# Steps: "encoder.L" and "memory" (all levels as tokens), "query.scores" (B, N, K), "query.tokens" (which were picked),
# "query.content", "query.boxes", each layer's "decoder.I" and "decoder.I.boxes".
def detect(pixels: Tensor, w: Dict[str, Tensor], steps: Optional[Dict[str, Tensor]]) -> Dict[str, Tensor]:
  features = backbone(pixels, w)
  maps = hybrid_encoder([features[1], features[2], features[3]], w)
  for i in range(3):
    record(steps, "encoder." + str(i), maps[i])
  memory, sizes = tokens_of(maps, w)
  record(steps, "memory", memory)
  content, boxes = select_queries(memory, sizes, w, steps)
  logits, boxes = decode(content, boxes, memory, sizes, w, steps)
  return results(features, logits, boxes)

# Maps projected to the decoder's width and flattened: (B, N, D), and the levels' sizes.
def tokens_of(maps: List[Tensor], w: Dict[str, Tensor]) -> Tuple[Tensor, List[List[int]]]:
  tokens = annotate(List[Tensor], [])
  sizes = annotate(List[List[int]], [])
  for level in range(3):
    x = conv(maps[level], w, "decoder.input." + str(level), 1, 0, 1, "none")
    tokens.append(torch.transpose(torch.flatten(x, 2), 1, 2))
    sizes.append([x.size(2), x.size(3)])
  return (torch.cat(tokens, 1), sizes)

# The Q tokens with the highest class score give the decoder its queries and their first boxes.
def select_queries(
    memory: Tensor, sizes: List[List[int]], w: Dict[str, Tensor],
    steps: Optional[Dict[str, Tensor]]) -> Tuple[Tensor, Tensor]:
  grid = sizes
  if ANCHOR_SIZES[0][0] > 0:
    grid = ANCHOR_SIZES
  anchors, valid = anchors_of(grid, 0, w, memory)
  if anchors.size(1) != memory.size(1):
    cells = "its maps have " + str(memory.size(1)) + " cells (must be " + str(anchors.size(1))
    ops.prim.RaiseException("Invalid image size: " + cells + ", as anchor_image_size fixes them)")
  x = candidates_of(memory, valid, w)
  scores = exact_linear(x, w, "query.class")
  tokens = best_tokens(torch.amax(scores, [-1]), QUERIES)
  content = of_tokens(x, tokens)
  boxes = torch.sigmoid(exact_mlp(content, w, "query.box", 3) + of_tokens(anchors, tokens))
  record(steps, "query.scores", scores)
  record(steps, "query.tokens", tokens)
  record(steps, "query.content", content)
  record(steps, "query.boxes", boxes)
  if LEARNED_QUERIES:
    content = torch.expand(torch.unsqueeze(w["query.learned"], 0), [x.size(0), -1, -1])
  return (content, boxes)

# Every layer moves the boxes that the next one attends around. The last layer's are the result.
# -> logits and boxes
def decode(
    x: Tensor, boxes: Tensor, memory: Tensor, sizes: List[List[int]], w: Dict[str, Tensor],
    steps: Optional[Dict[str, Tensor]]) -> Tuple[Tensor, Tensor]:
  for layer in range(DECODER_LAYERS):
    name = "decoder." + str(layer)
    # in training, no layer learns from what the next one attends to
    around = torch.detach(boxes)
    position = torch.to(exact_mlp(around, w, "decoder.position", 2), DTYPE)
    x = deformable_decoder_layer(x, position, around, memory, sizes, w, name, DECODER_ACTIVATION)
    boxes = torch.sigmoid(exact_mlp(x, w, name + ".box", 3) + inverse_sigmoid(around, 1e-5))
    record(steps, name, x)
    record(steps, name + ".boxes", boxes)
  return (exact_linear(x, w, "decoder." + str(DECODER_LAYERS - 1) + ".class"), boxes)

# Checkpoint tensors -> what the forward pass reads: convolutions folded and packed, heads left in float32.
def prepare(w: Dict[str, Tensor]) -> Dict[str, Tensor]:
  ready = annotate(Dict[str, Tensor], {})
  for name in w.keys():
    x = w[name]
    if x.dim() < 4 and torch.find(name, ".bn.") < 0 and not name.startswith("backbone."):
      ready[name] = x if is_head(name) else torch.to(x, DTYPE)
  prepare_backbone(w, ready)
  prepare_hybrid_encoder(w, ready)
  for level in range(3):
    prepare_neck(w, ready, "decoder.input." + str(level), 1, 0)
  for layer in range(DECODER_LAYERS):
    name = "decoder." + str(layer)
    prepare_self_attention(w, ready, name + ".self")
    prepare_deformable_attention(w, ready, name + ".cross", offset_scale(w, name + ".cross"))
  return ready

# What an offset of one point is multiplied with, in widths and heights of the box.
def offset_scale(w: Dict[str, Tensor], name: str) -> Tensor:
  if name + ".offset_scale" in w:
    return w[name + ".offset_scale"] * OFFSET_SCALE
  return torch.full([1], OFFSET_SCALE / DECODER_POINTS, device=w[name + ".offsets.weight"].device)

def is_head(name: str) -> bool:
  return torch.find(name, ".box.") >= 0 or torch.find(name, ".class.") >= 0 or torch.find(name, ".position.") >= 0
