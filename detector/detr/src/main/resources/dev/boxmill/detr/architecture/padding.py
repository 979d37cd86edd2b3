# What a network sees of images that were filled up to one size: zeros at their right and bottom, after normalizing.
#
# The reference masks the cells of feature maps that lie in the padding: no token attends to them, and positions are counted
# without them. All images of a batch have one size before and one after, so here these cells are cut off the maps, which comes to
# the same and costs less. `w["padding"]` is there only where something was filled up: a tensor without values, whose sizes after
# the first are height and width of the image and of the whole.
#
# B images, h x w cells that show something of the image, H x W all cells.

# (B, C, H, W) -> (B, C, h, w): the cells of a map that show something of the image
def shown(x: Tensor, w: Dict[str, Tensor]) -> Tensor:
  if not ("padding" in w):
    return x
  size = shown_size(x.size(2), x.size(3), w)
  cells = torch.narrow(torch.narrow(x, 2, 0, size[0]), 3, 0, size[1])
  return torch.contiguous(cells, memory_format=CHANNELS_LAST)

# [h, w] of a map of H x W cells
def shown_size(height: int, width: int, w: Dict[str, Tensor]) -> List[int]:
  if not ("padding" in w):
    return [height, width]
  sizes = w["padding"]
  return [cells_shown(height, sizes.size(1), sizes.size(3)), cells_shown(width, sizes.size(2), sizes.size(4))]

# The same of tokens (B, H * W, D), row by row
def shown_tokens(tokens: Tensor, height: int, width: int, w: Dict[str, Tensor]) -> Tensor:
  if not ("padding" in w):
    return tokens
  x = torch.unflatten(torch.transpose(tokens, 1, 2), 2, [height, width])
  return torch.transpose(torch.flatten(shown(x, w), 2), 1, 2)

# Boxes (B, Q, 4) relative to the whole, as such a network is trained to give them, become relative to the image.
def of_image(boxes: Tensor, w: Dict[str, Tensor]) -> Tensor:
  if not ("padding" in w):
    return boxes
  if not ("table.padding.scale" in w):
    sizes = w["padding"]
    scale = [sizes.size(4) / sizes.size(2), sizes.size(3) / sizes.size(1)]
    w["table.padding.scale"] = table_of([scale[0], scale[1], scale[0], scale[1]], 1, FLOAT32, boxes.device)
  return boxes * w["table.padding.scale"]

# How many of `cells` along an axis have their first pixel in the image: a mask of pixels that is shrunk to the map without
# interpolating ("nearest") keeps these.
def cells_shown(cells: int, image: int, whole: int) -> int:
  stride = float32_of(whole / cells)
  count = image * cells // whole
  while count < cells and float32_of(count * stride) < image:
    count = count + 1
  return count

# Rounded as the reference's own computation is.
def float32_of(x: float) -> float:
  far = 536870913.0 * x
  return far - (far - x)
