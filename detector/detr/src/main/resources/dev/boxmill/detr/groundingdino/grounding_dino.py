# Grounding DINO: Liu et al., "Grounding DINO: Marrying DINO with Grounded Pre-Training for Open-Set Object Detection" (2023); with
# SCALED also MM-Grounding-DINO (Zhao et al., 2024) and LLMDet (Fu et al., 2025), which differ in what a score is.
# It finds what a prompt names, and differs from DINO in this:
# - in each layer of the encoder, image and words read each other (fusion.py), then the words their own phrase
# - tokens are picked by their best word; queries attend to the words before they attend to the image
# - a query's logit of a word is their product
#
# A prompt is one pass or several, each of phrases behind each other: [CLS] red apple . forklift . [SEP]. The transformer runs once
# for each pass, and its queries follow those of the pass before.
#
# B images, D model width, N tokens of all levels, T tokens of a pass's text, Q QUERIES, C classes.
# Constants: QUERIES, SCALED, RESULT_BORDER (how near to the image's border a box is taken for its last move), SHARED_BOXES and SHARED_SCORES (all decoder layers have one head), the prompt's PASSES (tokens of
# each), TOKENS (numbers in the vocabulary), PLACES (in their phrase), PHRASES (which, counted in the pass), LABELS (which class; C for
# those of none), all behind each other, and CLASSES; and those of deformable_transformer.py and bert.py.

# Steps, of the first pass: "tokens" (all levels'), "text" (1, T, D), each "encoder.I" and "encoder.I.text", "query.candidates"
# (B, N, D), "query.scores" (B, N, T), "query.tokens" (which were picked), "query.boxes", each layer's "decoder.I",
# "decoder.I.normed" and "decoder.I.boxes" (for the next layer), and "words" (B, Q, T), the logits of all words.
def detect(pixels: Tensor, w: Dict[str, Tensor], steps: Optional[Dict[str, Tensor]]) -> Dict[str, Tensor]:
  features = backbone(pixels, w)
  tokens, sizes, padding = tokens_of(features, w)
  record(steps, "tokens", tokens)
  encoder_tables(tokens, sizes, w)
  logits = annotate(List[Tensor], [])
  boxes = annotate(List[Tensor], [])
  for i in range(len(PASSES)):
    seen = annotate(Optional[Dict[str, Tensor]], None)
    if i == 0:
      seen = steps
    pass_logits, pass_boxes = detect_pass(tokens, sizes, padding, "prompt." + str(i), w, seen)
    logits.append(pass_logits)
    boxes.append(pass_boxes)
  return results(features, torch.cat(logits, 1), torch.cat(boxes, 1))

# -> logits (B, Q, C) and boxes (B, Q, 4)
def detect_pass(
    tokens: Tensor, sizes: List[List[int]], padding: int, prompt: str, w: Dict[str, Tensor],
    steps: Optional[Dict[str, Tensor]]) -> Tuple[Tensor, Tensor]:
  record(steps, "text", w[prompt + ".text"])
  memory, text = encode_both(tokens, sizes, prompt, w, steps)
  boxes = select_boxes(memory, text, sizes, padding, w, steps)
  content = torch.expand(torch.unsqueeze(w["query.content"], 0), [memory.size(0), -1, -1])
  words, boxes = decode(content, boxes, memory, text, sizes, w, steps)
  record(steps, "words", words)
  return (of_classes(words, w[prompt + ".classes"]), boxes)

