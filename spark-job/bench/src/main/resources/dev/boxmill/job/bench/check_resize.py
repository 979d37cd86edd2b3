# For check_cuda.py: resizing to a size that is no tensor, because fake tensors have no values.

# "image": uint8 (H, W, 3) on the device -> uint8 (3, 800, 1066)
def resize_on_device(w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
  out = annotate(Dict[str, Tensor], {})
  out["image"] = resize(inputs["image"], 800, 1066)
  return out
