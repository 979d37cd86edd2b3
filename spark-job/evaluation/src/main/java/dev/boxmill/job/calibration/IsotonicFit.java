package dev.boxmill.job.calibration;

import dev.boxmill.schemas.calibration.IsotonicCurve;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The curve that never falls and has the least squared error, by pooling adjacent violators. Equal
 * to scikit-learn's {@code IsotonicRegression(out_of_bounds="clip")}.
 */
final class IsotonicFit {

  private IsotonicFit() {}

  /**
   * Neighboring scores whose boxes have one probability.
   *
   * @param sum of their outcomes
   * @param count of their boxes
   */
  private record Block(double first, double last, double sum, int count) {

    double mean() {
      return sum / count;
    }

    Block and(Block next) {
      return new Block(first, next.last, sum + next.sum, count + next.count);
    }
  }

  /**
   * Fits.
   *
   * @param outcomes of the same boxes, 0 to 1
   */
  static IsotonicCurve of(double[] scores, double[] outcomes) {
    List<Block> blocks = new ArrayList<>();
    for (Block next : distinct(scores, outcomes)) {
      Block block = next;
      while (!blocks.isEmpty() && blocks.get(blocks.size() - 1).mean() >= block.mean()) {
        block = blocks.remove(blocks.size() - 1).and(block);
      }
      blocks.add(block);
    }
    return curve(blocks);
  }

  /** A block for each score that occurs, ascending. */
  private static List<Block> distinct(double[] scores, double[] outcomes) {
    int[] order =
        IntStream.range(0, scores.length)
            .boxed()
            .sorted((a, b) -> Double.compare(scores[a], scores[b]))
            .mapToInt(Integer::intValue)
            .toArray();
    List<Block> blocks = new ArrayList<>();
    for (int box : order) {
      Block one = new Block(scores[box], scores[box], outcomes[box], 1);
      boolean same = !blocks.isEmpty() && blocks.get(blocks.size() - 1).last() == scores[box];
      blocks.add(same ? blocks.remove(blocks.size() - 1).and(one) : one);
    }
    return blocks;
  }

  /** A level for each block, and lines between them. */
  private static IsotonicCurve curve(List<Block> blocks) {
    List<Double> scores = new ArrayList<>();
    List<Double> probabilities = new ArrayList<>();
    for (Block block : blocks) {
      scores.add(block.first());
      probabilities.add(block.mean());
      if (block.last() > block.first()) {
        scores.add(block.last());
        probabilities.add(block.mean());
      }
    }
    return new IsotonicCurve(scores, probabilities);
  }
}
