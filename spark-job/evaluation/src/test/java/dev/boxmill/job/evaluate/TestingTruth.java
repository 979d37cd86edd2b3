package dev.boxmill.job.evaluate;

import dev.boxmill.schemas.ImageSize;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;

/** Makes annotated images. */
final class TestingTruth {

  static final ImageSize SIZE = new ImageSize(640, 480);

  private TestingTruth() {}

  static List<TruthCategory> categories(int count) {
    return IntStream.rangeClosed(1, count)
        .mapToObj(id -> new TruthCategory(id, "kind " + id, Optional.empty()))
        .toList();
  }

  /** An image named {@code ID.jpg}. */
  static TruthImage image(long id, List<TruthObject> objects) {
    return new TruthImage(id, id + ".jpg", ImageTruth.of(SIZE, objects));
  }

  /** Objects of at least 20 pixels a side inside the image. */
  static List<TruthObject> objects(Random random, int count, int categories) {
    List<TruthObject> objects = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      double width = 20 + random.nextInt(200);
      double height = 20 + random.nextInt(200);
      double x = random.nextInt((int) (SIZE.width() - width));
      double y = random.nextInt((int) (SIZE.height() - height));
      objects.add(
          new TruthObject(
              i,
              random.nextInt(categories),
              x,
              y,
              width,
              height,
              width * height,
              TruthObject.Role.COUNTED));
    }
    return objects;
  }
}
