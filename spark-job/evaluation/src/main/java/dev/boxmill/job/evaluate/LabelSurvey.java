package dev.boxmill.job.evaluate;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What a label table holds, found in one pass over it before anything is matched. */
final class LabelSurvey implements Serializable {

  private static final long serialVersionUID = 1;
  private static final int EXAMPLES = 5;

  /** Before the position of an image in place of an address. */
  static final String POSITION = "#";

  private final Map<Integer, Integer> fits = new HashMap<>();
  private final Map<Integer, String> repeated = new HashMap<>();
  private final Map<LabelClass, Long> labels = new HashMap<>();
  private final Set<String> refiners = new TreeSet<>();
  private final List<String> unknown = new ArrayList<>();
  private final List<String> ambiguous = new ArrayList<>();
  private long rows;
  private long unknownCount;
  private long failed;
  private double leastScore = 1;
  private boolean sharedBoxes;

  /** Counts a row. */
  void row() {
    rows++;
  }

  /** Counts a row of an image that is not annotated. */
  void stranger(String uri) {
    unknownCount++;
    addExample(unknown, uri);
  }

  /** Counts a row whose image may be several annotated ones. */
  void ambiguous(String uri) {
    addExample(ambiguous, uri);
  }

  /**
   * Counts a row, by the position of its image. Of several rows of one base name that which fits
   * best is the image's, the others are strangers'.
   *
   * @param fit how well its address fits
   */
  void image(String uri, int image, int fit) {
    Integer best = fits.get(image);
    if (best != null && fit < best) {
      stranger(uri);
      return;
    }
    if (best != null && fit == best) {
      repeated.put(image, uri);
      return;
    }
    if (best != null) {
      displace(image);
    }
    fits.put(image, fit);
  }

  /** What was taken for the image is none of the annotated ones. */
  private void displace(int image) {
    int rows = repeated.remove(image) == null ? 1 : 2;
    for (int i = 0; i < rows; i++) {
      stranger(POSITION + image);
    }
  }

  void failed() {
    failed++;
  }

  void refiners(String names) {
    if (names != null && !names.isEmpty()) {
      refiners.add(names);
    }
  }

  void label(LabelClass name, double score) {
    labels.merge(name, 1L, Long::sum);
    leastScore = Math.min(leastScore, score);
  }

  /** Notes that two detections of an image have the same box of the detector. */
  void sharedBox() {
    sharedBoxes = true;
  }

  /** Adds what was found elsewhere in the table. */
  LabelSurvey add(LabelSurvey other) {
    other.fits.forEach((image, fit) -> image(POSITION + image, image, fit));
    other.repeated.forEach(
        (image, uri) -> {
          if (other.fits.get(image).equals(fits.get(image))) {
            repeated.put(image, uri);
          } else {
            stranger(uri);
          }
        });
    other.labels.forEach((label, count) -> labels.merge(label, count, Long::sum));
    refiners.addAll(other.refiners);
    other.unknown.forEach(uri -> addExample(unknown, uri));
    other.ambiguous.forEach(uri -> addExample(ambiguous, uri));
    rows += other.rows;
    unknownCount += other.unknownCount;
    failed += other.failed;
    leastScore = Math.min(leastScore, other.leastScore);
    sharedBoxes |= other.sharedBoxes;
    return this;
  }

  private static void addExample(List<String> examples, String uri) {
    if (examples.size() < EXAMPLES) {
      examples.add(uri);
    }
  }

  /** Positions of the images that have a row, and how well that fits. */
  Map<Integer, Integer> fits() {
    return fits;
  }

  /** Detections of each label. */
  Map<LabelClass, Long> labels() {
    return labels;
  }

  long boxes() {
    return labels.values().stream().mapToLong(Long::longValue).sum();
  }

  boolean refined() {
    return !refiners.isEmpty();
  }

  List<String> unknown() {
    return unknown;
  }

  long unknownCount() {
    return unknownCount;
  }

  List<String> ambiguous() {
    return ambiguous;
  }

  /** A second row that an image has; {@code #POSITION} where its address is not known. */
  Optional<String> repeated() {
    return repeated.values().stream().findFirst();
  }

  long rows() {
    return rows;
  }

  long failedRows() {
    return failed;
  }

  double leastScore() {
    return leastScore;
  }

  boolean sharesBoxes() {
    return sharedBoxes;
  }
}
