# What D-FINE and its successors do from pixels to boxes: query selection as RT-DETR has it, then the decoder of fdr.py.
#
# B images, D channels of the decoder, N tokens of all levels (fine first, each row by row), Q QUERIES, K classes.
# Constants: LEVELS, QUERIES, LEARNED_QUERIES.

# Steps: "encoder.L" and "memory" (all levels as tokens), "query.scores" (B, N, K), "query.tokens" (which were picked),
# "query.content", "query.boxes", and the decoder's.
def detect(pixels: Tensor, w: Dict[str, Tensor], steps: Optional[Dict[str, Tensor]]) -> Dict[str, Tensor]:
  features = backbone(pixels, w)
  maps = encoder(features, w, steps)
  for i in range(LEVELS):
    record(steps, "encoder." + str(i), maps[i])
  memory, sizes = tokens_of(maps, w)
  record(steps, "memory", memory)
  content, boxes = select_queries(memory, sizes, w, steps)
  logits, boxes = decode(content, boxes, memory, sizes, w, steps)
  return results(features, logits, boxes)

# The Q tokens with the highest class score give the decoder its queries and their first boxes.
def select_queries(
    memory: Tensor, sizes: List[List[int]], w: Dict[str, Tensor],
    steps: Optional[Dict[str, Tensor]]) -> Tuple[Tensor, Tensor]:
  anchors, valid = decoder_anchors(sizes, w, memory)
  x = candidates(memory, valid, w)
  scores = exact_linear(x, w, "query.class")
  tokens = best_tokens(torch.amax(scores, [-1]), QUERIES)
  content = of_tokens(x, tokens)
  boxes = torch.sigmoid(head(content, w, "query.box", 3) + of_tokens(anchors, tokens))
  record(steps, "query.scores", scores)
  record(steps, "query.tokens", tokens)
  record(steps, "query.content", content)
  record(steps, "query.boxes", boxes)
  if LEARNED_QUERIES:
    content = torch.expand(torch.unsqueeze(w["query.learned"], 0), [x.size(0), -1, -1])
  return (content, boxes)
