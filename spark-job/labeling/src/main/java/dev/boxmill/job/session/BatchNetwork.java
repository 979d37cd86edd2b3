package dev.boxmill.job.session;

import dev.boxmill.detr.preprocess.ResizedPicture;
import dev.boxmill.schemas.Detection;
import java.util.List;

/** What finds objects in a batch: the resident detector, or what stands for it in a measurement. */
@FunctionalInterface
public interface BatchNetwork {

  /**
   * Detections of each picture.
   *
   * @param resized of one exact size; left open
   */
  List<List<Detection>> detections(List<ResizedPicture> resized);
}
