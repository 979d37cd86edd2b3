# LW-DETR: Chen et al., "LW-DETR: A Transformer Replacement to YOLO for Real-Time Detection" (2024), and RF-DETR after it.
# Backbone -> projector -> query selection -> decoder. There is no encoder; the decoder's layers attend around the same boxes,
# which its result moves once.
#
# B images, D channels of the decoder, N tokens of all levels (fine first, each row by row), Q QUERIES, K classes.
# Constants: QUERIES, DECODER_LAYERS, SELF_HEADS, CROSS_HEADS, POINTS, DECODER_ACTIVATION.

# Steps: "tokens" (all levels'), "query.scores" (B, N, K), "query.tokens" (which were picked), "query.boxes", "decoder.I", "decoded".
def detect(pixels: Tensor, w: Dict[str, Tensor], steps: Optional[Dict[str, Tensor]]) -> Dict[str, Tensor]:
  maps = tapped_maps(pixels, w)
  tokens, sizes = project(maps, w)
  record(steps, "tokens", tokens)
  boxes = select_boxes(tokens, sizes, w, steps)
  x = decode(boxes, tokens, sizes, w, steps)
  record(steps, "decoded", x)
  return results(four_of(maps), exact_linear(x, w, "class"), moved(boxes, exact_mlp(x, w, "box", 3)))

# The boxes of the tokens whose best class scores highest, each moved by what its query has learned: (B, Q, 4)
def select_boxes(
    tokens: Tensor, sizes: List[List[int]], w: Dict[str, Tensor], steps: Optional[Dict[str, Tensor]]) -> Tensor:
  proposals, valid = proposals_of(sizes, w, tokens)
  x = candidates_of(tokens, valid, w)
  scores = exact_linear(x, w, "query.class")
  best = best_tokens(torch.amax(scores, [-1]), QUERIES)
  selected = moved(of_tokens(proposals, best), exact_mlp(of_tokens(x, best), w, "query.box", 3))
  boxes = moved(selected, torch.unsqueeze(w["query.references"], 0))
  record(steps, "query.scores", scores)
  record(steps, "query.tokens", best)
  record(steps, "query.boxes", boxes)
  return boxes

# One box for each token, around its cell's center, 0.05 of the image wide on the first level and twice that on each next:
# (1, N, 4) float32, and whether it keeps a hundredth away from the borders: (1, N, 1). Where it doesn't, it is all zeros, and so
# is its token; the authors let it compete all the same.
def proposals_of(sizes: List[List[int]], w: Dict[str, Tensor], like: Tensor) -> Tuple[Tensor, Tensor]:
  if not ("table.proposals" in w):
    boxes = annotate(List[Tensor], [])
    side = 0.05
    for size in sizes:
      centers = cell_centers(size[0], size[1], like)
      boxes.append(torch.cat([centers, torch.full_like(centers, side)], 1))
      side = side * 2.0
    grid = torch.unsqueeze(torch.cat(boxes, 0), 0)
    valid = torch.all(torch.logical_and(torch.gt(grid, 0.01), torch.lt(grid, 0.99)), -1, True)
    w["table.proposals"] = grid * torch.to(valid, FLOAT32)
    w["table.proposals.valid"] = valid
  return (w["table.proposals"], w["table.proposals.valid"])

# A box's center moves by sides of it, its sides by a factor: (B or 1, Q, 4) both
def moved(boxes: Tensor, delta: Tensor) -> Tensor:
  sides = torch.slice(boxes, 2, 2)
  centers = torch.slice(delta, 2, 0, 2) * sides + torch.slice(boxes, 2, 0, 2)
  return torch.cat([centers, torch.exp(torch.slice(delta, 2, 2)) * sides], 2)

# -> (B, Q, D)
def decode(
    boxes: Tensor, memory: Tensor, sizes: List[List[int]], w: Dict[str, Tensor],
    steps: Optional[Dict[str, Tensor]]) -> Tensor:
  content = torch.unsqueeze(w["query.content"], 0)
  position = mlp(torch.to(sine_of(boxes, content.size(2), w), DTYPE), w, "decoder.position")
  x = torch.expand(content, [memory.size(0), -1, -1])
  for layer in range(DECODER_LAYERS):
    name = "decoder." + str(layer)
    x = add_norm(x, self_attention(x, position, w, name + ".self", SELF_HEADS), w, name + ".self.norm")
    attended = deformable_attention(x + position, boxes, memory, sizes, w, name + ".cross", CROSS_HEADS, POINTS)
    x = add_norm(x, attended, w, name + ".cross.norm")
    x = add_norm(x, feed_forward(x, w, name, DECODER_ACTIVATION), w, name + ".norm")
    record(steps, name, x)
  return layer_norm(x, w, "decoder.norm")

# Checkpoint tensors -> what the forward pass reads. Of the groups of queries that training has, the first counts.
def prepare(w: Dict[str, Tensor]) -> Dict[str, Tensor]:
  ready = annotate(Dict[str, Tensor], {})
  for name in w.keys():
    if name.startswith("decoder.") or name.startswith("query.") or name.startswith("projector."):
      if torch.find(name, ".bn.") < 0 and w[name].dim() < 4:
        ready[name] = w[name] if is_head(name) else torch.to(w[name], DTYPE)
    elif is_head(name):
      ready[name] = w[name]
  ready["query.content"] = torch.to(torch.slice(w["query.content"], 0, 0, QUERIES), DTYPE)
  ready["query.references"] = torch.slice(w["query.references"], 0, 0, QUERIES)
  prepare_backbone(w, ready)
  prepare_projector(w, ready)
  for layer in range(DECODER_LAYERS):
    name = "decoder." + str(layer)
    prepare_self_attention(w, ready, name + ".self")
    scale = torch.full([1], 0.5 / POINTS, device=w[name + ".cross.offsets.weight"].device)
    prepare_deformable_attention(w, ready, name + ".cross", scale)
  return ready

def is_head(name: str) -> bool:
  return name.startswith("class.") or name.startswith("box.") or name.startswith("query.class.") or name.startswith("query.box.")
