package dev.boxmill.refiners.boxes;

import dev.boxmill.refiners.spi.BoxRefiner;
import dev.boxmill.refiners.spi.RefinerContext;
import dev.boxmill.refiners.spi.RefinerFactory;
import dev.boxmill.refiners.spi.RefinerOption;
import dev.boxmill.refiners.spi.RefinerOptions;
import java.nio.file.Path;
import java.util.List;

/** {@code calibrate}: scores become the probabilities that boxes are right. */
final class CalibrateFactory implements RefinerFactory {

  private static final String FILE = "file";

  private static final String ANY_DETECTOR = "any-detector";

  @Override
  public String name() {
    return "calibrate";
  }

  @Override
  public List<RefinerOption> options() {
    return List.of(
        RefinerOption.text(
            FILE,
            "calibration.json",
            "what 'boxmill calibrate' wrote: its name in the detector's directory, or a path on"
                + " every executor"),
        RefinerOption.flag(
            ANY_DETECTOR,
            false,
            "also takes a calibration of another detector, or of other classes; a class that it"
                + " does not name gets the curve of all classes"));
  }

  @Override
  public boolean usesFeatures() {
    return false;
  }

  @Override
  public List<Path> files(RefinerOptions options, RefinerContext context) {
    CalibrationFile file = file(options, context);
    refiner(file, options, context);
    return List.of(file.path());
  }

  @Override
  public BoxRefiner create(RefinerOptions options, RefinerContext context) {
    return refiner(file(options, context), options, context);
  }

  private static CalibrationFile file(RefinerOptions options, RefinerContext context) {
    return CalibrationFile.find(options.text(FILE), context.detectorDirectory());
  }

  private static CalibrateRefiner refiner(
      CalibrationFile file, RefinerOptions options, RefinerContext context) {
    return options.flag(ANY_DETECTOR)
        ? CalibrateRefiner.of(file.read(), context.classNames())
        : CalibrateRefiner.of(file.readFor(context), context.classNames());
  }
}
