package dev.boxmill.job.session;

import java.io.Serializable;
import java.util.List;

/**
 * How images are to be labelled, as the user said.
 *
 * @param detector a Hugging Face directory on any Hadoop filesystem, or {@link #EMBEDDED}
 * @param refiners {@code name[:key=value,…]} in order; empty: refinebox where the detector has one;
 *     the single entry {@link #NO_REFINER}: the detector's own boxes
 * @param precision {@code auto}, {@code fp32}, {@code bf16} or {@code fp16}
 * @param minScore only boxes that score above it are kept, 0 to 1
 * @param topK at most that many boxes per image; {@link #CHECKPOINT_TOP_K}: what the checkpoint
 *     says
 */
public record LabelSettings(
    String detector, List<String> refiners, String precision, double minScore, int topK)
    implements Serializable {

  public static final String EMBEDDED = "embedded";
  public static final String NO_REFINER = "none";
  public static final int CHECKPOINT_TOP_K = 0;

  public LabelSettings {
    refiners = List.copyOf(refiners);
  }
}
