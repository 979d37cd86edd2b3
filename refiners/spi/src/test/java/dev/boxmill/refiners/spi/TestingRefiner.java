package dev.boxmill.refiners.spi;

import dev.boxmill.schemas.Box;
import dev.boxmill.schemas.Detection;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Precision;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** A factory for refiners written as lambdas. */
record TestingRefiner(String name, List<RefinerOption> options, Supplier<BoxRefiner> maker)
    implements RefinerFactory {

  static TestingRefiner of(String name, ImageRefiner refiner) {
    return new TestingRefiner(name, List.of(), () -> refiner);
  }

  static TestingRefiner withOptions(String name, RefinerOption... options) {
    ImageRefiner unchanged = (size, detections) -> detections;
    return new TestingRefiner(name, List.of(options), () -> unchanged);
  }

  @Override
  public BoxRefiner create(RefinerOptions chosen, RefinerContext context) {
    return maker.get();
  }

  static Refiners found(RefinerFactory... factories) {
    return Refiners.of(() -> List.of(factories));
  }

  static RefinerContext context() {
    return new RefinerContext(
        Map.of(1, "cat", 2, "dog"), Device.cpu(), Precision.FP32, List.of(), Optional.empty());
  }

  /** Two images of 100 x 50 pixels: one with two detections of query 3, one with none. */
  static ImageBatch batch() {
    Box box = new Box(0.5f, 0.5f, 0.25f, 0.25f);
    return new ImageBatch(
        List.of(new ImageSize(100, 50), new ImageSize(100, 50)),
        List.of(List.of(Detection.of(3, 1, 0.75f, box), Detection.of(3, 2, 0.5f, box)), List.of()),
        FeatureMaps.none());
  }
}
