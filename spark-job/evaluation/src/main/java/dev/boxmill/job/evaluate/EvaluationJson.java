package dev.boxmill.job.evaluate;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.boxmill.job.evaluate.Reading.Place;
import dev.boxmill.job.matching.MatchingCost.ClassRule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;

/** All numbers for programs; those of the detections as they are stand at the top level. */
record EvaluationJson(EvaluationOutcome outcome) {

  void write(Path file) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode root = mapper.createObjectNode();
    outcome.main().numbers().forEach(root::put);
    root.put("style", outcome.request().style().name().toLowerCase(Locale.ROOT));
    root.put("ground_truth", outcome.request().groundTruth());
    root.put("detections", outcome.detections());
    root.put("images", outcome.truth().images().size());
    root.put("objects", outcome.main().objects());
    ArrayNode notes = root.putArray("notes");
    outcome.truth().findings().sentences().forEach(notes::add);
    outcome.facts().forEach(notes::add);
    if (outcome.knowsBefore()) {
      ObjectNode before = root.putObject("before_refinement");
      outcome.at(Reading.raw(Place.DETECTOR)).numbers().forEach(before::put);
    }
    addCategories(root.putArray("per_class"));
    if (outcome.request().oracle().isPresent()) {
      addOracle(root.putObject("oracle"));
    }
    mapper.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), root);
  }

  private void addCategories(ArrayNode rows) {
    outcome
        .main()
        .numbersByCategory()
        .forEach(
            (category, numbers) -> {
              ObjectNode row = rows.addObject();
              row.put("category_id", category.id());
              row.put("category", category.name());
              row.put("objects", outcome.main().objects(category));
              numbers.forEach(row::put);
            });
  }

  private void addOracle(ObjectNode node) {
    node.put(
        "matcher", outcome.oracle().rule() == ClassRule.FOCAL ? "focal 2/5/2" : "softmax 1/5/2");
    node.put("objects", outcome.readings().objects());
    node.put("objects_without_box", outcome.readings().unmatched());
    ArrayNode rows = node.putArray("rows");
    for (Reading reading : outcome.readings().evaluations().keySet()) {
      ObjectNode row = rows.addObject();
      row.put("boxes", reading.place().name().toLowerCase(Locale.ROOT));
      row.put("truth", reading.truth().name().toLowerCase(Locale.ROOT));
      row.put("other_classes", reading.others().name().toLowerCase(Locale.ROOT));
      outcome.at(reading).numbers().forEach(row::put);
    }
    ArrayNode sentences = node.putArray("reading");
    OracleTable.sentences(outcome.readings(), outcome.placesInTime()).forEach(sentences::add);
  }
}
