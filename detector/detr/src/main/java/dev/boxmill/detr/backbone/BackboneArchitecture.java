package dev.boxmill.detr.backbone;

import dev.boxmill.detr.architecture.Architecture;
import java.util.List;

/** A network over any backbone, whose feature maps are the backbone's. */
public interface BackboneArchitecture extends Architecture {

  Backbone backbone();

  @Override
  default List<Integer> featureChannels() {
    return backbone().widths();
  }

  @Override
  default List<Integer> featureStrides() {
    return backbone().featureStrides();
  }
}
