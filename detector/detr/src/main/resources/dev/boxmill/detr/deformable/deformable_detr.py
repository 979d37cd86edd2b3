# Deformable DETR: Zhu et al., "Deformable DETR: Deformable Transformers for End-to-End Object Detection" (2020), with
# its iterative box refinement and its two stages.
#
# B images, D model width, N tokens of all levels, Q QUERIES, K classes.
# Constants: QUERIES, REFINED (each decoder layer moves the boxes that the next one looks around), TWO_STAGE (the encoder's
# best tokens give the queries), and those of deformable_transformer.py.

# inputs: "pixels" (B, 3, H, W) float32, normalized.
# Returns "logits" (B, Q, K), "boxes" (B, Q, 4) cxcywh in [0, 1], both float32, and the backbone's maps "c2" to "c5".
def forward(w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
  found = detect(inputs["pixels"], w)
  outputs = annotate(Dict[str, Tensor], {})
  for name in ["logits", "boxes", "c2", "c3", "c4", "c5"]:
    outputs[name] = found[name]
  return outputs

# Every stage's tensors as float32, for comparing with a reference: "c2" to "c5", "tokens" (all levels'), "encoder.I",
# with two stages "query.scores" (B, N) and "query.tokens" (which were picked), then "query.content",
# "query.position", "query.references", "decoder.I", refined also "decoder.I.boxes", "logits", "boxes".
def stages(w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
  found = detect(inputs["pixels"], w)
  outputs = annotate(Dict[str, Tensor], {})
  for name in found.keys():
    outputs[name] = torch.contiguous(torch.to(found[name], 6))
  return outputs

def detect(pixels: Tensor, w: Dict[str, Tensor]) -> Dict[str, Tensor]:
  trace = annotate(Dict[str, Tensor], {})
  features = backbone(pixels, w)
  for i in range(4):
    trace["c" + str(i + 2)] = features[i]
  tokens, sizes = tokens_of(features, w)
  trace["tokens"] = tokens
  memory = encode(tokens, sizes, w, trace)
  if TWO_STAGE:
    references = select_boxes(memory, sizes, w, trace)
    queries = queries_of(references, w)
  else:
    queries = torch.expand(torch.unsqueeze(w["queries"], 0), [memory.size(0), -1, -1])
    references = torch.expand(torch.unsqueeze(w["query.references"], 0), [memory.size(0), -1, -1])
  # (B, Q, D) each
  parts = torch.chunk(queries, 2, 2)
  position = parts[0]
  content = parts[1]
  trace["query.position"] = position
  trace["query.content"] = content
  trace["query.references"] = references
  decode(content, position, references, memory, sizes, w, trace)
  return trace

# The tokens that score highest as the first class, whatever that is: in training all objects were that one. Their boxes
# (B, Q, 4).
def select_boxes(memory: Tensor, sizes: List[List[int]], w: Dict[str, Tensor], trace: Dict[str, Tensor]) -> Tensor:
  anchors, valid = anchors_of(sizes, memory)
  x = candidates_of(memory, valid, w)
  first = torch.narrow(w["query.class.weight"], 0, 0, 1)
  scores = torch.linear(torch.to(x, 6), first, torch.narrow(w["query.class.bias"], 0, 0, 1))
  scores = torch.select(scores, 2, 0)
  tokens = best_tokens(scores, QUERIES)
  trace["query.scores"] = scores
  trace["query.tokens"] = tokens
  return torch.sigmoid(exact_mlp(of_tokens(x, tokens), w, "query.box", 3) + of_tokens(anchors, tokens))

# From boxes to position and content of their queries: (B, Q, 2 * D)
def queries_of(boxes: Tensor, w: Dict[str, Tensor]) -> Tensor:
  # x before y, other than in maps
  axes = annotate(List[Tensor], [])
  for axis in range(4):
    axes.append(sine_of_axis(boxes, axis, w["levels"].size(1) // 2))
  sines = torch.cat(axes, 2)
  return layer_norm(linear(torch.to(sines, DTYPE), w, "query.position"), w, "query.position.norm")

def decode(
    x: Tensor, position: Tensor, references: Tensor, memory: Tensor, sizes: List[List[int]], w: Dict[str, Tensor],
    trace: Dict[str, Tensor]) -> None:
  for layer in range(DECODER_LAYERS):
    name = "decoder." + str(layer)
    x = decoder_layer(x, position, references, memory, sizes, w, name)
    trace[name] = x
    if REFINED:
      references = moved(references, exact_mlp(x, w, name + ".box", 3))
      trace[name + ".boxes"] = references
  if REFINED:
    trace["boxes"] = references
    trace["logits"] = exact_linear(x, w, "decoder." + str(DECODER_LAYERS - 1) + ".class")
  else:
    trace["boxes"] = moved(references, exact_mlp(x, w, "decoder.box", 3))
    trace["logits"] = exact_linear(x, w, "decoder.class")

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
