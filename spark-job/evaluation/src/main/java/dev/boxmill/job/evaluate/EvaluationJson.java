package dev.boxmill.job.evaluate;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.boxmill.job.evaluate.OracleVariant.BoxSource;
import dev.boxmill.job.matching.MatchingCost.ClassRule;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;

/** All numbers for programs; those of the detections as they are stand at the top level. */
record EvaluationJson(EvaluationOutcome outcome) {

  void write(OutputStream stream) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode root = mapper.createObjectNode();
    outcome.main().numbers().forEach(root::put);
    outcome.main().calibrationErrors().forEach(root::put);
    root.put("laece_iou", outcome.request().laeceIou());
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
      Evaluation detector = outcome.at(OracleVariant.raw(BoxSource.DETECTOR));
      detector.numbers().forEach(before::put);
      detector.calibrationErrors().forEach(before::put);
    }
    addCategories(root.putArray("per_class"));
    if (outcome.request().oracle().isPresent()) {
      addOracle(root.putObject("oracle"));
    }
    stream.write(mapper.writerWithDefaultPrettyPrinter().writeValueAsBytes(root));
  }

  private void addCategories(ArrayNode rows) {
    outcome
        .main()
        .numbersByCategory()
        .forEach(
            (category, numbers) -> {
              ObjectNode row = rows.addObject();
              if (outcome.truth().ids().isText(category.id())) {
                row.put("category_id", outcome.truth().ids().shown(category.id()));
              } else {
                row.put("category_id", category.id());
              }
              row.put("category", category.name());
              row.put("objects", outcome.main().objects(category));
              numbers.forEach(row::put);
            });
  }

  private void addOracle(ObjectNode node) {
    node.put(
        "matcher", outcome.oracle().rule() == ClassRule.FOCAL ? "focal 2/5/2" : "softmax 1/5/2");
    node.put("objects", outcome.results().objects());
    node.put("objects_without_box", outcome.results().unmatched());
    ArrayNode rows = node.putArray("rows");
    for (OracleVariant variant : outcome.results().evaluations().keySet()) {
      ObjectNode row = rows.addObject();
      row.put("boxes", variant.place().name().toLowerCase(Locale.ROOT));
      row.put("truth", variant.truth().name().toLowerCase(Locale.ROOT));
      row.put("other_classes", variant.others().name().toLowerCase(Locale.ROOT));
      outcome.at(variant).numbers().forEach(row::put);
    }
    ArrayNode sentences = node.putArray("reading");
    OracleTable.sentences(outcome.results(), outcome.placesInTime()).forEach(sentences::add);
  }
}
