package dev.boxmill.job.preflight;

import dev.boxmill.job.preflight.Finding.Outcome;
import dev.boxmill.job.text.Counted;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What all checks found, as a person reads it. */
public final class PreflightReport {

  private static final int PLACES_SHOWN = 3;
  private static final String GAP = "  ";
  private static final String REMEDY = "remedy: ";

  /** A finding without its place, by which equal ones are told once. */
  private record Line(Check check, Outcome outcome, String what, String remedy) {}

  private final int executors;
  private final Map<Line, List<String>> places = new LinkedHashMap<>();

  /**
   * @param executors how many there are; what all of them found is told once
   */
  PreflightReport(List<Finding> findings, int executors) {
    this.executors = executors;
    findings.stream()
        .sorted(Comparator.comparing(Finding::check))
        .forEach(
            found ->
                places
                    .computeIfAbsent(
                        new Line(found.check(), found.outcome(), found.what(), found.remedy()),
                        line -> new ArrayList<>())
                    .add(found.where()));
  }

  /** Whether labelling can't work as asked for. */
  public boolean failed() {
    return count(Outcome.FAILED) > 0;
  }

  private long count(Outcome outcome) {
    return places.keySet().stream().filter(line -> line.outcome == outcome).count();
  }

  /** A table of check, place and result, with the remedy below what is not well; then a verdict. */
  public String text() {
    int check = width(places.keySet().stream().map(line -> line.check.title()).toList());
    int where = width(places.values().stream().map(this::where).toList());
    int outcome = width(places.keySet().stream().map(line -> line.outcome.title()).toList());
    StringBuilder text = new StringBuilder();
    text.append(padded("check", check)).append(padded("where", where)).append("result\n");
    String indent = " ".repeat(check + where + outcome + 3 * GAP.length());
    places.forEach(
        (line, found) -> {
          text.append(padded(line.check.title(), check));
          text.append(padded(where(found), where));
          text.append(padded(line.outcome.title(), outcome)).append(line.what).append('\n');
          if (!line.remedy.isBlank()) {
            text.append(indent).append(REMEDY).append(line.remedy).append('\n');
          }
        });
    return text.append(verdict()).append('\n').toString();
  }

  private String verdict() {
    long warnings = count(Outcome.WARNING);
    String also = warnings == 0 ? "" : ", " + Counted.of(warnings, "warning");
    return failed()
        ? "Not ready: " + Counted.of(count(Outcome.FAILED), "check") + " failed" + also
        : "Ready to label" + also;
  }

  private String where(List<String> found) {
    if (found.size() == 1) {
      return found.get(0);
    }
    if (found.size() == executors) {
      return "all " + executors + " executors";
    }
    String shown = String.join(", ", found.subList(0, Math.min(PLACES_SHOWN, found.size())));
    int more = found.size() - PLACES_SHOWN;
    return more > 0 ? shown + " and " + more + " more" : shown;
  }

  private static int width(List<String> cells) {
    return cells.stream().mapToInt(String::length).max().orElse(0);
  }

  private static String padded(String cell, int width) {
    return cell + " ".repeat(Math.max(0, width - cell.length())) + GAP;
  }
}
