package dev.boxmill.refiners.refinebox;

import dev.boxmill.refiners.spi.BoxRefiner;
import dev.boxmill.refiners.spi.ImageBatch;
import dev.boxmill.schemas.Box;
import dev.boxmill.schemas.Detection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Moves the boxes of each image's queries with the highest scores; the others stay. Scores and
 * labels stay, and so does the order.
 */
final class RefineBoxRefiner implements BoxRefiner {
  private final RefineBoxNetwork network;
  private final int topK;

  RefineBoxRefiner(RefineBoxNetwork network, int topK) {
    this.network = network;
    this.topK = topK;
  }

  /** A query's box: its detections share it, unless an earlier refiner moved them apart. */
  private record QueryBox(int query, Box box) {
    static QueryBox of(Detection detection) {
      return new QueryBox(detection.query(), detection.box());
    }
  }

  @Override
  public List<List<Detection>> refine(ImageBatch batch) {
    List<List<QueryBox>> chosen = batch.detections().stream().map(this::bestScored).toList();
    BatchBoxes boxes = batchBoxes(chosen);
    if (boxes.count() == 0) {
      return batch.detections();
    }
    float[] moved = network.refine(batch.features(), boxes);

    List<List<Detection>> refined = new ArrayList<>();
    int next = 0;
    for (int image = 0; image < batch.count(); image++) {
      Map<QueryBox, Box> movedBoxes = new HashMap<>();
      for (QueryBox box : chosen.get(image)) {
        movedBoxes.put(box, Box.at(moved, 4 * next++));
      }
      refined.add(moved(batch.detections().get(image), movedBoxes));
    }
    return refined;
  }

  /** A box has its best detection's score; of equal ones the lower query comes first. */
  private List<QueryBox> bestScored(List<Detection> detections) {
    Map<QueryBox, Float> scores = new LinkedHashMap<>();
    detections.forEach(
        detection -> scores.merge(QueryBox.of(detection), detection.score(), Math::max));
    return scores.entrySet().stream()
        .sorted(
            (a, b) -> {
              int byScore = Float.compare(b.getValue(), a.getValue());
              return byScore != 0
                  ? byScore
                  : Integer.compare(a.getKey().query(), b.getKey().query());
            })
        .limit(topK)
        .map(Map.Entry::getKey)
        .toList();
  }

  private static BatchBoxes batchBoxes(List<List<QueryBox>> chosen) {
    int count = chosen.stream().mapToInt(List::size).sum();
    float[] boxes = new float[4 * count];
    float[] images = new float[count];
    int next = 0;
    for (int image = 0; image < chosen.size(); image++) {
      for (QueryBox box : chosen.get(image)) {
        box.box().writeTo(boxes, 4 * next);
        images[next++] = image;
      }
    }
    return new BatchBoxes(boxes, images);
  }

  private static List<Detection> moved(List<Detection> detections, Map<QueryBox, Box> boxes) {
    List<Detection> moved = new ArrayList<>();
    for (Detection detection : detections) {
      Box box = boxes.get(QueryBox.of(detection));
      moved.add(box == null ? detection : detection.withBox(box));
    }
    return moved;
  }

  @Override
  public void close() {
    network.close();
  }
}
