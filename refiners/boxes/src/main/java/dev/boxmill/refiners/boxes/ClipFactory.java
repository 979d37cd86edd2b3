package dev.boxmill.refiners.boxes;

import dev.boxmill.refiners.spi.BoxRefiner;
import dev.boxmill.refiners.spi.RefinerContext;
import dev.boxmill.refiners.spi.RefinerFactory;
import dev.boxmill.refiners.spi.RefinerOption;
import dev.boxmill.refiners.spi.RefinerOptions;
import java.util.List;

/** {@code clip}: boxes end at the image's border, and those that are too small go. */
final class ClipFactory implements RefinerFactory {

  @Override
  public String name() {
    return "clip";
  }

  @Override
  public List<RefinerOption> options() {
    return List.of(
        RefinerOption.number(
            "min-size", 1, 0, 10_000, "pixels of width and of height that a box must have left"));
  }

  @Override
  public boolean usesFeatures() {
    return false;
  }

  @Override
  public BoxRefiner create(RefinerOptions options, RefinerContext context) {
    return new ClipRefiner(options.number("min-size"));
  }
}
