package dev.boxmill.refiners.boxes;

import dev.boxmill.refiners.spi.BoxRefiner;
import dev.boxmill.refiners.spi.RefinerContext;
import dev.boxmill.refiners.spi.RefinerFactory;
import dev.boxmill.refiners.spi.RefinerOption;
import dev.boxmill.refiners.spi.RefinerOptions;
import java.util.List;

/** {@code nmw}: boxes that show the same object become one at their weighted mean. */
final class WeightedNmsFactory implements RefinerFactory {

  @Override
  public String name() {
    return "nmw";
  }

  @Override
  public List<RefinerOption> options() {
    return List.of(
        RefinerOption.number(
            "iou", 0.55, 0, 1, "two boxes of a class that overlap by more show one object"));
  }

  @Override
  public boolean usesFeatures() {
    return false;
  }

  @Override
  public BoxRefiner create(RefinerOptions options, RefinerContext context) {
    return new WeightedNmsRefiner(options.number("iou"));
  }
}
