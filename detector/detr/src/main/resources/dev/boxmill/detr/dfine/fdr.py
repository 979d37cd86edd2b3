# Fine-grained distribution refinement: Peng et al., "D-FINE" (2024), section 4.1.
# The first layer gives each query a box. From then on each layer adds to four distributions, over how far each side of that
# box lies from where it should be.
#
# B images, Q queries, D channels, K classes, N tokens of all levels, n BINS + 1 places of a distribution.
# Constants: LEVELS, DECODER_PROJECTED (whether a convolution brings the encoder's maps to the decoder's width),
# DECODER_LAYERS, BINS, TOP_BINS, QUALITY_LAYERS, HEAD_ACTIVATION, POSITION_LAYERS, POSITION_ONCE (whether all layers see
# the positions of the queries' first boxes), ANCHOR_SIZES (of the levels [h, w] if fixed, else [[0, 0]]).

# Maps at the decoder's width, as tokens (B, N, D), and the levels' sizes.
def tokens_of(maps: List[Tensor], w: Dict[str, Tensor]) -> Tuple[Tensor, List[List[int]]]:
  tokens = annotate(List[Tensor], [])
  sizes = annotate(List[List[int]], [])
  for level in range(LEVELS):
    x = maps[level]
    if DECODER_PROJECTED:
      x = conv(x, w, "decoder.input." + str(level), 1, 0, 1, "none")
    tokens.append(torch.transpose(torch.flatten(x, 2), 1, 2))
    sizes.append([x.size(2), x.size(3)])
  return (torch.cat(tokens, 1), sizes)

# Each token's anchor, and whether it is valid: those of the image's own maps, or the fixed ones.
def decoder_anchors(sizes: List[List[int]], w: Dict[str, Tensor], memory: Tensor) -> Tuple[Tensor, Tensor]:
  grid = sizes
  if ANCHOR_SIZES[0][0] > 0:
    grid = ANCHOR_SIZES
  anchors, valid = anchors_of(grid, 0, w, memory)
  if anchors.size(1) != memory.size(1):
    cells = "its maps have " + str(memory.size(1)) + " cells (must be " + str(anchors.size(1))
    ops.prim.RaiseException("Invalid image size: " + cells + ", as anchor_image_size fixes them)")
  return (anchors, valid)

# content (B, Q, D) and boxes (B, Q, 4) -> logits (B, Q, K) and boxes (B, Q, 4)
# Steps: each layer's "decoder.I", "decoder.I.corners" and "decoder.I.boxes", and "decoder.first".
def decode(
    content: Tensor, boxes: Tensor, memory: Tensor, sizes: List[List[int]], w: Dict[str, Tensor],
    steps: Optional[Dict[str, Tensor]]) -> Tuple[Tensor, Tensor]:
  x = content
  first = boxes
  corners = boxes
  position = position_of(boxes, w)
  for layer in range(DECODER_LAYERS):
    name = "decoder." + str(layer)
    if layer > 0 and not POSITION_ONCE:
      position = position_of(boxes, w)
    before = x
    x = decoder_layer(x, position, boxes, memory, sizes, w, name, steps)
    exact = torch.to(x, FLOAT32)
    if layer == 0:
      first = torch.sigmoid(head(exact, w, "decoder.first", 3) + inverse_sigmoid(boxes, 1e-5))
      corners = head(exact, w, name + ".box", 3)
      record(steps, "decoder.first", first)
      first = torch.detach(first)
    else:
      corners = corners + head(exact + torch.detach(before), w, name + ".box", 3)
    boxes = moved_sides(first, distributions_of(corners), w)
    record(steps, name, x)
    record(steps, name + ".corners", corners)
    record(steps, name + ".boxes", boxes)
    boxes = torch.detach(boxes)
  logits = exact_linear(x, w, "decoder.class") + quality_of(distributions_of(corners), w, "decoder.quality")
  return (logits, boxes)

def position_of(boxes: Tensor, w: Dict[str, Tensor]) -> Tensor:
  return torch.to(torch.clamp(head(boxes, w, "decoder.position", POSITION_LAYERS), -10.0, 10.0), DTYPE)

# (B, Q, 4 * n) -> (B, Q, 4, n): left, top, right, bottom
def distributions_of(corners: Tensor) -> Tensor:
  return torch.softmax(torch.unflatten(corners, 2, [4, BINS + 1]), -1)

# Each side moves by the mean of its distribution, in widths and heights of the box: (B, Q, 4) -> (B, Q, 4)
def moved_sides(boxes: Tensor, distributions: Tensor, w: Dict[str, Tensor]) -> Tensor:
  distances = torch.matmul(distributions, w["decoder.places"])
  before = torch.narrow(distances, 2, 0, 2)
  behind = torch.narrow(distances, 2, 2, 2)
  sides = torch.narrow(boxes, 2, 2, 2)
  centers = torch.narrow(boxes, 2, 0, 2) + (behind - before) * 0.5 * sides
  return torch.cat([centers, (behind + before + 1.0) * sides], 2)

# Sharp distributions are those of well placed boxes, whose classes gain by it: (B, Q, 1)
def quality_of(distributions: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  top = torch.topk(distributions, TOP_BINS, -1)[0]
  shape = torch.cat([top, torch.mean(top, [-1], True)], -1)
  return head(torch.flatten(shape, 2), w, name, QUALITY_LAYERS)

# Linear layers NAME.0, NAME.1, ... in float32.
def head(x: Tensor, w: Dict[str, Tensor], name: str, layers: int) -> Tensor:
  x = exact_linear(x, w, name + ".0")
  for i in range(1, layers):
    if HEAD_ACTIVATION == "silu":
      x = torch.silu_(x)
    else:
      x = torch.relu_(x)
    x = exact_linear(x, w, name + "." + str(i))
  return x

# All but what is prepared apart: heads stay float32.
def prepare_fdr(w: Dict[str, Tensor], ready: Dict[str, Tensor]) -> None:
  for name in w.keys():
    x = w[name]
    if x.dim() < 4 and torch.find(name, ".bn.") < 0 and not name.startswith("backbone."):
      ready[name] = x if is_head(name) else torch.to(x, DTYPE)
  ready["decoder.places"] = places_of(w["decoder.up"], torch.abs(w["decoder.scale"]))
  if DECODER_PROJECTED:
    for level in range(LEVELS):
      prepare_neck(w, ready, "decoder.input." + str(level), 1, 0)
  for layer in range(DECODER_LAYERS):
    name = "decoder." + str(layer)
    prepare_self_attention(w, ready, name + ".self")
    prepare_deformable_attention(w, ready, name + ".cross", w[name + ".cross.offset_scale"] * OFFSET_SCALE)

# W(n) of the paper, in sides of the box: dense around 0, and one place far off on either side.
def places_of(up: Tensor, scale: Tensor) -> Tensor:
  most = torch.abs(up) * scale
  step = torch.pow(most + 1.0, 2.0 / (BINS - 2))
  right = torch.pow(step, torch.arange(1, BINS // 2, dtype=FLOAT32, device=up.device)) - 1.0
  places = torch.cat([-2.0 * most, -torch.flip(right, [0]), torch.zeros_like(most), right, 2.0 * most])
  return places / scale

def is_head(name: str) -> bool:
  found = False
  for part in [".box.", ".class.", ".position.", ".first.", ".quality."]:
    found = found or torch.find(name, part) >= 0
  return found
