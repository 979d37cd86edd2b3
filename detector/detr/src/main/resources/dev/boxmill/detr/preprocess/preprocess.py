# From decoded pixels to a network's input: Hugging Face's image processors, with tensors.
# Letters: B images, H W height and width as decoded, h w after resizing.
# RESAMPLE is Pillow's number of a filter; RESCALE, MEAN, STD are those of preprocessor_config.json.

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

# uint8 (H, W, 3) -> uint8 (3, h, w), planes in memory. Color innermost on the way in is the fast path:
# 9 ms for 12 megapixels to 1066x800, where planes take 67.
# An image that gets lower and wider is first made lower: Pillow swaps the passes there too.
def resize(image: Tensor, height: int, width: int) -> Tensor:
  x = torch.unsqueeze(torch.permute(image, [2, 0, 1]), 0)
  if height < torch.size(x, 2) and width > torch.size(x, 3):
    x = resample(x, height, torch.size(x, 3))
  return torch.squeeze(resample(x, height, width), 0)

# uint8 (B, 3, h, w) -> float32 (B, 3, h, w), in planes: (x * RESCALE - MEAN) / STD for each channel.
def normalize(x: Tensor) -> Tensor:
  y = torch.to(x, FLOAT32)
  mean = torch.reshape(torch.tensor(MEAN, dtype=FLOAT32, device=x.device), [1, 3, 1, 1])
  std = torch.reshape(torch.tensor(STD, dtype=FLOAT32, device=x.device), [1, 3, 1, 1])
  return torch.div_(torch.sub_(torch.mul_(y, RESCALE), mean), std)

# One picture in the host's memory, there too its new height and width in "size" (a float32 tensor of two); "there", a tensor on
# the device that resizes it.
def resize_picture(w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
  height = int(torch.select(inputs["size"], 0, 0))
  width = int(torch.select(inputs["size"], 0, 1))
  out = annotate(Dict[str, Tensor], {})
  out["image"] = resize_there(inputs["image"], inputs["there"].device, height, width)
  return out
