# D-FINE: Peng et al., "D-FINE: Redefine Regression Task in DETRs as Fine-grained Distribution Refinement" (2024); and DEIM
# (Huang et al., 2024) and RT-DETRv4, which train the same network. Backbone -> elan_encoder.py -> fdr_detector.py with the
# layers of d_fine_layer.py.

# The encoder's tokens as candidates for queries: (B, N, D).
def candidates(memory: Tensor, valid: Tensor, w: Dict[str, Tensor]) -> Tensor:
  return candidates_of(memory, valid, w)

def prepare(w: Dict[str, Tensor]) -> Dict[str, Tensor]:
  ready = annotate(Dict[str, Tensor], {})
  prepare_fdr(w, ready)
  prepare_backbone(w, ready)
  prepare_encoder(w, ready)
  return ready
