package dev.boxmill.job.session;

import dev.boxmill.detr.image.ImageDecoder;
import java.io.Serializable;
import java.util.List;

/**
 * How images are to be labelled, as the user said.
 *
 * @param detector a Hugging Face directory or a {@code .pth} on any Hadoop filesystem, or {@link
 *     #EMBEDDED}
 * @param refiners {@code name[:key=value,…]} in order; empty: refinebox where the detector has one;
 *     the single entry {@link #NO_REFINER}: the detector's own boxes
 * @param precision {@code auto}, {@code fp32}, {@code bf16} or {@code fp16}
 * @param minScore only boxes that score above it are kept, 0 to 1
 * @param topK at most that many boxes per image; {@link #CHECKPOINT_TOP_K}: what the checkpoint
 *     says
 * @param architecture {@code NAME[:key=value,…]} of a {@code .pth}; {@link #RECOGNISED}: as its
 *     tensors tell
 * @param labels a file of class names on any Hadoop filesystem; {@link #OWN_LABELS}: the detector's
 * @param maxPixels images that declare more pixels are refused, 1 to {@link #MOST_PIXELS}
 */
public record LabelSettings(
    String detector,
    List<String> refiners,
    String precision,
    double minScore,
    int topK,
    String architecture,
    String labels,
    long maxPixels)
    implements Serializable {

  public static final String EMBEDDED = "embedded";
  public static final String NO_REFINER = "none";
  public static final int CHECKPOINT_TOP_K = 0;
  public static final String RECOGNISED = "";
  public static final String OWN_LABELS = "";

  /** Twice what Pillow warns of as a decompression bomb, where it refuses. */
  public static final long DEFAULT_MAX_PIXELS = ImageDecoder.DEFAULT_PIXEL_LIMIT;

  public static final long MOST_PIXELS = ImageDecoder.MOST_PIXEL_LIMIT;

  public LabelSettings {
    refiners = List.copyOf(refiners);
  }

  /** Of a detector that tells its architecture and labels itself. */
  public LabelSettings(
      String detector, List<String> refiners, String precision, double minScore, int topK) {
    this(detector, refiners, precision, minScore, topK, RECOGNISED, OWN_LABELS);
  }

  public LabelSettings withMaxPixels(long pixels) {
    return new LabelSettings(
        detector, refiners, precision, minScore, topK, architecture, labels, pixels);
  }

  /** With the default limit of pixels. */
  public LabelSettings(
      String detector,
      List<String> refiners,
      String precision,
      double minScore,
      int topK,
      String architecture,
      String labels) {
    this(detector, refiners, precision, minScore, topK, architecture, labels, DEFAULT_MAX_PIXELS);
  }
}
