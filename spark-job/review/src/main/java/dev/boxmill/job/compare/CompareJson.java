package dev.boxmill.job.compare;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.boxmill.job.compare.ComparedImage.Presence;
import java.util.Locale;

/** A report as programs read it. */
record CompareJson(CompareReport report) {

  private static final ObjectMapper JSON = new ObjectMapper();

  byte[] bytes() throws JsonProcessingException {
    ChangeCounts counts = report.comparison().counts();
    ObjectNode root = JSON.createObjectNode();
    add(root.putObject("a"), report.before());
    add(root.putObject("b"), report.after());
    root.put("min_score", report.thresholds().minScore());
    root.put("match_iou", report.thresholds().matchIou());
    root.put("kept_iou", report.thresholds().keptIou());
    ObjectNode images = root.putObject("images");
    for (Presence presence : Presence.values()) {
      images.put(presence.name().toLowerCase(Locale.ROOT), counts.images(presence));
    }
    images.put("differ", counts.differing());
    images.put("other_content", counts.otherFiles());
    ObjectNode boxes = root.putObject("boxes");
    for (Change change : Change.values()) {
      boxes.put(change.key(), counts.of(change));
    }
    addClasses(root.putArray("per_class"), counts);
    addClassChanges(root.putArray("class_changes"), counts);
    addImages(root.putArray("differ_most"));
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(root);
  }

  private static void add(ObjectNode node, Run run) {
    node.put("labels", run.labels());
    node.put("made_by", run.made());
    if (!run.numbers().isEmpty()) {
      ObjectNode numbers = node.putObject("ground_truth");
      run.numbers().forEach(numbers::put);
    }
  }

  private static void addClasses(ArrayNode classes, ChangeCounts counts) {
    for (String label : counts.labels()) {
      ObjectNode row = classes.addObject();
      row.put("label", label);
      for (Change change : Change.values()) {
        row.put(change.key(), counts.of(label, change));
      }
    }
  }

  private static void addClassChanges(ArrayNode changes, ChangeCounts counts) {
    counts
        .classChanges()
        .forEach(
            change ->
                changes.addObject().put("labels", change.getKey()).put("boxes", change.getValue()));
  }

  private void addImages(ArrayNode images) {
    for (ComparedImage image : report.comparison().most()) {
      ObjectNode row = images.addObject();
      row.put("image_uri", image.uri());
      row.put("difference", image.difference());
      for (Change change : Change.values()) {
        row.put(change.key(), image.count(change));
      }
    }
  }
}
