# RT-DETR: Zhao et al., "DETRs Beat YOLOs on Real-time Object Detection" (2023).
# Backbone -> hybrid encoder -> query selection -> decoder with iterative box refinement.
#
# B images, D channels of the decoder, N tokens of all three levels (fine first, each row by row), Q QUERIES, K classes.
# Constants: QUERIES, LEARNED_QUERIES, ANCHOR_SIZES (of the levels [h, w] if fixed, else [[0, 0]]), DECODER_LAYERS,
# DECODER_HEADS, DECODER_POINTS, DECODER_ACTIVATION, OFFSET_SCALE.

# inputs: "pixels" (B, 3, height, width) float32.
# Returns logits (B, Q, K), boxes (B, Q, 4) cxcywh in [0, 1], both float32, and the backbone's maps c2 to c5 in DTYPE.
def forward(w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
  found = detect(inputs["pixels"], w)
  outputs = annotate(Dict[str, Tensor], {})
  for name in ["logits", "boxes", "c2", "c3", "c4", "c5"]:
    outputs[name] = found[name]
  return outputs

# Every stage's tensors as float32, for comparing with a reference: "c2" to "c5", "encoder.L" and "memory" (all levels
# as tokens), "query.scores" (B, N, K), "query.tokens" (which were picked), "query.content", "query.boxes", each layer's
# "decoder.I" and "decoder.I.boxes", "logits", "boxes".
def stages(w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
  found = detect(inputs["pixels"], w)
  outputs = annotate(Dict[str, Tensor], {})
  for name in found.keys():
    outputs[name] = torch.to(found[name], 6)
  return outputs

def detect(pixels: Tensor, w: Dict[str, Tensor]) -> Dict[str, Tensor]:
  trace = annotate(Dict[str, Tensor], {})
  features = backbone(pixels, w)
  for i in range(4):
    trace["c" + str(i + 2)] = features[i]
  maps = hybrid_encoder([features[1], features[2], features[3]], w)
  memory, sizes = tokens_of(maps, w)
  for i in range(3):
    trace["encoder." + str(i)] = maps[i]
  trace["memory"] = memory
  content, boxes = select_queries(memory, sizes, w, trace)
  decode(content, boxes, memory, sizes, w, trace)
  return trace

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
    memory: Tensor, sizes: List[List[int]], w: Dict[str, Tensor], trace: Dict[str, Tensor]) -> Tuple[Tensor, Tensor]:
  grid = sizes
  if ANCHOR_SIZES[0][0] > 0:
    grid = ANCHOR_SIZES
  anchors, valid = anchors_of(grid, memory)
  if anchors.size(1) != memory.size(1):
    cells = "its maps have " + str(memory.size(1)) + " cells (must be " + str(anchors.size(1))
    ops.prim.RaiseException("Invalid image size: " + cells + ", as anchor_image_size fixes them)")
  x = norm(linear(memory * torch.to(valid, DTYPE), w, "query.output"), w, "query.norm")
  scores = exact_linear(x, w, "query.score")
  tokens = best_tokens(torch.amax(scores, [-1]), QUERIES)
  features = of_tokens(x, tokens)
  boxes = torch.sigmoid(exact_mlp(features, w, "query.box", 3) + of_tokens(anchors, tokens))
  trace["query.scores"] = scores
  trace["query.tokens"] = tokens
  trace["query.content"] = features
  trace["query.boxes"] = boxes
  if LEARNED_QUERIES:
    features = torch.expand(torch.unsqueeze(w["query.learned"], 0), [x.size(0), -1, -1])
  return (features, boxes)

# Every layer moves the boxes that the next one looks around. The last layer's are the answer.
def decode(
    x: Tensor, boxes: Tensor, memory: Tensor, sizes: List[List[int]], w: Dict[str, Tensor],
    trace: Dict[str, Tensor]) -> None:
  for layer in range(DECODER_LAYERS):
    name = "decoder." + str(layer)
    position = torch.to(exact_mlp(boxes, w, "decoder.position", 2), DTYPE)
    x = decoder_layer(x, position, boxes, memory, sizes, w, name)
    boxes = torch.sigmoid(exact_mlp(x, w, name + ".box", 3) + inverse_sigmoid(boxes, 1e-5))
    trace[name] = x
    trace[name + ".boxes"] = boxes
  trace["boxes"] = boxes
  trace["logits"] = exact_linear(x, w, "decoder." + str(DECODER_LAYERS - 1) + ".score")

def decoder_layer(
    x: Tensor, position: Tensor, boxes: Tensor, memory: Tensor, sizes: List[List[int]], w: Dict[str, Tensor],
    name: str) -> Tensor:
  x = norm(x + self_attention(x, position, w, name + ".attention", DECODER_HEADS), w, name + ".attention_norm")
  y = deformable_attention(x + position, boxes, memory, sizes, w, name + ".cross", DECODER_HEADS, DECODER_POINTS)
  x = norm(x + y, w, name + ".cross_norm")
  return norm(x + feed_forward(x, w, name, DECODER_ACTIVATION), w, name + ".output_norm")

def norm(x: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  return torch.layer_norm(x, [x.size(-1)], w[name + ".weight"], w[name + ".bias"], NORM_EPS)

# Checkpoint tensors -> what the forward pass reads: convolutions folded and packed, heads left in float32.
def prepare(w: Dict[str, Tensor]) -> Dict[str, Tensor]:
  ready = annotate(Dict[str, Tensor], {})
  for name in w.keys():
    x = w[name]
    if x.dim() < 4 and torch.find(name, ".bn.") < 0:
      ready[name] = x if is_head(name) else torch.to(x, DTYPE)
  prepare_backbone(w, ready)
  prepare_hybrid_encoder(w, ready)
  for level in range(3):
    prepare_neck(w, ready, "decoder.input." + str(level), 1, 0)
  for layer in range(DECODER_LAYERS):
    name = "decoder." + str(layer)
    prepare_self_attention(w, ready, name + ".attention")
    prepare_deformable_attention(w, ready, name + ".cross", offset_reach(w, name + ".cross"))
  return ready

# Of each point, how far an offset of one goes, in widths and heights of the box.
def offset_reach(w: Dict[str, Tensor], name: str) -> Tensor:
  if name + ".reach" in w:
    return w[name + ".reach"] * OFFSET_SCALE
  return torch.full([1], OFFSET_SCALE / DECODER_POINTS)

def is_head(name: str) -> bool:
  return torch.find(name, ".box.") >= 0 or torch.find(name, ".score.") >= 0 or torch.find(name, ".position.") >= 0
