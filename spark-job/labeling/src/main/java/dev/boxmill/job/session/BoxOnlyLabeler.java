package dev.boxmill.job.session;

import dev.boxmill.job.images.ImageInput;
import dev.boxmill.refiners.spi.FeatureMaps;
import dev.boxmill.refiners.spi.ImageBatch;
import dev.boxmill.refiners.spi.RefinerChain;
import dev.boxmill.schemas.Detection;
import dev.boxmill.schemas.LabelRow;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Refines boxes that a table holds by refiners that look at boxes alone: no image is read, and no
 * network is loaded.
 */
final class BoxOnlyLabeler implements ImageLabeler {
  private final RefinerChain refiners;
  private final float minScore;
  private final Map<Integer, String> classNames;
  private final StageTimes times;

  /**
   * @param refiners closed with this
   * @param classNames by label id
   */
  BoxOnlyLabeler(
      RefinerChain refiners, float minScore, Map<Integer, String> classNames, StageTimes times) {
    this.refiners = refiners;
    this.minScore = minScore;
    this.classNames = classNames;
    this.times = times;
  }

  @Override
  public Iterator<LabelRow> label(Iterator<ImageInput> inputs) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return inputs.hasNext();
      }

      @Override
      public LabelRow next() {
        LabelRow known = inputs.next().known().orElseThrow();
        return times.time(Stage.REFINERS, () -> refined(known));
      }
    };
  }

  private LabelRow refined(LabelRow known) {
    if (!(known instanceof LabelRow.Labeled labeled)) {
      return known;
    }
    Candidates candidates = new Candidates(labeled, minScore);
    try {
      return candidates.row(refined(candidates), minScore, classNames);
    } catch (RuntimeException | OutOfMemoryError why) {
      DeviceFaults.throwIfLost(why);
      return DeviceFaults.row(known.imageUri(), known.imageSha256(), known.size(), why);
    }
  }

  private List<Detection> refined(Candidates candidates) {
    if (refiners.isEmpty() || candidates.detections().isEmpty()) {
      return candidates.detections();
    }
    ImageBatch batch =
        new ImageBatch(
            List.of(candidates.size()), List.of(candidates.detections()), FeatureMaps.none());
    return refiners.refine(batch).get(0);
  }

  @Override
  public void close() {
    ClosedRefiners.close(refiners);
  }
}
