package dev.boxmill.job.evaluate;

import dev.boxmill.job.calibration.ReliabilityPicture;
import dev.boxmill.job.evaluate.OracleVariant.BoxSource;
import dev.boxmill.job.matching.MatchingCost.ClassRule;
import dev.boxmill.job.text.TextTable;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** What an evaluation found, as a person and as a program reads it. */
public final class EvaluationReport {

  private final EvaluationOutcome outcome;

  EvaluationReport(EvaluationOutcome outcome) {
    this.outcome = outcome;
  }

  /** The numbers of the detections as they are. */
  public Map<String, Double> numbers() {
    return outcome.main().numbers();
  }

  /** What was matched, then the numbers; before and after the refiners where both are known. */
  public String summary() {
    StringBuilder text = new StringBuilder();
    line(text, "Ground truth: " + outcome.request().groundTruth());
    line(
        text,
        "  %d images, %d objects to find, %d categories"
            .formatted(
                outcome.truth().images().size(),
                outcome.main().objects(),
                outcome.truth().categories().size()));
    outcome.truth().findings().sentences().forEach(sentence -> line(text, "  " + sentence));
    line(text, "Detections: " + outcome.detections());
    outcome.facts().forEach(fact -> line(text, "  " + fact));
    line(text, "");
    return text.append(numbersTable()).toString();
  }

  private TextTable numbersTable() {
    TextTable table = new TextTable();
    if (outcome.knowsBefore()) {
      table.row(List.of("", "detector", "refined"));
    }
    addRows(table, Evaluation::numbers);
    addRows(table, this::calibrationErrors);
    return table;
  }

  /** LaECE says from which IoU on boxes are right, where that is not the IoU of D-ECE. */
  private Map<String, Double> calibrationErrors(Evaluation evaluation) {
    double iou = outcome.request().laeceIou();
    Map<String, Double> errors = new LinkedHashMap<>();
    evaluation
        .calibrationErrors()
        .forEach(
            (name, value) ->
                errors.put(
                    name.equals(Evaluation.LAECE) && iou != EvaluationRequest.DEFAULT_LAECE_IOU
                        ? name + " (IoU " + iou + ")"
                        : name,
                    value));
    return errors;
  }

  private void addRows(TextTable table, Function<Evaluation, Map<String, Double>> numbers) {
    numbers
        .apply(outcome.main())
        .forEach(
            (name, value) -> {
              List<String> cells = new ArrayList<>(List.of(name));
              if (outcome.knowsBefore()) {
                Evaluation before = outcome.at(OracleVariant.raw(BoxSource.DETECTOR));
                cells.add(Evaluation.text(numbers.apply(before).get(name)));
              }
              cells.add(Evaluation.text(value));
              table.row(cells);
            });
  }

  /** A row for each category that has objects. */
  public String perCategory() {
    TextTable table = new TextTable();
    outcome
        .main()
        .numbersByCategory()
        .forEach(
            (category, numbers) -> {
              if (table.isEmpty()) {
                List<String> header = new ArrayList<>(List.of("category", "objects"));
                header.addAll(numbers.keySet());
                table.row(header);
              }
              List<String> cells = new ArrayList<>();
              cells.add(category.name());
              cells.add(String.valueOf(outcome.main().objects(category)));
              numbers.values().forEach(value -> cells.add(Evaluation.text(value)));
              table.row(cells);
            });
    return table.toString();
  }

  /** The oracle's table and how to read it; empty if it was not asked for. */
  public String oracle() {
    if (outcome.request().oracle().isEmpty()) {
      return "";
    }
    TextTable table = new TextTable();
    List<String> header = new ArrayList<>(List.of("oracle"));
    for (BoxSource place : outcome.placesInTime()) {
      String when =
          outcome.places().size() == 1 ? "" : place == BoxSource.DETECTOR ? "before " : "after ";
      List.of("AP", "AP50", "AP75").forEach(name -> header.add(when + name));
    }
    table.row(header);
    for (OracleVariant variant : outcome.results().evaluations().keySet()) {
      if (variant.place() == BoxSource.REFINED) {
        table.row(oracleRow(variant));
      }
    }
    StringBuilder text = new StringBuilder(table.toString());
    OracleTable.sentences(outcome.results(), outcome.placesInTime())
        .forEach(sentence -> line(text, sentence));
    line(text, matcherSentence());
    line(text, coverageSentence());
    return text.toString();
  }

  private List<String> oracleRow(OracleVariant variant) {
    List<String> cells = new ArrayList<>();
    cells.add(OracleTable.name(variant.truth(), variant.others()));
    for (BoxSource place : outcome.placesInTime()) {
      Map<String, Double> numbers =
          outcome.at(new OracleVariant(place, variant.truth(), variant.others())).numbers();
      List.of("AP", "AP50", "AP75").forEach(name -> cells.add(Evaluation.text(numbers.get(name))));
    }
    return cells;
  }

  private String matcherSentence() {
    return outcome.oracle().rule() == ClassRule.FOCAL
        ? "Matched as the detector was trained: 2 focal + 5 L1 + 2 GIoU (some boxes have several"
            + " classes). 'others 0': a matched box scores 0.5 for every other class, as published."
        : "Matched as the detector was trained: 1 class + 5 L1 + 2 GIoU (every box has one class).";
  }

  private String coverageSentence() {
    return String.format(
        Locale.ROOT,
        "Only kept boxes can be matched, here those that score at least %.3f: %d of %d objects had"
            + " none left, others may have got a worse one (label with --min-score 0 to keep all).",
        outcome.oracle().unknownScore(),
        outcome.results().unmatched(),
        outcome.results().objects());
  }

  /** Writes all numbers; those of the detections as they are stand at the top level. */
  public void writeJson(OutputStream stream) throws IOException {
    new EvaluationJson(outcome).write(stream);
  }

  /** Writes precision over recall of each category and IoU threshold as CSV. */
  public void writeCurves(OutputStream stream) throws IOException {
    new CurvesCsv(outcome.main()).write(stream);
  }

  /** Draws how often boxes of each score are right, as SVG. */
  public void writeReliability(OutputStream stream) throws IOException {
    new ReliabilityPicture(outcome.main().reliability()).write(stream);
  }

  private static void line(StringBuilder text, String line) {
    text.append(line).append(System.lineSeparator());
  }
}
