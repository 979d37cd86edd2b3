# The same function as resize_on_cpu.py's, for a GPU.

# In a stream of its own, through pinned memory: the copy and the resizing overlap what the device computes in the thread's other
# stream, and the thread, which reads ahead, waits for them alone. Other streams may use what this returns at once. They must be done
# with it when it is freed, for the next picture may take its memory: callers read what was found in a picture before they free it.
def resize_there(image: Tensor, there: Device, height: int, width: int) -> Tensor:
  stream = __torch__.torch.classes.cuda.Stream.__new__(__torch__.torch.classes.cuda.Stream)
  _0 = (stream).__init__(there, 0, )
  before = ops.cuda.current_stream(there)
  ops.cuda.set_stream(stream)
  resized = resize(torch.to(torch.pin_memory(image), there, image.dtype, True), height, width)
  _1 = (stream).synchronize()
  ops.cuda.set_stream(before)
  return resized
