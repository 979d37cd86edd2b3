# The maxima of numbers that are not negative.
def forward(w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
  x = torch.contiguous(torch.to(torch.relu(inputs["pixels"]), DTYPE), memory_format=2)
  return {"pooled": max_pool(x)}
