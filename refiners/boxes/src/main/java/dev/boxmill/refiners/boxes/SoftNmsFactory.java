package dev.boxmill.refiners.boxes;

import dev.boxmill.refiners.spi.BoxRefiner;
import dev.boxmill.refiners.spi.RefinerContext;
import dev.boxmill.refiners.spi.RefinerFactory;
import dev.boxmill.refiners.spi.RefinerOption;
import dev.boxmill.refiners.spi.RefinerOptions;
import java.util.List;

/** {@code soft-nms}: boxes that overlap a surer one of their class score less. */
final class SoftNmsFactory implements RefinerFactory {

  @Override
  public String name() {
    return "soft-nms";
  }

  @Override
  public List<RefinerOption> options() {
    return List.of(
        RefinerOption.number(
            "sigma", 0.5, 0.001, 100, "a score falls by exp(-IoU² / sigma) for each surer box"),
        RefinerOption.flag("linear", false, "a score falls by 1 - IoU instead, above 'iou'"),
        RefinerOption.number("iou", 0.5, 0, 1, "with linear: overlap up to which nothing happens"),
        RefinerOption.number("min-score", 0.001, 0, 1, "boxes that fall to it or below go"));
  }

  @Override
  public boolean usesFeatures() {
    return false;
  }

  @Override
  public BoxRefiner create(RefinerOptions options, RefinerContext context) {
    double sigma = options.number("sigma");
    double iou = options.number("iou");
    return new SoftNmsRefiner(
        options.flag("linear")
            ? overlap -> overlap > iou ? 1 - overlap : 1
            : overlap -> Math.exp(-overlap * overlap / sigma),
        options.number("min-score"));
  }
}
