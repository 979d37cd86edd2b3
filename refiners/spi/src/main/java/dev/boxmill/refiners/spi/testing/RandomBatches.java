package dev.boxmill.refiners.spi.testing;

import dev.boxmill.refiners.spi.FeatureMaps;
import dev.boxmill.refiners.spi.ImageBatch;
import dev.boxmill.schemas.Box;
import dev.boxmill.schemas.Detection;
import dev.boxmill.schemas.ImageSize;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/**
 * Made-up images with detections of the hard sorts: crowds of near duplicates, several labels for
 * one query, boxes over the border and beyond it, boxes without area, scores of 0 and 1, images of
 * one pixel, images without detections. The same number gives the same image.
 */
public final class RandomBatches {

  private static final int MOST_QUERIES = 40;

  private RandomBatches() {}

  /** A batch of the images of these numbers, without feature maps. */
  public static ImageBatch of(List<Integer> images, List<Integer> labelIds) {
    return of(images, labelIds, FeatureMaps.none());
  }

  /** A batch of the images of these numbers. */
  public static ImageBatch of(List<Integer> images, List<Integer> labelIds, FeatureMaps features) {
    return new ImageBatch(
        images.stream().map(RandomBatches::size).toList(),
        images.stream().map(image -> detections(image, labelIds)).toList(),
        features);
  }

  /** Size of the image of that number, from 1 to 2000 pixels each way. */
  public static ImageSize size(int image) {
    Random random = new Random(image);
    int most = random.nextInt(10) == 0 ? 1 : 2000;
    return new ImageSize(1 + random.nextInt(most), 1 + random.nextInt(most));
  }

  /**
   * Detections of the image of that number, by descending score; about one image in ten has none.
   */
  public static List<Detection> detections(int image, List<Integer> labelIds) {
    Random random = new Random(31L * image + 17);
    List<Detection> detections = new ArrayList<>();
    int queries = random.nextInt(10) == 0 ? 0 : 1 + random.nextInt(MOST_QUERIES);
    Box last = box(random);
    for (int query = 0; query < queries; query++) {
      last = random.nextBoolean() ? box(random) : nearby(last, random);
      int labels = random.nextInt(5) == 0 ? 2 : 1;
      for (int i = 0; i < labels; i++) {
        int label = labelIds.get(random.nextInt(labelIds.size()));
        detections.add(Detection.of(query, label, score(random), last));
      }
    }
    detections.sort(Comparator.comparingDouble(Detection::score).reversed());
    return List.copyOf(detections);
  }

  private static Box box(Random random) {
    float cx = random.nextFloat() * 1.4f - 0.2f;
    float cy = random.nextFloat() * 1.4f - 0.2f;
    return new Box(cx, cy, side(random), side(random));
  }

  private static float side(Random random) {
    return switch (random.nextInt(12)) {
      case 0 -> 0;
      case 1 -> 1;
      default -> random.nextFloat() * 0.5f;
    };
  }

  private static Box nearby(Box box, Random random) {
    return new Box(
        box.cx() + 0.02f * random.nextFloat() * box.width(),
        box.cy() + 0.02f * random.nextFloat() * box.height(),
        box.width() * (0.95f + 0.1f * random.nextFloat()),
        box.height() * (0.95f + 0.1f * random.nextFloat()));
  }

  private static float score(Random random) {
    return switch (random.nextInt(15)) {
      case 0 -> 0;
      case 1 -> 1;
      default -> random.nextFloat();
    };
  }
}
