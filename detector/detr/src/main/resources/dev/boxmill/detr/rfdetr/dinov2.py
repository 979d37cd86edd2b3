# RF-DETR's backbone: DINOv2 (Oquab et al., 2023) with windows. The token that stands for the whole image is copied into each
# window. Every tapped map goes through the last norm.
#
# B images, H x W patches, C channels. Constants: those of vision_transformer.py.

# The tapped maps, each (B, C, H, W).
def tapped_maps(pixels: Tensor, w: Dict[str, Tensor]) -> List[Tensor]:
  patches = placed_patches(pixels, w, True)
  x = windows_of(patches)
  x = torch.cat([torch.expand(w["vit.image"], [x.size(0), -1, -1]), x], 1)
  maps = annotate(List[Tensor], [])
  for layer in range(TAPS[-1]):
    x = vit_layer(x, w, layer)
    if (layer + 1) in TAPS:
      maps.append(map_of(torch.slice(vit_norm(x, w, "vit.norm"), 1, 1), patches.size(1), patches.size(2)))
  return maps

def backbone(pixels: Tensor, w: Dict[str, Tensor]) -> List[Tensor]:
  return four_of(tapped_maps(pixels, w))

def prepare_backbone(w: Dict[str, Tensor], ready: Dict[str, Tensor]) -> None:
  prepare_vision_transformer(w, ready)
  ready["vit.image"] = torch.to(w["vit.image"] + torch.slice(w["vit.positions"], 1, 0, 1), DTYPE)
  ready["vit.norm.weight"] = torch.to(w["vit.norm.weight"], DTYPE)
  ready["vit.norm.bias"] = torch.to(w["vit.norm.bias"], DTYPE)
