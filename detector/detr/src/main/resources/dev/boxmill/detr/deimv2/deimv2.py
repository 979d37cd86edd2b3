# DEIMv2: Huang et al., "Real-Time Object Detection Meets DINOv3" (2025), with HGNetV2 as its backbone.
# D-FINE with a simpler decoder (deimv2_layer.py). Tokens are scored as they are, all layers see the positions of the
# queries' first boxes, and SiLU is the activation of every head.

# The encoder's tokens as candidates for queries: (B, N, D). Those too near to the border are zero.
def candidates(memory: Tensor, valid: Tensor, w: Dict[str, Tensor]) -> Tensor:
  return memory * torch.to(valid, DTYPE)

def prepare(w: Dict[str, Tensor]) -> Dict[str, Tensor]:
  ready = annotate(Dict[str, Tensor], {})
  prepare_fdr(w, ready)
  prepare_backbone(w, ready)
  prepare_encoder(w, ready)
  for layer in range(DECODER_LAYERS):
    name = "decoder." + str(layer) + ".fc1"
    for part in [".weight", ".bias"]:
      ready[name + part] = torch.to(torch.cat([w[name + ".gate" + part], w[name + ".up" + part]]), DTYPE)
  return ready
