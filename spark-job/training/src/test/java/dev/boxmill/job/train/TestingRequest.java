package dev.boxmill.job.train;

import dev.boxmill.job.evaluate.ClassMatching;
import dev.boxmill.job.evaluate.Reviewed;
import dev.boxmill.job.session.LabelSettings;
import dev.boxmill.job.train.DetectorRequest.ClassChoice;
import dev.boxmill.job.train.TrainingRequest.ExistingTraining;
import dev.boxmill.torchscript.Precision;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** A request that is put together; without more it trains the embedded detector. */
final class TestingRequest {
  private final String output;
  private final DetectorSettings settings;
  private List<String> inputs;
  private String groundTruth;
  private Optional<String> validationTruth = Optional.empty();
  private ClassChoice classes = ClassChoice.AUTO;
  private Reviewed reviewed = Reviewed.ALL;
  private Optional<String> config = Optional.empty();
  private LabelSettings detector = LabelSettings.DEFAULTS.withPrecision(Precision.FP32);
  private ExistingTraining existing = ExistingTraining.RESUME;
  private OptionalInt slices = OptionalInt.empty();

  TestingRequest(
      List<String> inputs, String groundTruth, String output, DetectorSettings settings) {
    this.inputs = inputs;
    this.groundTruth = groundTruth;
    this.output = output;
    this.settings = settings;
  }

  TestingRequest inputs(Path folder) {
    inputs = List.of(folder.toString());
    return this;
  }

  TestingRequest groundTruth(Path file) {
    groundTruth = file.toString();
    return this;
  }

  TestingRequest validationTruth(Path file) {
    validationTruth = Optional.of(file.toString());
    return this;
  }

  TestingRequest classes(ClassChoice choice) {
    classes = choice;
    return this;
  }

  TestingRequest reviewed(Reviewed which) {
    reviewed = which;
    return this;
  }

  TestingRequest config(Path directory) {
    config = Optional.of(directory.toString());
    return this;
  }

  TestingRequest precision(Precision precision) {
    detector = detector.withPrecision(precision);
    return this;
  }

  TestingRequest detector(Path directory) {
    detector = detector.withDetector(directory.toString());
    return this;
  }

  TestingRequest architecture(String choice) {
    detector = detector.withArchitecture(Optional.of(choice));
    return this;
  }

  TestingRequest replacing() {
    existing = ExistingTraining.REPLACE;
    return this;
  }

  TestingRequest slices(int tasks) {
    slices = OptionalInt.of(tasks);
    return this;
  }

  DetectorRequest build() {
    return new DetectorRequest(
        inputs,
        groundTruth,
        validationTruth,
        reviewed,
        ClassMatching.NAME,
        classes,
        config,
        detector,
        output,
        existing,
        Duration.ZERO,
        slices,
        settings);
  }
}
