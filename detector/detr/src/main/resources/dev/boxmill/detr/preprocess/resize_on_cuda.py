# The same functions as resize_on_cpu.py's, for a GPU.

# Through pinned memory, in the thread's stream: the copy and the resizing overlap what the device computes in other streams, and
# the thread waits for them alone. Other streams may use what this returns at once. They must be done with it when it is freed, for
# the next picture of this thread may take its memory.
def resize_there(image: Tensor, there: Device, height: int, width: int) -> Tensor:
  resized = resize(torch.to(torch.pin_memory(image), there, image.dtype, True), height, width)
  wait_for_stream(there)
  return resized

def wait_for_stream(there: Device) -> None:
  stream = ops.cuda.current_stream(there)
  _0 = (stream).synchronize()

# A stream of its own for the calling thread, in which it stays.
def use_own_stream(there: Device) -> None:
  stream = __torch__.torch.classes.cuda.Stream.__new__(__torch__.torch.classes.cuda.Stream)
  _0 = (stream).__init__(there, 0, )
  ops.cuda.set_stream(stream)
