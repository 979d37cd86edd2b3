# From decoded pixels to a network's input: Hugging Face's image processors, with tensors.
# Letters: B images, H W height and width as decoded, h w after resizing.
# RESAMPLE is Pillow's number of a filter, ANTIALIAS whether it widens with the shrinking factor; RESCALE, MEAN, STD are those of
# preprocessor_config.json, PADDED is its pad_size as [H, W], or [0, 0].

# (1, 3, H, W) -> (1, 3, h, w), in the type of x. Antialiased: the filter widens with the shrinking factor, as Pillow's does.
def filtered(x: Tensor, height: int, width: int) -> Tensor:
  y = x
  if RESAMPLE == 3:
    y = torch._upsample_bicubic2d_aa(x, [height, width], False, None, None)
  else:
    y = torch._upsample_bilinear2d_aa(x, [height, width], False, None, None)
  return y

# One pass along width or height, rounded to uint8: for devices whose filter knows floats only.
def filtered_as_floats(x: Tensor, height: int, width: int) -> Tensor:
  y = torch.floor(torch.add(filtered(torch.to(x, FLOAT32), height, width), 0.5))  # halves go up, as Pillow's
  return torch.to(torch.clamp(y, 0, 255), UINT8)

# uint8 (1, 3, H, W) -> uint8 (1, 3, h, w): along the width, rounded to uint8, then along the height.
def resample(x: Tensor, height: int, width: int) -> Tensor:
  y = x
  if ops.prim.is_cuda(x):
    y = filtered_as_floats(filtered_as_floats(x, torch.size(x, 2), width), height, width)
  else:
    y = filtered(x, height, width)
  return y

# float32 (1, 3, H, W) -> (1, 3, h, w): the mean of the pixels next to each sample, however much the image shrinks. Nothing is
# rounded, as where the processor divides by 255 first.
def sampled_as_floats(x: Tensor, height: int, width: int) -> Tensor:
  y = x
  if RESAMPLE == 3:
    y = torch.upsample_bicubic2d(x, [height, width], False, None, None)
  else:
    y = torch.upsample_bilinear2d(x, [height, width], False, None, None)
  return torch.contiguous(y)

# uint8 (H, W, 3) -> (3, h, w), planes in memory: uint8, or float32 without antialiasing. Color innermost on the way in is the fast path:
# 9 ms for 12 megapixels to 1066x800, where planes take 67.
# An image that gets lower and wider is first made lower: Pillow swaps the passes there too.
def resize(image: Tensor, height: int, width: int) -> Tensor:
  x = torch.unsqueeze(torch.permute(image, [2, 0, 1]), 0)
  if not ANTIALIAS:
    return torch.squeeze(sampled_as_floats(torch.to(x, FLOAT32), height, width), 0)
  if height < torch.size(x, 2) and width > torch.size(x, 3):
    x = resample(x, height, torch.size(x, 3))
  return torch.squeeze(resample(x, height, width), 0)

# (B, 3, h, w) that is the function's own -> float32 (B, 3, h, w), in planes: (x * RESCALE - MEAN) / STD for each channel.
def normalize(x: Tensor, w: Dict[str, Tensor]) -> Tensor:
  if not ("table.mean" in w):
    w["table.mean"] = torch.reshape(table_of(MEAN, 1, FLOAT32, x.device), [1, 3, 1, 1])
    w["table.std"] = torch.reshape(table_of(STD, 1, FLOAT32, x.device), [1, 3, 1, 1])
  y = torch.mul_(torch.to(x, FLOAT32), RESCALE)
  return torch.div_(torch.sub_(y, w["table.mean"]), w["table.std"])

# (B, 3, h, w) -> (B, 3, H, W): zeros at the right and at the bottom up to PADDED [H, W], where that is larger. Tells the network
# by w["padding"]: architecture/padding.py.
def padded(pixels: Tensor, w: Dict[str, Tensor]) -> Tensor:
  rows = max(0, PADDED[0] - pixels.size(2))
  columns = max(0, PADDED[1] - pixels.size(3))
  if rows + columns == 0:
    return pixels
  whole = torch.constant_pad_nd(pixels, [0, columns, 0, rows])
  sizes = [0, pixels.size(2), pixels.size(3), whole.size(2), whole.size(3)]
  w["padding"] = torch.empty(sizes, device=pixels.device)
  return whole

# One picture in the host's memory, there too its new height and width in "size" (a float32 tensor of two); "there", a tensor on
# the device that resizes it.
def resize_picture(w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
  height = int(torch.select(inputs["size"], 0, 0))
  width = int(torch.select(inputs["size"], 0, 1))
  out = annotate(Dict[str, Tensor], {})
  out["image"] = resize_there(inputs["image"], inputs["there"].device, height, width)
  return out

# Called once by each thread that resizes beside others. "there": as above.
def begin_resizing(w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
  use_own_stream(inputs["there"].device)
  return annotate(Dict[str, Tensor], {})

# Returns when the device has done what this thread asked of it. "there": as above.
def wait_for_device(w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
  wait_for_stream(inputs["there"].device)
  return annotate(Dict[str, Tensor], {})
