package dev.boxmill.refiners.refinebox;

import dev.boxmill.refiners.spi.RefinerFactory;
import dev.boxmill.refiners.spi.RefinerPlugin;
import java.util.List;

/** The refiner {@code refinebox}. */
public final class RefineBoxPlugin implements RefinerPlugin {

  @Override
  public List<RefinerFactory> factories() {
    return List.of(new RefineBoxFactory());
  }
}
