package dev.boxmill.job.evaluate;

import dev.boxmill.job.matching.MatchingCost.ClassRule;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;

/** The detections of a result file, matched on this machine's cores. */
final class ResultImages implements LabeledImages {

  private final EvaluationStyle style;
  private final double laeceIou;
  private final GroundTruth truth;
  private final ResultFile.Results results;

  ResultImages(EvaluationRequest request, GroundTruth truth, ResultFile.Results results) {
    this.style = request.style();
    this.laeceIou = request.laeceIou();
    this.truth = truth;
    this.results = results;
  }

  /**
   * Reads a result file.
   *
   * @throws dev.boxmill.job.error.BadInputException if it can't be read or does not fit
   */
  static ResultImages read(
      String uri, EvaluationRequest request, GroundTruth truth, Supplier<Configuration> hadoop) {
    return new ResultImages(request, truth, ResultFile.read(uri, truth, request.scope(), hadoop));
  }

  @Override
  public List<String> facts() {
    List<String> facts = new ArrayList<>();
    int without = truth.images().size() - results.images();
    facts.add(
        "%d detections in %d images, matched by image_id and category_id"
            .formatted(results.count(), results.images()));
    if (without > 0) {
      facts.add(without + " annotated images have no detection: their objects count as missed");
    }
    facts.addAll(results.findings().sentences());
    return facts;
  }

  @Override
  public boolean refined() {
    return false;
  }

  @Override
  public ClassRule likelyRule() {
    boolean shared =
        results.detections().parallelStream()
            .anyMatch(found -> new ImageLabels(found, found).queryCount() < found.size());
    return shared ? ClassRule.FOCAL : ClassRule.PROBABILITY;
  }

  @Override
  public double leastScore() {
    return results.detections().parallelStream()
        .flatMapToDouble(found -> IntStream.range(0, found.size()).mapToDouble(found::score))
        .min()
        .orElse(0);
  }

  @Override
  public OracleResults read(List<OracleVariant> variants, Oracle oracle) {
    ImageMatcher matcher = new ImageMatcher(style, laeceIou);
    List<MatchedImage> images =
        IntStream.range(0, truth.images().size())
            .parallel()
            .mapToObj(i -> matched(i, variants, oracle, matcher))
            .toList();
    return MatchedImage.sum(style, truth, variants, images);
  }

  private MatchedImage matched(
      int image, List<OracleVariant> variants, Oracle oracle, ImageMatcher matcher) {
    ImageDetections found = results.detections().get(image);
    ImageTruth there = truth.images().get(image).truth();
    ImageLabels labels = new ImageLabels(found, found);
    return MatchedImage.of(image, there, labels, variants, oracle, matcher);
  }
}
