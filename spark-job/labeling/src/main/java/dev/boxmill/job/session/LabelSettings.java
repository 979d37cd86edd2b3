package dev.boxmill.job.session;

import dev.boxmill.image.ImageDecoder;
import dev.boxmill.torchscript.Precision;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How images are to be labeled, as the user said. Start from {@link #DEFAULTS} and change what the
 * user asked for.
 *
 * @param detector a Hugging Face directory or a {@code .pth} on any Hadoop filesystem, or {@link
 *     #EMBEDDED}
 * @param refiners {@code name[:key=value,…]} in order; empty: refinebox where the detector has one;
 *     the single entry {@link #NO_REFINER}: the detector's own boxes
 * @param precision number format of the network
 * @param minScore only boxes that score above it are kept, 0 to 1
 * @param topK at most that many boxes per image; empty: as many as the checkpoint says
 * @param architecture {@code NAME[:key=value,…]} of a {@code .pth}; empty: as its tensors say
 * @param classNames a file of class names on any Hadoop filesystem; empty: the detector's own
 * @param maxPixels images that declare more pixels are refused, 1 to {@link #MOST_PIXELS}
 */
public record LabelSettings(
    String detector,
    List<String> refiners,
    Precision precision,
    double minScore,
    OptionalInt topK,
    Optional<String> architecture,
    Optional<String> classNames,
    long maxPixels) {

  public static final String EMBEDDED = "embedded";
  public static final String NO_REFINER = "none";
  public static final double DEFAULT_MIN_SCORE = 0.05;

  /** Twice what Pillow warns of as a decompression bomb, where it refuses. */
  public static final long DEFAULT_MAX_PIXELS = ImageDecoder.DEFAULT_PIXEL_LIMIT;

  public static final long MOST_PIXELS = ImageDecoder.MOST_PIXEL_LIMIT;

  /** The embedded detector and its refiner. */
  public static final LabelSettings DEFAULTS =
      new LabelSettings(
          EMBEDDED,
          List.of(),
          Precision.AUTO,
          DEFAULT_MIN_SCORE,
          OptionalInt.empty(),
          Optional.empty(),
          Optional.empty(),
          DEFAULT_MAX_PIXELS);

  public LabelSettings {
    refiners = List.copyOf(refiners);
  }

  public LabelSettings withDetector(String changed) {
    return new LabelSettings(
        changed, refiners, precision, minScore, topK, architecture, classNames, maxPixels);
  }

  public LabelSettings withRefiners(List<String> changed) {
    return new LabelSettings(
        detector, changed, precision, minScore, topK, architecture, classNames, maxPixels);
  }

  public LabelSettings withPrecision(Precision changed) {
    return new LabelSettings(
        detector, refiners, changed, minScore, topK, architecture, classNames, maxPixels);
  }

  public LabelSettings withMinScore(double changed) {
    return new LabelSettings(
        detector, refiners, precision, changed, topK, architecture, classNames, maxPixels);
  }

  public LabelSettings withTopK(OptionalInt changed) {
    return new LabelSettings(
        detector, refiners, precision, minScore, changed, architecture, classNames, maxPixels);
  }

  public LabelSettings withArchitecture(Optional<String> changed) {
    return new LabelSettings(
        detector, refiners, precision, minScore, topK, changed, classNames, maxPixels);
  }

  public LabelSettings withClassNames(Optional<String> changed) {
    return new LabelSettings(
        detector, refiners, precision, minScore, topK, architecture, changed, maxPixels);
  }

  public LabelSettings withMaxPixels(long changed) {
    return new LabelSettings(
        detector, refiners, precision, minScore, topK, architecture, classNames, changed);
  }
}
