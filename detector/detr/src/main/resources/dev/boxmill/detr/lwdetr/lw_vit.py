# LW-DETR's backbone: a plain vision transformer whose positions are resized from those it was pretrained with. The token that
# stood for the whole image in pretraining is gone, its position with it.
#
# B images, H x W patches, C channels. Constants: those of vision_transformer.py.

# The tapped maps, each (B, C, H, W).
def tapped_maps(pixels: Tensor, w: Dict[str, Tensor]) -> List[Tensor]:
  patches = placed_patches(pixels, w, False)
  x = windows_of(patches)
  maps = annotate(List[Tensor], [])
  for layer in range(TAPS[-1]):
    x = vit_layer(x, w, layer)
    if (layer + 1) in TAPS:
      maps.append(map_of(x, patches.size(1), patches.size(2)))
  return maps

def backbone(pixels: Tensor, w: Dict[str, Tensor]) -> List[Tensor]:
  return four_of(tapped_maps(pixels, w))

def prepare_backbone(w: Dict[str, Tensor], ready: Dict[str, Tensor]) -> None:
  prepare_vision_transformer(w, ready)
