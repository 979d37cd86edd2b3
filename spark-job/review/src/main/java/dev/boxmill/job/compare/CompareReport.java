package dev.boxmill.job.compare;

import dev.boxmill.job.compare.ComparedImage.Presence;
import dev.boxmill.job.evaluate.Evaluation;
import dev.boxmill.job.preview.Figure;
import dev.boxmill.job.text.Plural;
import dev.boxmill.job.text.TextTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a comparison found, as a person reads it; {@link CompareFiles} writes it. */
public final class CompareReport {

  private static final int CLASS_CHANGES_SHOWN = 10;

  private static final String MAIN_NUMBER = "AP";

  private final Thresholds thresholds;
  private final Run before;
  private final Run after;
  private final Comparison comparison;

  CompareReport(Thresholds thresholds, Run before, Run after, Comparison comparison) {
    this.thresholds = thresholds;
    this.before = before;
    this.after = after;
    this.comparison = comparison;
  }

  Thresholds thresholds() {
    return thresholds;
  }

  /** A. */
  Run before() {
    return before;
  }

  /** B. */
  Run after() {
    return after;
  }

  Comparison comparison() {
    return comparison;
  }

  /** Facts, then a table of all classes, of the classes that changed, and of the numbers. */
  public String text() {
    StringBuilder text = new StringBuilder();
    facts().forEach((name, value) -> text.append(name).append(": ").append(value).append('\n'));
    text.append("Objects: ").append(totals(comparison.counts())).append('\n');
    tables()
        .values()
        .forEach(
            rows -> {
              TextTable table = new TextTable();
              rows.forEach(table::row);
              text.append('\n').append(table);
            });
    return text.toString();
  }

  /** What was compared, by name. */
  Map<String, String> facts() {
    ChangeCounts counts = comparison.counts();
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("A", before.labels() + " (" + before.made() + ")");
    facts.put("B", after.labels() + " (" + after.made() + ")");
    facts.put(
        "Images",
        String.format(
            Locale.ROOT,
            "%s labeled in both, %,d of them differ",
            Plural.of(counts.images(Presence.BOTH), "image"),
            counts.differing()));
    leftOut(facts, counts);
    if (counts.otherFiles() > 0) {
      facts.put(
          "Other content",
          Plural.of(counts.otherFiles(), "image") + " had other bytes in B than in A");
    }
    facts.put(
        "Boxes",
        String.format(
            Locale.ROOT,
            "of a score of at least %s; one object from an IoU of %s on, moved below %s",
            thresholds.minScore(),
            thresholds.matchIou(),
            thresholds.keptIou()));
    return facts;
  }

  /** What became of all boxes, in one line. */
  private static String totals(ChangeCounts counts) {
    List<String> totals = new ArrayList<>();
    for (Change change : Change.values()) {
      if (change == Change.KEPT || counts.of(change) > 0) {
        totals.add(count(counts.of(change)) + " " + change.title() + " (" + change.note() + ")");
      }
    }
    return String.join(", ", totals);
  }

  private static void leftOut(Map<String, String> facts, ChangeCounts counts) {
    Map<Presence, String> names = new LinkedHashMap<>();
    names.put(Presence.A_ALONE, "in A alone");
    names.put(Presence.B_ALONE, "in B alone");
    names.put(Presence.FAILED_IN_A, "failed in A");
    names.put(Presence.FAILED_IN_B, "failed in B");
    names.put(Presence.FAILED_IN_BOTH, "failed in both");
    List<String> found = new ArrayList<>();
    names.forEach(
        (presence, name) -> {
          if (counts.images(presence) > 0) {
            found.add(Plural.of(counts.images(presence), "image") + " " + name);
          }
        });
    if (!found.isEmpty()) {
      facts.put("Left out", String.join(", ", found));
    }
  }

  /** By title; the first row of each is its head. */
  Map<String, List<List<String>>> tables() {
    Map<String, List<List<String>>> tables = new LinkedHashMap<>();
    tables.put("Changes by class", classes());
    if (!comparison.counts().classChanges().isEmpty()) {
      tables.put("Classes that changed", classChanges());
    }
    if (!before.numbers().isEmpty()) {
      tables.put("Against the ground truth", numbers());
    }
    return tables;
  }

  /** A row for all classes, and one for each. */
  private List<List<String>> classes() {
    ChangeCounts counts = comparison.counts();
    List<List<String>> rows = new ArrayList<>();
    rows.add(cells("class", Change.titles()));
    rows.add(cells("all", each(change -> counts.of(change))));
    for (String label : counts.labels()) {
      rows.add(cells(label, each(change -> counts.of(label, change))));
    }
    return rows;
  }

  /** The totals, as a page has them at its top. */
  List<Figure> figures() {
    ChangeCounts counts = comparison.counts();
    List<Figure> figures = new ArrayList<>();
    figures.add(
        new Figure(
            "Images",
            count(counts.images(Presence.BOTH)),
            "in both, " + count(counts.differing()) + " differ"));
    for (Change change : Change.values()) {
      figures.add(new Figure(change.title(), count(counts.of(change)), change.note()));
    }
    Double first = before.numbers().get(MAIN_NUMBER);
    if (first != null) {
      double second = after.numbers().get(MAIN_NUMBER);
      figures.add(new Figure(MAIN_NUMBER, Evaluation.text(second), "A: " + Evaluation.text(first)));
    }
    return figures;
  }

  private static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  private interface Counter {
    long of(Change change);
  }

  private static List<String> each(Counter counter) {
    return Arrays.stream(Change.values()).map(change -> count(counter.of(change))).toList();
  }

  private static List<String> cells(String first, List<String> others) {
    List<String> cells = new ArrayList<>(List.of(first));
    cells.addAll(others);
    return cells;
  }

  private List<List<String>> classChanges() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("class in A → in B", "boxes"));
    comparison.counts().classChanges().stream()
        .limit(CLASS_CHANGES_SHOWN)
        .forEach(change -> rows.add(List.of(change.getKey(), count(change.getValue()))));
    return rows;
  }

  private List<List<String>> numbers() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("", "A", "B", "B - A"));
    before
        .numbers()
        .forEach(
            (name, first) -> {
              double second = after.numbers().get(name);
              String gain =
                  first < 0 || second < 0
                      ? "-"
                      : String.format(Locale.ROOT, "%+.4f", second - first);
              rows.add(List.of(name, Evaluation.text(first), Evaluation.text(second), gain));
            });
    return rows;
  }
}
