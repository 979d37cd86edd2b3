package dev.boxmill.refiners.boxes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.refiners.spi.RefinerContext;
import dev.boxmill.refiners.spi.RefinerFactory;
import dev.boxmill.refiners.spi.RefinerOptions;
import dev.boxmill.refiners.spi.testing.BoxRefinerContract;
import dev.boxmill.schemas.Box;
import dev.boxmill.schemas.Detection;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Precision;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestCalibrateRefiner implements BoxRefinerContract {

  private static final Box BOX = new Box(0.5f, 0.5f, 0.5f, 0.5f);

  private static final String CURVES =
      """
      "pooled": {"slope": 1, "intercept": 0},
      "classes": {
        "cat": {"boxes": 200, "curve": {"scores": [0.25, 0.75], "probabilities": [0.125, 0.875]}},
        "dog": {"boxes": 3}}
      """;

  @TempDir private Path folder;

  @Override
  public RefinerFactory factory() {
    return new CalibrateFactory();
  }

  @Override
  public Map<String, String> options() {
    return Map.of("file", file("detector").toString());
  }

  @Override
  public RefinerContext context() {
    return context(BoxRefinerContract.super.context().classNames(), Optional.of("detector"));
  }

  private RefinerContext context(Map<Integer, String> classNames, Optional<String> sha256) {
    return new RefinerContext(
        classNames, Device.cpu(), Precision.FP32, List.of(), Optional.of(folder), sha256);
  }

  private Path file(String detector) {
    return write(
        """
        {"calibration_version": 1, "detector_sha256": "%s",
         "class_names": {"0": "cat", "1": "dog", "2": "bird", "3": "car", "7": "tree"}, %s}
        """
            .formatted(detector, CURVES));
  }

  private Path write(String content) {
    try {
      return Files.writeString(folder.resolve("calibration.json"), content);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @Test
  void scoresBecomeTheProbabilitiesOfTheirClassInTheirOrder() {
    file("detector");
    List<Detection> found =
        List.of(
            Detection.of(0, 1, 0.7f, BOX),
            Detection.of(1, 0, 0.6875f, BOX),
            Detection.of(2, 2, 0.4f, BOX),
            Detection.of(3, 0, 0.1f, BOX));

    List<Detection> refined = refine(Map.of(), context(), found);

    assertThat(refined)
        .containsExactly(
            found.get(1).withScore(0.78125f),
            found.get(0).withScore(0.7f),
            found.get(2).withScore(0.4f),
            found.get(3).withScore(0.125f));
  }

  @Test
  void fileIsPartOfTheFingerprint() {
    Path file = file("detector");

    assertThat(factory().files(RefinerOptions.of(factory(), Map.of()), context()))
        .containsExactly(file);
  }

  @Test
  void otherDetectorIsRefusedUnlessAskedFor() {
    file("another-detector");

    requireRefused(
        "it is of another detector, another-dete (this one is detector) (calibrate the labels of"
            + " this detector, or say any-detector=true)");
    file("detector");
    requireRefused(context(context().classNames(), Optional.empty()), "(this one is not known)");
    file("another-detector");
    assertThat(refine(Map.of("any-detector", "true"), context(), List.of())).isEmpty();
  }

  @Test
  void otherClassesAreRefusedUnlessAskedFor() {
    file("detector");
    RefinerContext others = context(Map.of(0, "cat", 1, "wolf"), Optional.of("detector"));

    requireRefused(others, "it is of other classes (1 dog, 2 bird, 3 car; the detector's: 1 wolf)");
    List<Detection> wolf = List.of(Detection.of(0, 1, 0.25f, BOX), Detection.of(1, 0, 0.2f, BOX));
    assertThat(refine(Map.of("any-detector", "true"), others, wolf))
        .containsExactly(wolf.get(0), wolf.get(1).withScore(0.125f));
  }

  @Test
  void whatIsNoCalibrationIsRefused() throws IOException {
    Files.deleteIfExists(folder.resolve("calibration.json"));
    assertThatThrownBy(() -> refine(Map.of(), context(), List.of()))
        .hasMessageContaining("Cannot find calibration 'calibration.json': no such file as")
        .hasMessageContaining("boxmill calibrate");
    write("{\"images\": []}");
    requireRefused("it is no calibration (make it with 'boxmill calibrate')");
    write("{\"calibration_version\": 2}");
    requireRefused("it is of version 2");
    write("[");
    requireRefused("it is no JSON");
    write("{\"calibration_version\": 1}");
    requireRefused("it has no detector_sha256");
    write("{\"calibration_version\": 1, \"detector_sha256\": \"detector\"}");
    requireRefused("Invalid curve: 0 scores and 0 probabilities");
    write(
        """
        {"calibration_version": 1, "detector_sha256": "detector",
         "pooled": {"scores": [0.1, 0.2], "probabilities": [0.9, 0.8]}}
        """);
    requireRefused("Invalid curve: probability 0.8 (must not be below the one before)");
    write(
        """
        {"calibration_version": 1, "detector_sha256": "detector",
         "pooled": {"slope": -1, "intercept": 0}}
        """);
    requireRefused("Invalid curve: slope -1.0, intercept 0.0 (must be finite, the slope 0");
  }

  private void requireRefused(String reason) {
    requireRefused(context(), reason);
  }

  private void requireRefused(RefinerContext context, String reason) {
    assertThatThrownBy(() -> refine(Map.of(), context, List.of()))
        .hasMessageContaining("Cannot use calibration " + folder.resolve("calibration.json") + ": ")
        .hasMessageContaining(reason);
  }

  private List<Detection> refine(
      Map<String, String> options, RefinerContext context, List<Detection> detections) {
    CalibrateRefiner refiner =
        (CalibrateRefiner) factory().create(RefinerOptions.of(factory(), options), context);
    return refiner.refine(new ImageSize(100, 100), detections);
  }
}
