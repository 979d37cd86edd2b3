package dev.boxmill.job.evaluate;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What a label table holds, found in one pass over it before anything is matched. */
final class LabelSurvey implements Serializable {

  private static final long serialVersionUID = 1;
  private static final int EXAMPLES = 5;

  private final BitSet images = new BitSet();
  private final Map<LabelName, Long> labels = new HashMap<>();
  private final Set<String> refiners = new TreeSet<>();
  private final List<String> unknown = new ArrayList<>();
  private final List<String> ambiguous = new ArrayList<>();
  private final List<String> repeated = new ArrayList<>();
  private long rows;
  private long unknownCount;
  private long failed;
  private double leastScore = 1;
  private boolean sharedBoxes;

  /** Counts a row, by the position of its image. */
  void image(String uri, int image) {
    rows++;
    if (image == NamedImages.UNKNOWN) {
      unknownCount++;
      addExample(unknown, uri);
    } else if (image == NamedImages.AMBIGUOUS) {
      addExample(ambiguous, uri);
    } else if (images.get(image)) {
      addExample(repeated, uri);
    } else {
      images.set(image);
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

  void label(LabelName name, double score) {
    labels.merge(name, 1L, Long::sum);
    leastScore = Math.min(leastScore, score);
  }

  /** Notes that two detections of an image have the same box of the detector. */
  void sharedBox() {
    sharedBoxes = true;
  }

  /** Adds what was found elsewhere in the table. */
  LabelSurvey add(LabelSurvey other) {
    if (images.intersects(other.images)) {
      BitSet both = (BitSet) images.clone();
      both.and(other.images);
      both.stream().forEach(image -> addExample(repeated, "#" + image));
    }
    images.or(other.images);
    other.labels.forEach((label, count) -> labels.merge(label, count, Long::sum));
    refiners.addAll(other.refiners);
    other.unknown.forEach(uri -> addExample(unknown, uri));
    other.ambiguous.forEach(uri -> addExample(ambiguous, uri));
    other.repeated.forEach(uri -> addExample(repeated, uri));
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

  /** Positions of the images that have a row. */
  BitSet images() {
    return images;
  }

  /** Detections of each label. */
  Map<LabelName, Long> labels() {
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

  /** Images of the second row that an image has; {@code #POSITION} where the row is not known. */
  List<String> repeated() {
    return repeated;
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
