package dev.boxmill.job.evaluate;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.evaluate.AnnotationWarnings.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;

/** Reads a COCO result file: detections with image_id, category_id, bbox and score. */
final class ResultFile {

  private static final int EXAMPLES = 5;
  private static final int EXPECTED_DETECTIONS = 100;

  private final GroundTruth truth;
  private final ImageScope scope;
  private final CocoIds ids;
  private final Map<Long, Integer> images;
  private final Map<Long, Integer> categories;
  private final List<ImageDetections> detections = new ArrayList<>();
  private final TreeSet<Long> unknownImages = new TreeSet<>();
  private final AnnotationWarnings findings;
  private int count;

  private ResultFile(GroundTruth truth, ImageScope scope) {
    this.truth = truth;
    this.scope = scope;
    this.ids = truth.ids();
    this.findings = new AnnotationWarnings(ids);
    this.images = truth.imageIndices();
    this.categories = truth.categoryIndices();
    truth.images().forEach(image -> detections.add(null));
  }

  /**
   * What the file holds.
   *
   * @param detections of each image of the ground truth, in its order
   * @param count of all of them
   */
  record Results(
      List<ImageDetections> detections, int count, int images, AnnotationWarnings findings) {}

  /**
   * Reads the file.
   *
   * @param uri on any Hadoop filesystem
   * @throws BadInputException if it can't be read, or names images that are not annotated without
   *     leave, or no others, or only categories that are not
   */
  static Results read(
      String uri, GroundTruth truth, ImageScope scope, Supplier<Configuration> hadoop) {
    return CocoJson.read("results", uri, hadoop, json -> new ResultFile(truth, scope).read(json));
  }

  private Results read(CocoJson json) throws IOException {
    json.enterArrayOfFile();
    while (json.nextObject()) {
      add(json);
    }
    refuseStrangers(json);
    int shown = (int) detections.stream().filter(found -> found != null).count();
    detections.replaceAll(found -> found == null ? new ImageDetections(0) : found);
    return new Results(detections, count, shown, findings);
  }

  private void add(CocoJson json) throws IOException {
    Long image = null;
    Long category = null;
    Double score = null;
    double[] box = null;
    for (String field = json.nextField(); field != null; field = json.nextField()) {
      switch (field) {
        case "image_id" -> image = json.id(field, ids);
        case "category_id" -> category = json.id(field, ids);
        case "score" -> score = json.number(field);
        case "bbox" -> box = json.box(field);
        default -> json.skip();
      }
    }
    if (image == null || category == null || score == null || box == null) {
      throw json.missing(
          image == null
              ? "image_id"
              : category == null ? "category_id" : score == null ? "score" : "bbox");
    }
    add(image, category, score, box);
  }

  private void add(long image, long category, double score, double[] box) {
    count++;
    Integer index = images.get(image);
    if (index == null) {
      unknownImages.add(image);
      findings.add(Kind.UNKNOWN_RESULT_IMAGE, image);
      return;
    }
    Integer known = categories.get(category);
    if (known == null) {
      findings.add(Kind.UNKNOWN_RESULT_CATEGORY, category);
    }
    ImageDetections there = detections.get(index);
    if (there == null) {
      there = new ImageDetections(EXPECTED_DETECTIONS);
      detections.set(index, there);
    }
    int of = known == null ? ImageDetections.UNKNOWN : known;
    there.add(of, score, box[0], box[1], box[2], box[3]);
  }

  private void refuseStrangers(CocoJson json) {
    boolean none = count > 0 && findings.count(Kind.UNKNOWN_RESULT_IMAGE) == count;
    if (none || (!unknownImages.isEmpty() && scope == ImageScope.ALL)) {
      String shown =
          unknownImages.stream().limit(EXAMPLES).map(ids::shown).collect(Collectors.joining(", "));
      String more = unknownImages.size() > EXAMPLES ? " …" : "";
      throw json.refusal(
          unknownImages.size()
              + " of its images are not in the ground truth: image_id "
              + shown
              + more,
          "give the ground truth that they were made for"
              + (none ? "" : ", or leave them out: --annotated-only"));
    }
    if (count > 0 && findings.count(Kind.UNKNOWN_RESULT_CATEGORY) == count) {
      throw json.refusal(
          "none of its categories is in the ground truth",
          "the ground truth has category_id "
              + ids.shown(truth.categories().get(0).id())
              + " to "
              + ids.shown(truth.categories().get(truth.categories().size() - 1).id()));
    }
  }
}
