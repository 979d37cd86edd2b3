package dev.boxmill.refiners.spi;

import static java.util.Objects.requireNonNull;

import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Precision;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The detector that a refiner works for, and where.
 *
 * @param classNames by label id, as the checkpoint counts them; a refiner that changes classes
 *     chooses among these
 * @param device where the feature maps lie, and where to put a network of one's own
 * @param precision of the feature maps; never AUTO
 * @param featureChannels channels of C2 to C5, finest first; empty if the detector offers none
 * @param detectorDirectory a local copy of the checkpoint's directory, where a trained refiner's
 *     weights may lie; empty if the detector has none
 * @param detectorSha256 SHA-256 of the detector's files, as runs record it; empty if nobody hashed
 *     them
 */
public record RefinerContext(
    Map<Integer, String> classNames,
    Device device,
    Precision precision,
    List<Integer> featureChannels,
    Optional<Path> detectorDirectory,
    Optional<String> detectorSha256) {

  /** Of a detector whose files nobody hashed. */
  public RefinerContext(
      Map<Integer, String> classNames,
      Device device,
      Precision precision,
      List<Integer> featureChannels,
      Optional<Path> detectorDirectory) {
    this(classNames, device, precision, featureChannels, detectorDirectory, Optional.empty());
  }

  public RefinerContext {
    classNames = Map.copyOf(classNames);
    requireNonNull(device, "device is null");
    featureChannels = List.copyOf(featureChannels);
    requireNonNull(detectorDirectory, "detectorDirectory is null");
    requireNonNull(detectorSha256, "detectorSha256 is null");
    if (precision == Precision.AUTO) {
      throw new IllegalArgumentException(
          "Invalid precision: AUTO (must be what it means on " + device + ")");
    }
  }
}
