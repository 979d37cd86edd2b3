package dev.boxmill.job.annotations;

import dev.boxmill.job.annotations.Suspect.AnnotationError;
import dev.boxmill.job.annotations.Suspect.ClassError;
import dev.boxmill.job.preview.Figure;
import dev.boxmill.job.text.Plural;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** What a review found. */
public final class ReviewSummary {

  private final ReviewRequest request;
  private final List<String> findings;
  private final List<String> facts;
  private final long images;
  private final Map<ClassError, Long> suspects;
  private final long doubtful;
  private final ReviewFolder folder;

  /**
   * A summary.
   *
   * @param findings what is odd about the annotations
   * @param facts what was matched
   * @param doubtful images with a box to look at
   */
  ReviewSummary(
      ReviewRequest request,
      List<String> findings,
      List<String> facts,
      long images,
      Map<ClassError, Long> suspects,
      long doubtful,
      ReviewFolder folder) {
    this.request = request;
    this.findings = List.copyOf(findings);
    this.facts = List.copyOf(facts);
    this.images = images;
    this.suspects = Map.copyOf(suspects);
    this.doubtful = doubtful;
    this.folder = folder;
  }

  /** Images with a box to look at. */
  long doubtful() {
    return doubtful;
  }

  List<Figure> figures() {
    List<Figure> figures = new ArrayList<>();
    figures.add(new Figure("Images", count(images), count(doubtful) + " to look at"));
    for (AnnotationError error : AnnotationError.values()) {
      figures.add(new Figure(error.title(), count(ofKind(error)), "boxes"));
    }
    return figures;
  }

  Map<String, String> places() {
    Map<String, String> places = new LinkedHashMap<>();
    places.put("Annotations, A", request.evaluation().groundTruth());
    places.put("Labels, B", request.labels());
    return places;
  }

  /**
   * Errors of each class, those with the most first; none without errors.
   *
   * @param categories names by index
   */
  Map<String, List<List<String>>> tables(List<String> categories) {
    List<List<String>> rows = new ArrayList<>();
    List<String> head = new ArrayList<>(List.of("class"));
    Arrays.stream(AnnotationError.values()).map(AnnotationError::title).forEach(head::add);
    rows.add(head);
    IntStream.range(0, categories.size())
        .boxed()
        .filter(category -> ofClass(category) > 0)
        .sorted(Comparator.comparing(this::ofClass).reversed())
        .forEach(category -> rows.add(row(categories.get(category), category)));
    return rows.size() == 1 ? Map.of() : Map.of("Classes", rows);
  }

  private List<String> row(String name, int category) {
    List<String> cells = new ArrayList<>(List.of(name));
    for (AnnotationError error : AnnotationError.values()) {
      cells.add(count(suspects.getOrDefault(new ClassError(category, error), 0L)));
    }
    return cells;
  }

  private long ofClass(int category) {
    return sum(one -> one.category() == category);
  }

  private long ofKind(AnnotationError error) {
    return sum(one -> one.error() == error);
  }

  private long sum(Predicate<ClassError> which) {
    return suspects.entrySet().stream()
        .filter(one -> which.test(one.getKey()))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  private static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** For people. */
  public String text() {
    StringBuilder text = new StringBuilder();
    line(text, "Ground truth: " + request.evaluation().groundTruth());
    findings.forEach(finding -> line(text, "  " + finding));
    line(text, "Labels: " + request.labels());
    facts.forEach(fact -> line(text, "  " + fact));
    line(
        text,
        Plural.of(images, "image") + ", " + count(doubtful) + " of them with a box to look at");
    for (AnnotationError error : AnnotationError.values()) {
      line(text, String.format(Locale.ROOT, "  %-14s %,8d", error.title(), ofKind(error)));
    }
    line(text, "Table: " + folder.uri(ReviewFolder.TABLE));
    line(text, "Page: " + folder.uri(ReviewFolder.PAGE));
    line(text, "Tasks for Label Studio: " + folder.uri(ReviewFolder.TASKS));
    return text.toString();
  }

  private static void line(StringBuilder text, String line) {
    text.append(line).append(System.lineSeparator());
  }
}
