package dev.boxmill.refiners.boxes;

import dev.boxmill.refiners.spi.RefinerFactory;
import dev.boxmill.refiners.spi.RefinerPlugin;
import java.util.List;

/** The refiners that come with boxmill and need only boxes. */
public final class BoxesPlugin implements RefinerPlugin {

  @Override
  public List<RefinerFactory> factories() {
    return List.of(
        new CalibrateFactory(),
        new ClipFactory(),
        new MergeDuplicatesFactory(),
        new SoftNmsFactory(),
        new WeightedNmsFactory());
  }
}
