package dev.boxmill.job.annotations;

import dev.boxmill.job.annotations.Suspect.AnnotationError;
import dev.boxmill.job.preview.Figure;
import dev.boxmill.job.text.Plural;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a review found. */
public final class ReviewSummary {

  private final ReviewRequest request;
  private final List<String> facts;
  private final long images;
  private final Map<AnnotationError, Long> suspects;
  private final long doubtful;
  private final ReviewFolder folder;

  ReviewSummary(
      ReviewRequest request,
      List<String> facts,
      long images,
      Map<AnnotationError, Long> suspects,
      long doubtful,
      ReviewFolder folder) {
    this.request = request;
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
      figures.add(new Figure(error.title(), count(suspects.getOrDefault(error, 0L)), "boxes"));
    }
    return figures;
  }

  Map<String, String> places() {
    Map<String, String> places = new LinkedHashMap<>();
    places.put("Annotations, A", request.evaluation().groundTruth());
    places.put("Labels, B", request.labels());
    return places;
  }

  private static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** For people. */
  public String text() {
    StringBuilder text = new StringBuilder();
    line(text, "Ground truth: " + request.evaluation().groundTruth());
    line(text, "Labels: " + request.labels());
    facts.forEach(fact -> line(text, "  " + fact));
    line(
        text,
        Plural.of(images, "image") + ", " + count(doubtful) + " of them with a box to look at");
    for (AnnotationError error : AnnotationError.values()) {
      line(
          text,
          String.format(
              Locale.ROOT, "  %-14s %,8d", error.title(), suspects.getOrDefault(error, 0L)));
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
