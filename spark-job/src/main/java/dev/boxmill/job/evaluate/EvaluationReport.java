package dev.boxmill.job.evaluate;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.boxmill.job.evaluate.Reading.Place;
import dev.boxmill.schemas.matching.MatchingCost.ClassRule;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What an evaluation found, as a person and as a program reads it. */
public final class EvaluationReport {

  private final EvaluationRequest request;
  private final String detections;
  private final GroundTruth truth;
  private final List<String> facts;
  private final List<Place> places;
  private final Oracle oracle;
  private final Readings readings;

  EvaluationReport(
      EvaluationRequest request,
      String detections,
      GroundTruth truth,
      List<String> facts,
      List<Place> places,
      Oracle oracle,
      Readings readings) {
    this.request = request;
    this.detections = detections;
    this.truth = truth;
    this.facts = List.copyOf(facts);
    this.places = List.copyOf(places);
    this.oracle = oracle;
    this.readings = readings;
  }

  /** The numbers of the detections as they are. */
  public Map<String, Double> numbers() {
    return main().numbers();
  }

  private Evaluation main() {
    return at(Reading.raw(Place.REFINED));
  }

  private Evaluation at(Reading reading) {
    return readings.evaluations().get(reading);
  }

  /** What was matched, then the numbers; before and after the refiners where both are known. */
  public String summary() {
    StringBuilder text = new StringBuilder();
    line(text, "Ground truth: " + request.groundTruth());
    line(
        text,
        "  %d images, %d objects to find, %d categories"
            .formatted(truth.images().size(), main().objects(), truth.categories().size()));
    truth.findings().sentences().forEach(sentence -> line(text, "  " + sentence));
    line(text, "Detections: " + detections);
    facts.forEach(fact -> line(text, "  " + fact));
    line(text, "");
    return text.append(numbersTable()).toString();
  }

  private TextTable numbersTable() {
    TextTable table = new TextTable();
    if (places.contains(Place.DETECTOR)) {
      table.row(List.of("", "detector", "refined"));
    }
    main()
        .numbers()
        .forEach(
            (name, value) -> {
              List<String> cells = new ArrayList<>(List.of(name));
              if (places.contains(Place.DETECTOR)) {
                double before = at(Reading.raw(Place.DETECTOR)).numbers().get(name);
                cells.add(TextTable.number(before));
              }
              cells.add(TextTable.number(value));
              table.row(cells);
            });
    return table;
  }

