package dev.boxmill.job.evaluate;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Counts what is odd about annotations or results, with the first few ids of each kind. */
public final class AnnotationWarnings {

  private static final int EXAMPLES = 3;

  /** What can be odd, and what the evaluation makes of it: the same as the Python packages. */
  enum Kind {
    CROWD("annotations of crowds", "detections on them count neither way"),
    IGNORED("annotations marked to be ignored", "detections on them count neither way"),
    WITHOUT_AREA("annotations whose box has no area", "kept: nothing can match them"),
    OUTSIDE("annotations that reach over their image's border", "kept as they are"),
    MISSING_AREA("annotations without 'area'", "width x height of the box stands for it"),
    UNKNOWN_CATEGORY("annotations of an unknown category", "left out"),
    UNKNOWN_IMAGE("annotations of an unknown image", "left out"),
    DUPLICATE_ID("annotations whose id another one has too", "the last one stands for all of them"),
    ZERO_ID(
        "annotations with id 0", "a detection that matches one counts as a miss (number from 1)"),
    DUPLICATE_IMAGE("images whose id another one has too", "the last one stands for all of them"),
    DUPLICATE_CATEGORY("categories whose id another one has too", "the last one stands for all"),
    ROOT_CATEGORY("categories that only group others, without annotations", "left out"),
    DRAFT("images that nobody has reviewed", "their drafts count as they are"),
    UNREVIEWED("images that nobody has reviewed", "left out"),
    OTHER_SHAPE("polygons and turned boxes", "the upright box around each counts"),
    UNKNOWN_SHAPE("annotations of other shapes", "left out"),
    WITHOUT_CLASS("boxes without a class", "left out"),
    EMPTY_IMAGE("images without annotations", "every detection there counts as a miss"),
    UNKNOWN_RESULT_IMAGE("detections in images that the ground truth lacks", "left out"),
    UNKNOWN_RESULT_CATEGORY("detections of categories that the ground truth lacks", "left out");

    private final String what;
    private final String treatment;

    Kind(String what, String treatment) {
      this.what = what;
      this.treatment = treatment;
    }
  }

  private final CocoIds names;
  private final Map<Kind, Integer> counts = new EnumMap<>(Kind.class);
  private final Map<Kind, List<Long>> examples = new EnumMap<>(Kind.class);

  /** Of a file whose ids are numbers. */
  public AnnotationWarnings() {
    this(new CocoIds());
  }

  /**
   * Nothing yet.
   *
   * @param names of the ids that are texts
   */
  AnnotationWarnings(CocoIds names) {
    this.names = names;
  }

  /** Counts one, by its id. */
  void add(Kind kind, long id) {
    counts.merge(kind, 1, Integer::sum);
    List<Long> ids = examples.computeIfAbsent(kind, none -> new ArrayList<>());
    if (ids.size() < EXAMPLES && !ids.contains(id)) {
      ids.add(id);
    }
  }

  /** Counts several that have no ids: those of an annotation tool's export. */
  void add(Map<Kind, Integer> ofTool) {
    ofTool.forEach((kind, count) -> counts.merge(kind, count, Integer::sum));
  }

  int count(Kind kind) {
    return counts.getOrDefault(kind, 0);
  }

  /** A sentence for each kind that occurred. */
  public List<String> sentences() {
    return counts.keySet().stream().map(this::sentence).toList();
  }

  /** Those of {@link #sentences} that an annotation tool's export gives rise to. */
  public List<String> sentencesOfTools() {
    return counts.keySet().stream().filter(kind -> !hasIds(kind)).map(this::sentence).toList();
  }

  private boolean hasIds(Kind kind) {
    return examples.containsKey(kind);
  }

  private String sentence(Kind kind) {
    String counted = count(kind) + " " + kind.what + ": " + kind.treatment;
    if (!hasIds(kind)) {
      return counted;
    }
    List<Long> ids = examples.get(kind);
    String named = ids.stream().map(names::shown).collect(Collectors.joining(", "));
    String more = count(kind) > ids.size() ? " …" : "";
    return counted + " (id " + named + more + ")";
  }
}
