# A network small enough to compute by hand in a test: stem, residual, linear head.
def prepare(w: Dict[str, Tensor]) -> Dict[str, Tensor]:
  out = annotate(Dict[str, Tensor], {})
  out["stem.weight"] = prepack(w["stem.weight"], STRIDE, 1, 1)
  out["stem.bias"] = torch.to(w["stem.bias"], DTYPE)
  out["mix.weight"] = prepack(w["mix.weight"], 1, 0, 1)
  out["mix.bias"] = torch.to(w["mix.bias"], DTYPE)
  out["same.weight"] = prepack(w["same.weight"], 1, 1, 1)
  out["same.bias"] = torch.to(w["same.bias"], DTYPE)
  out["head.weight"] = torch.to(w["head.weight"], DTYPE)
  out["head.bias"] = torch.to(w["head.bias"], DTYPE)
  return out

def features(w: Dict[str, Tensor], pixels: Tensor, activation: str) -> Tensor:
  x = torch.contiguous(torch.to(pixels, DTYPE), memory_format=2)
  x = conv(x, w, "stem", STRIDE, 1, 1, activation)  # the name "STRIDE" in a comment or a "STRIDE" string stays
  x = conv_add_relu(x, torch.clone(x), w, "mix")
  return conv3_add_relu(x, torch.clone(x), w, "same", 1)

def forward(w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
  x = features(w, inputs["pixels"], ACTIVATION)
  out = annotate(Dict[str, Tensor], {})
  out["features"] = x
  pooled = torch.mean(x, [2, 3])
  out["head"] = torch.to(linear(pooled, w, "head"), 6)
  return out

def fail(w: Dict[str, Tensor], inputs: Dict[str, Tensor]) -> Dict[str, Tensor]:
  out = annotate(Dict[str, Tensor], {})
  out["x"] = torch.matmul(inputs["pixels"], inputs["pixels"])
  return out
