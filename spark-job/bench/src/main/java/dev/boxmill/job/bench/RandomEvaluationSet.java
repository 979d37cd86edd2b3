package dev.boxmill.job.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Random;

/** Annotations and detections of the size of COCO's validation set, the same for the same seed. */
final class RandomEvaluationSet {

  private static final int CATEGORIES = 80;
  private static final int OBJECTS = 7;
  private static final int WIDTH = 640;
  private static final int HEIGHT = 480;

  private final Random random;
  private int annotations;

  private RandomEvaluationSet(long seed) {
    this.random = new Random(seed);
  }

  /**
   * Writes both files: seven objects an image, some found well, the rest of the boxes at random.
   */
  static void write(Path truth, Path results, int images, int detections, long seed)
      throws IOException {
    RandomEvaluationSet set = new RandomEvaluationSet(seed);
    try (PrintWriter annotated = writer(truth);
        PrintWriter detected = writer(results)) {
      annotated.print("{\"images\":[");
      for (int image = 1; image <= images; image++) {
        annotated.printf(
            "%s{\"id\":%d,\"file_name\":\"%d.jpg\",\"width\":%d,\"height\":%d}",
            separator(image), image, image, WIDTH, HEIGHT);
      }
      annotated.print("],\n\"categories\":[");
      for (int category = 1; category <= CATEGORIES; category++) {
        annotated.printf(
            "%s{\"id\":%d,\"name\":\"kind %d\"}", separator(category), category, category);
      }
      annotated.print("],\n\"annotations\":[");
      detected.print("[");
      for (int image = 1; image <= images; image++) {
        set.writeImage(annotated, detected, image, detections);
      }
      annotated.print("]}\n");
      detected.print("]\n");
    }
  }

  private void writeImage(PrintWriter annotated, PrintWriter detected, int image, int detections) {
    for (int detection = 0; detection < detections; detection++) {
      double[] box = box();
      int category = 1 + random.nextInt(CATEGORIES);
      if (detection < OBJECTS) {
        writeObject(annotated, image, category, box);
        for (int side = 0; side < box.length; side++) {
          box[side] += random.nextGaussian() * 0.04 * box[2 + side % 2];
        }
      }
      double score = detection < OBJECTS ? random.nextDouble() : random.nextDouble() * 0.5;
      detected.printf(
          Locale.ROOT,
          "%s{\"image_id\":%d,\"category_id\":%d,\"bbox\":[%.3f,%.3f,%.3f,%.3f],\"score\":%.5f}",
          image == 1 && detection == 0 ? "" : ",\n",
          image,
          category,
          box[0],
          box[1],
          box[2],
          box[3],
          score);
    }
  }

  private void writeObject(PrintWriter annotated, int image, int category, double[] box) {
    annotations++;
    annotated.printf(
        Locale.ROOT,
        "%s{\"id\":%d,\"image_id\":%d,\"category_id\":%d,\"iscrowd\":%d,\"area\":%.3f,"
            + "\"bbox\":[%.3f,%.3f,%.3f,%.3f]}",
        separator(annotations),
        annotations,
        image,
        category,
        random.nextInt(100) == 0 ? 1 : 0,
        box[2] * box[3],
        box[0],
        box[1],
        box[2],
        box[3]);
  }

  private double[] box() {
    double width = 10 * Math.exp(random.nextDouble() * 3.4);
    double height = 10 * Math.exp(random.nextDouble() * 3.4);
    return new double[] {
      random.nextDouble() * (WIDTH - width), random.nextDouble() * (HEIGHT - height), width, height
    };
  }

  private static String separator(int number) {
    return number == 1 ? "" : ",\n";
  }

  private static PrintWriter writer(Path file) throws IOException {
    return new PrintWriter(Files.newBufferedWriter(file, StandardCharsets.UTF_8));
  }
}
