# The same function as resize_on_cuda.py's, where host and device are one.

def resize_there(image: Tensor, there: Device, height: int, width: int) -> Tensor:
  return resize(image, height, width)
