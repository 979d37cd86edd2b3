package dev.boxmill.job.evaluate;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.boxmill.job.calibration.JudgedBoxes;
import dev.boxmill.job.calibration.Reliability;
import dev.boxmill.job.table.TableProvenance;
import dev.boxmill.schemas.calibration.Calibration;
import dev.boxmill.schemas.calibration.IsotonicCurve;
import dev.boxmill.schemas.calibration.PlattCurve;
import dev.boxmill.schemas.calibration.ScoreCurve;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A calibration as its file holds it. */
record CalibrationJson(
    CalibrationRequest request,
    GroundTruth truth,
    LabelCategories categories,
    TableProvenance made,
    List<JudgedBoxes> boxes,
    ClassCurves curves,
    Optional<HeldOutErrors> heldOut) {

  void write(OutputStream stream) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode root = mapper.createObjectNode();
    root.put("calibration_version", Calibration.VERSION);
    root.put("method", request.method().toString());
    root.put("detector", made.model());
    root.put("detector_sha256", made.setting(TableProvenance.DETECTOR));
    root.put("refiners", made.refiners());
    root.put("labels", made.uri());
    root.put("ground_truth", request.evaluation().groundTruth());
    root.put("least_boxes", request.leastBoxes());
    heldOut.ifPresent(errors -> addErrors(root.putObject("held_out"), errors));
    ObjectNode names = root.putObject("class_names");
    new TreeMap<>(made.classNames()).forEach((id, name) -> names.put(String.valueOf(id), name));
    addCurve(root.putObject("pooled"), curves.pooled());
    ObjectNode classes = root.putObject("classes");
    byName().forEach((name, category) -> addClass(classes.putObject(name), category));
    stream.write(mapper.writerWithDefaultPrettyPrinter().writeValueAsBytes(root));
  }

  /** The category of each class that the labels have. */
  private Map<String, Integer> byName() {
    Map<String, Integer> byName = new TreeMap<>();
    categories.indices().forEach((label, category) -> byName.put(label.label(), category));
    return byName;
  }

  private static void addErrors(ObjectNode node, HeldOutErrors errors) {
    addErrors(node.putObject("before"), errors.before());
    addErrors(node.putObject("after"), errors.after());
  }

  private static void addErrors(ObjectNode node, Reliability reliability) {
    node.put("D-ECE", reliability.detectionError().orElseThrow());
    node.put("LaECE", reliability.locationAwareError().orElseThrow());
  }

  private void addClass(ObjectNode node, int category) {
    node.put("category", truth.categories().get(category).name());
    node.put("boxes", boxes.get(category).size());
    node.put("right", boxes.get(category).right());
    curves.own().get(category).ifPresent(curve -> addCurve(node.putObject("curve"), curve));
  }

  private static void addCurve(ObjectNode node, ScoreCurve curve) {
    if (curve instanceof PlattCurve platt) {
      node.put("slope", platt.slope());
      node.put("intercept", platt.intercept());
      return;
    }
    if (curve instanceof IsotonicCurve isotonic) {
      addNumbers(node.putArray("scores"), isotonic.scores());
      addNumbers(node.putArray("probabilities"), isotonic.probabilities());
      return;
    }
    throw new IllegalArgumentException("Unknown curve: " + curve);
  }

  private static void addNumbers(ArrayNode array, List<Double> numbers) {
    numbers.forEach(array::add);
  }
}
