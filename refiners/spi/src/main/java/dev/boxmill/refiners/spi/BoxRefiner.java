package dev.boxmill.refiners.spi;

import dev.boxmill.schemas.Detection;
import java.util.List;

/**
 * Improves a detector's boxes. It may move a box, change a score or a label, or drop a detection;
 * it may not add one.
 *
 * <p><b>Threads.</b> An executor makes an instance for each batch that it computes at once: one on
 * a GPU, as many as tasks run on a CPU; they live as long as the executor. One thread at a time
 * calls an instance, but not always the same one, and not the one that made it. Several instances
 * work at once: keep no static state that changes.
 *
 * <p><b>Batches.</b> Which images share a batch is chance. The result for an image must depend on
 * that image alone, and be the same each time: a run that is killed and resumed must give the same
 * labels.
 *
 * <p><b>Failures.</b> After an exception or an error of any kind the images of the batch are tried
 * in smaller batches, down to each alone; one that fails again becomes a failed row that shows the
 * refiner's name and what it threw, and the run goes on. So leave a box alone that cannot be
 * improved, and throw only if nothing works.
 *
 * <p>A refiner that works on one image at a time and needs no feature maps is an {@link
 * ImageRefiner}.
 */
public interface BoxRefiner extends AutoCloseable {

  /**
   * The refined detections of each image, in the order of the batch's images.
   *
   * <p>Each returned detection is one of the image's own, changed by its {@code with…} methods:
   * {@code query} and {@code detectorBox} stay as they are, so that the table can show what the
   * refiners did. Boxes are finite, in pixels too, with no negative width or height, scores are 0
   * to 1, and labels are classes of the detector. The order within an image is free; the table
   * sorts by score. The host checks all this after each refiner.
   *
   * @param batch immutable lists, and feature maps that stay the host's: never close one, and keep
   *     none after this call returns. Tensors made here are closed here.
   */
  List<List<Detection>> refine(ImageBatch batch);

  /** Frees what {@link RefinerFactory#create} took; a second call does nothing. */
  @Override
  void close();
}
