package dev.boxmill.refiners.boxes;

import dev.boxmill.refiners.spi.BoxRefiner;
import dev.boxmill.refiners.spi.RefinerContext;
import dev.boxmill.refiners.spi.RefinerFactory;
import dev.boxmill.refiners.spi.RefinerOption;
import dev.boxmill.refiners.spi.RefinerOptions;
import java.util.List;

/**
 * {@code merge-duplicates}: of boxes that show the same object, the one with the highest score
 * stays.
 */
final class MergeDuplicatesFactory implements RefinerFactory {

  @Override
  public String name() {
    return "merge-duplicates";
  }

  @Override
  public List<RefinerOption> options() {
    return List.of(
        RefinerOption.number(
            "iou", 0.7, 0, 1, "two boxes of a class that overlap by more show one object"),
        RefinerOption.flag(
                "across", false, "whether boxes of two classes can show one object, as synonyms do")
            .addedLater());
  }

  @Override
  public boolean usesFeatures() {
    return false;
  }

  @Override
  public BoxRefiner create(RefinerOptions options, RefinerContext context) {
    return new MergeDuplicatesRefiner(options.number("iou"), options.flag("across"));
  }
}