# tokens (B, N, D) and the prompt's text -> both, the text now each image's: (B, T, D)
def encode_both(
    x: Tensor, sizes: List[List[int]], prompt: str, w: Dict[str, Tensor],
    steps: Optional[Dict[str, Tensor]]) -> Tuple[Tensor, Tensor]:
  text = torch.repeat(w[prompt + ".text"], [x.size(0), 1, 1])
  for layer in range(ENCODER_LAYERS):
    name = "encoder." + str(layer)
    x, text = fused(x, text, w, name + ".fusion", ENCODER_HEADS // 2)
    w[name + ".text.self.mask"] = w[prompt + ".sees"]
    text = encoder_layer(text, w[prompt + ".position"], w, name + ".text", ENCODER_HEADS // 2, ACTIVATION)
    x = deformable_encoder_layer(x, sizes, w, name)
    record(steps, name, x)
    record(steps, name + ".text", text)
  return (x, text)

# The boxes of the tokens whose best word scores highest: (B, Q, 4)
def select_boxes(
    memory: Tensor, text: Tensor, sizes: List[List[int]], padding: int, w: Dict[str, Tensor],
    steps: Optional[Dict[str, Tensor]]) -> Tensor:
  anchors, valid = anchors_of(sizes, padding, w, memory)
  x = candidates_of(memory, valid, w)
  scores = of_words(x, text, w, "query")
  tokens = best_tokens(torch.amax(scores, [-1]), QUERIES)
  boxes = torch.sigmoid(exact_mlp(of_tokens(x, tokens), w, "query.box", 3) + of_tokens(anchors, tokens))
  record(steps, "query.candidates", x)
  record(steps, "query.scores", scores)
  record(steps, "query.tokens", tokens)
  record(steps, "query.boxes", boxes)
  return boxes

# x (B, Q, D) and text (B, T, D) -> how well they go together: (B, Q, T) float32
def of_words(x: Tensor, text: Tensor, w: Dict[str, Tensor], name: str) -> Tensor:
  words = torch.transpose(torch.to(text, FLOAT32), 1, 2)
  scores = torch.matmul(torch.to(x, FLOAT32), words)
  if SCALED:
    scores = torch.add_(torch.mul_(scores, x.size(2) ** -0.5), w[name + ".class.bias"])
  return scores

# -> logits of all words (B, Q, T), and boxes
def decode(
    x: Tensor, boxes: Tensor, memory: Tensor, text: Tensor, sizes: List[List[int]], w: Dict[str, Tensor],
    steps: Optional[Dict[str, Tensor]]) -> Tuple[Tensor, Tensor]:
  given = boxes
  normed = x
  for layer in range(DECODER_LAYERS):
    name = "decoder." + str(layer)
    given = boxes
    x = reading_decoder_layer(x, box_position(given, w), given, memory, text, sizes, w, name)
    boxes = moved(given, x, w, layer, 1e-3)
    normed = layer_norm(x, w, "decoder.norm")
    record(steps, name, x)
    record(steps, name + ".normed", normed)
    record(steps, name + ".boxes", boxes)
  last = DECODER_LAYERS - 1
  scores = "decoder" if SHARED_SCORES else "decoder." + str(last)
  return (of_words(normed, text, w, scores), moved(given, normed, w, last, RESULT_BORDER))

# DINO's layer with a look at the words before that at the image.
def reading_decoder_layer(
    x: Tensor, position: Tensor, references: Tensor, memory: Tensor, text: Tensor, sizes: List[List[int]],
    w: Dict[str, Tensor], name: str) -> Tensor:
  x = add_norm(x, self_attention(x, position, w, name + ".self", DECODER_HEADS), w, name + ".self.norm")
  x = add_norm(x, cross_attention(x, position, text, text, w, name + ".text", DECODER_HEADS), w, name + ".text.norm")
  y = deformable_attention(
    x + position, references, memory, sizes, w, name + ".cross", DECODER_HEADS, DECODER_POINTS)
  x = add_norm(x, y, w, name + ".cross.norm")
  return add_norm(x, feed_forward(x, w, name, ACTIVATION), w, name + ".norm")

def moved(boxes: Tensor, x: Tensor, w: Dict[str, Tensor], layer: int, border: float) -> Tensor:
  name = "decoder.box" if SHARED_BOXES else "decoder." + str(layer) + ".box"
  return torch.sigmoid(exact_mlp(x, w, name, 3) + inverse_sigmoid(boxes, border))

# Sines of y, x, w, h, and two linear layers: (B, Q, 4) -> (B, Q, D)
def box_position(boxes: Tensor, w: Dict[str, Tensor]) -> Tensor:
  sines = torch.to(sine_of(boxes, w["levels"].size(1), w), DTYPE)
  return mlp(sines, w, "decoder.position")

# A class' logit is that of its best word: words (B, Q, T), tokens (C * most,) -> (B, Q, C). Classes of other passes have none.
def of_classes(words: Tensor, tokens: Tensor) -> Tensor:
  wider = torch.constant_pad_nd(words, [0, 1], -1e30)
  return torch.amax(torch.unflatten(torch.index_select(wider, 2, tokens), 2, [CLASSES, -1]), [-1])

# From each token's class to each class' tokens, as many as the class with most has; T where it has fewer.
def tokens_of_classes(labels: List[int]) -> List[int]:
  tokens = annotate(List[List[int]], [])
  for label in range(CLASSES + 1):
    tokens.append(annotate(List[int], []))
  for token in range(len(labels)):
    tokens[labels[token]].append(token)
  most = 1
  for label in range(CLASSES):
    most = max(most, len(tokens[label]))
  flat = annotate(List[int], [])
  for label in range(CLASSES):
    flat.extend(tokens[label])
    for i in range(most - len(tokens[label])):
      flat.append(len(labels))
  return flat

def prepare(w: Dict[str, Tensor]) -> Dict[str, Tensor]:
  ready = annotate(Dict[str, Tensor], {})
  kept = annotate(Dict[str, Tensor], {})
  for name in w.keys():
    if not name.startswith("bert.") and torch.find(name, ".fusion.") < 0:
      kept[name] = w[name]
  prepare_transformer(kept, ready)
  for layer in range(ENCODER_LAYERS):
    name = "encoder." + str(layer)
    for norm in [".fusion.image.norm", ".fusion.text.norm"]:
      for end in [".weight", ".bias"]:
        ready[name + norm + end] = torch.to(w[name + norm + end], DTYPE)
    prepare_fusion(w, ready, name + ".fusion", ENCODER_HEADS // 2)
    prepare_self_attention(w, ready, name + ".text.self")
  for layer in range(DECODER_LAYERS):
    prepare_cross_attention(w, ready, layer, True)
  prepare_backbone(w, ready)
  prepare_prompt(w, ready)
  return ready

# Reads the prompt. PROMPT.I.text (1, T, D), .position (1, T, D), .sees (T, T) bool, and .classes, tokens_of_classes, of each
# pass.
def prepare_prompt(w: Dict[str, Tensor], ready: Dict[str, Tensor]) -> None:
  device = w["levels"].device
  tokens = whole_numbers(TOKENS, device)
  places = whole_numbers(PLACES, device)
  phrases = whole_numbers(PHRASES, device)
  labels = LABELS
  lengths = PASSES
  first = 0
  for i in range(len(lengths)):
    name = "prompt." + str(i)
    place = torch.narrow(places, 0, first, lengths[i])
    phrase = torch.narrow(phrases, 0, first, lengths[i])
    # a token sees those of its own phrase, whose period is one of them
    sees = torch.eq(torch.unsqueeze(phrase, 0), torch.unsqueeze(phrase, 1))
    text = bert_linear(bert(torch.narrow(tokens, 0, first, lengths[i]), place, sees, w), w, "bert.projection")
    ready[name + ".text"] = torch.to(text, DTYPE)
    ready[name + ".position"] = torch.to(place_position(place, text.size(2)), DTYPE)
    ready[name + ".sees"] = sees
    classes = tokens_of_classes(labels[first:first + lengths[i]])
    ready[name + ".classes"] = whole_numbers(classes, device)
    first = first + lengths[i]

# (n,) int64, made where they are read
def whole_numbers(values: List[int], device: Device) -> Tensor:
  parts = annotate(List[Tensor], [])
  for value in values:
    parts.append(torch.full([1], value, dtype=INT64, device=device))
  return torch.cat(parts)

# (T,) -> (1, T, D): sine and cosine in turn, of periods from 1 to 10000 places
def place_position(places: Tensor, width: int) -> Tensor:
  pair = torch.arange(width // 2, dtype=FLOAT32, device=places.device) * (2.0 / width)
  angle = torch.unsqueeze(torch.to(places, FLOAT32), 1) * 6.283185307179586 / torch.pow(10000.0, pair)
  return torch.unsqueeze(torch.flatten(torch.stack([torch.sin(angle), torch.cos(angle)], 2), 1), 0)