  /** A row for each category that has objects. */
  public String perCategory() {
    TextTable table = new TextTable();
    main()
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
              cells.add(String.valueOf(main().objects(category)));
              numbers.values().forEach(value -> cells.add(TextTable.number(value)));
              table.row(cells);
            });
    return table.toString();
  }

  /** The oracle's table and how to read it; empty if it was not asked for. */
  public String oracle() {
    if (request.oracle().isEmpty()) {
      return "";
    }
    TextTable table = new TextTable();
    List<String> header = new ArrayList<>(List.of("oracle"));
    for (Place place : oraclePlaces()) {
      String when = places.size() == 1 ? "" : place == Place.DETECTOR ? "before " : "after ";
      List.of("AP", "AP50", "AP75").forEach(name -> header.add(when + name));
    }
    table.row(header);
    for (Reading reading : readings.evaluations().keySet()) {
      if (reading.place() == Place.REFINED) {
        table.row(oracleRow(reading));
      }
    }
    StringBuilder text = new StringBuilder(table.toString());
    OracleTable.sentences(readings, oraclePlaces()).forEach(sentence -> line(text, sentence));
    line(text, matcherSentence());
    line(text, coverageSentence());
    return text.toString();
  }

  private List<Place> oraclePlaces() {
    return places.size() == 1 ? places : List.of(Place.DETECTOR, Place.REFINED);
  }

  private List<String> oracleRow(Reading reading) {
    List<String> cells = new ArrayList<>();
    cells.add(OracleTable.name(reading.truth(), reading.others()));
    for (Place place : oraclePlaces()) {
      Map<String, Double> numbers =
          at(new Reading(place, reading.truth(), reading.others())).numbers();
      List.of("AP", "AP50", "AP75").forEach(name -> cells.add(TextTable.number(numbers.get(name))));
    }
    return cells;
  }

  private String matcherSentence() {
    return oracle.rule() == ClassRule.FOCAL
        ? "Matched as the detector was trained: 2 focal + 5 L1 + 2 GIoU (some boxes have several"
            + " classes). 'others 0': a matched box scores 0.5 for every other class, as published."
        : "Matched as the detector was trained: 1 class + 5 L1 + 2 GIoU (every box has one class).";
  }

  private String coverageSentence() {
    return String.format(
        Locale.ROOT,
        "Only kept boxes can be matched, here those from score %.3f: %d of %d objects found none,"
            + " and weak ones a worse one than the detector had (--min-score 0 keeps all).",
        oracle.unknownScore(),
        readings.unmatched(),
        readings.objects());
  }

  /** Writes all numbers; those of the detections as they are stand at the top level. */
  public void writeJson(Path file) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode root = mapper.createObjectNode();
    numbers().forEach(root::put);
    root.put("style", request.style().name().toLowerCase(Locale.ROOT));
    root.put("ground_truth", request.groundTruth());
    root.put("detections", detections);
    root.put("images", truth.images().size());
    root.put("objects", main().objects());
    ArrayNode notes = root.putArray("notes");
    truth.findings().sentences().forEach(notes::add);
    facts.forEach(notes::add);
    if (places.contains(Place.DETECTOR)) {
      ObjectNode before = root.putObject("before_refinement");
      at(Reading.raw(Place.DETECTOR)).numbers().forEach(before::put);
    }
    addCategories(root.putArray("per_class"));
    if (request.oracle().isPresent()) {
      addOracle(root.putObject("oracle"));
    }
    mapper.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), root);
  }

  private void addCategories(ArrayNode rows) {
    main()
        .numbersByCategory()
        .forEach(
            (category, numbers) -> {
              ObjectNode row = rows.addObject();
              row.put("category_id", category.id());
              row.put("category", category.name());
              row.put("objects", main().objects(category));
              numbers.forEach(row::put);
            });
  }

  private void addOracle(ObjectNode node) {
    node.put("matcher", oracle.rule() == ClassRule.FOCAL ? "focal 2/5/2" : "softmax 1/5/2");
    node.put("objects", readings.objects());
    node.put("objects_without_box", readings.unmatched());
    ArrayNode rows = node.putArray("rows");
    for (Reading reading : readings.evaluations().keySet()) {
      ObjectNode row = rows.addObject();
      row.put("boxes", reading.place().name().toLowerCase(Locale.ROOT));
      row.put("truth", reading.truth().name().toLowerCase(Locale.ROOT));
      row.put("other_classes", reading.others().name().toLowerCase(Locale.ROOT));
      at(reading).numbers().forEach(row::put);
    }
    ArrayNode sentences = node.putArray("reading");
    OracleTable.sentences(readings, oraclePlaces()).forEach(sentences::add);
  }

  /** Writes precision over recall of each category and IoU threshold as CSV. */
  public void writeCurves(Path file) throws IOException {
    Evaluation evaluation = main();
    try (PrintWriter csv = new PrintWriter(Files.newBufferedWriter(file, StandardCharsets.UTF_8))) {
      csv.print("category_id,category,iou,recall,precision,score\n");
      for (int category = 0; category < evaluation.categories().size(); category++) {
        CategoryCurves curves = evaluation.curves(category);
        if (curves.isPresent(AreaRange.ALL)) {
          writeCurves(csv, evaluation.categories().get(category), curves);
        }
      }
      if (csv.checkError()) {
        throw new IOException("Cannot write curves to " + file);
      }
    }
  }

  private static void writeCurves(PrintWriter csv, TruthCategory category, CategoryCurves curves) {
    String name = '"' + category.name().replace("\"", "\"\"") + '"';
    for (int threshold = 0; threshold < Grid.THRESHOLD_COUNT; threshold++) {
      for (int point = 0; point < Grid.RECALL_COUNT; point++) {
        csv.printf(
            Locale.ROOT,
            "%d,%s,%.2f,%.2f,%.6f,%.6f\n",
            category.id(),
            name,
            Grid.threshold(threshold),
            Grid.recall(point),
            curves.precision(AreaRange.ALL, threshold, point),
            curves.score(threshold, point));
      }
    }
  }

  private static void line(StringBuilder text, String line) {
    text.append(line).append(System.lineSeparator());
  }
}
