package dev.boxmill.job.session;

import dev.boxmill.image.Decoding;
import dev.boxmill.image.ImageDecoder;
import dev.boxmill.job.tiles.Tiling;
import dev.boxmill.torchscript.Precision;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * How images are to be labeled, as the user said. Start from {@link #DEFAULTS} and change what the
 * user asked for.
 *
 * @param detector a Hugging Face directory or a {@code .pth} on any Hadoop filesystem, or {@link
 *     #EMBEDDED}
 * @param refiners {@code name[:key=value,…]} in order; empty: refinebox where the detector has one,
 *     and {@link #OF_EMBEDDED} for the embedded detector; the single entry {@link #NO_REFINER}: the
 *     detector's own boxes
 * @param precision number format of the network
 * @param minScore only boxes that score above it are kept, 0 to 1
 * @param topK at most that many boxes per image; empty: as many as the checkpoint says
 * @param architecture {@code NAME[:key=value,…]} of a {@code .pth}; empty: as its tensors say
 * @param classNames a file of class names on any Hadoop filesystem; empty: the detector's own
 * @param prompt what a detector that reads is to find
 * @param maxPixels images that declare more pixels are refused, 1 to {@link #MOST_PIXELS}
 * @param tiling how pictures are cut
 * @param decoding how much of their files is decoded
 */
public record LabelSettings(
    String detector,
    List<String> refiners,
    Precision precision,
    double minScore,
    OptionalInt topK,
    Optional<String> architecture,
    Optional<String> classNames,
    PromptRequest prompt,
    long maxPixels,
    Tiling tiling,
    Decoding decoding) {

  public static final String EMBEDDED = "embedded";
  public static final String NO_REFINER = "none";

  /** The embedded detector's refiners: one moves boxes, one takes out second boxes on an object. */
  public static final List<String> OF_EMBEDDED = List.of("refinebox", "merge-duplicates");

  public static final double DEFAULT_MIN_SCORE = 0.05;

  /** Twice what Pillow warns of as a decompression bomb, where it refuses. */
  public static final long DEFAULT_MAX_PIXELS = ImageDecoder.DEFAULT_PIXEL_LIMIT;

  public static final long MOST_PIXELS = ImageDecoder.MOST_PIXEL_LIMIT;

  /** The embedded detector and its refiners. */
  public static final LabelSettings DEFAULTS =
      new LabelSettings(
          EMBEDDED,
          List.of(),
          Precision.AUTO,
          DEFAULT_MIN_SCORE,
          OptionalInt.empty(),
          Optional.empty(),
          Optional.empty(),
          PromptRequest.NONE,
          DEFAULT_MAX_PIXELS,
          Tiling.NONE,
          Decoding.FULL);

  public LabelSettings {
    refiners = List.copyOf(refiners);
  }

  public LabelSettings withDetector(String changed) {
    return with(draft -> draft.detector = changed);
  }

  public LabelSettings withRefiners(List<String> changed) {
    return with(draft -> draft.refiners = changed);
  }

  public LabelSettings withPrecision(Precision changed) {
    return with(draft -> draft.precision = changed);
  }

  public LabelSettings withMinScore(double changed) {
    return with(draft -> draft.minScore = changed);
  }

  public LabelSettings withTopK(OptionalInt changed) {
    return with(draft -> draft.topK = changed);
  }

  public LabelSettings withArchitecture(Optional<String> changed) {
    return with(draft -> draft.architecture = changed);
  }

  public LabelSettings withClassNames(Optional<String> changed) {
    return with(draft -> draft.classNames = changed);
  }

  public LabelSettings withPrompt(PromptRequest changed) {
    return with(draft -> draft.prompt = changed);
  }

  public LabelSettings withMaxPixels(long changed) {
    return with(draft -> draft.maxPixels = changed);
  }

  public LabelSettings withTiling(Tiling changed) {
    return with(draft -> draft.tiling = changed);
  }

  public LabelSettings withDecoding(Decoding changed) {
    return with(draft -> draft.decoding = changed);
  }

  private LabelSettings with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.settings();
  }

  /** Settings that are being changed. */
  private static final class Draft {
    private String detector;
    private List<String> refiners;
    private Precision precision;
    private double minScore;
    private OptionalInt topK;
    private Optional<String> architecture;
    private Optional<String> classNames;
    private PromptRequest prompt;
    private long maxPixels;
    private Tiling tiling;
    private Decoding decoding;

    Draft(LabelSettings from) {
      detector = from.detector;
      refiners = from.refiners;
      precision = from.precision;
      minScore = from.minScore;
      topK = from.topK;
      architecture = from.architecture;
      classNames = from.classNames;
      prompt = from.prompt;
      maxPixels = from.maxPixels;
      tiling = from.tiling;
      decoding = from.decoding;
    }

    LabelSettings settings() {
      return new LabelSettings(
          detector,
          refiners,
          precision,
          minScore,
          topK,
          architecture,
          classNames,
          prompt,
          maxPixels,
          tiling,
          decoding);
    }
  }
}
