package dev.boxmill.detr.criterion;

import java.io.Serializable;
import java.util.List;

/**
 * What the losses of a step are divided by. A step may be made of several batches, on several
 * machines: the sum of their gradients is the step's, if each is computed with the totals of all.
 *
 * @param images of all batches
 * @param objects of all images
 * @param matched objects that a query can stand for: no more of an image than it has queries
 * @param mostObjects of one image
 */
public record StepTotals(long images, long objects, long matched, int mostObjects)
    implements Serializable {

  /**
   * Of one batch.
   *
   * @param objects how many each image has
   * @param queries that each image has
   */
  public static StepTotals of(List<Integer> objects, int queries) {
    return new StepTotals(
        objects.size(),
        objects.stream().mapToLong(Integer::longValue).sum(),
        objects.stream().mapToLong(count -> Math.min(count, queries)).sum(),
        objects.stream().mapToInt(Integer::intValue).max().orElse(0));
  }

  /** Of these batches and the others. */
  public StepTotals plus(StepTotals other) {
    return new StepTotals(
        images + other.images,
        objects + other.objects,
        matched + other.matched,
        Math.max(mostObjects, other.mostObjects));
  }
}
