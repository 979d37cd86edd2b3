package dev.boxmill.job.scenes;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Writes a folder of labelled scenes: {@code images/*.jpg} and {@code annotations.json} in COCO's
 * format.
 */
public final class SceneFolder {
  private static final float JPEG_QUALITY = 0.92f;

  private SceneFolder() {}

  /**
   * Draws scenes 0 to {@code count - 1} of {@code seed}. The same seed gives the same bytes, and a
   * scene does not depend on how many are drawn with it. Boxes are {@code [x, y, width, height]} in
   * pixels, tight around what is visible of an object; of each object at least half is visible.
   *
   * @param output a folder that does not exist yet or is empty
   * @throws IllegalArgumentException if {@code count} is not positive
   * @throws IOException if the folder holds something already or can't be written
   */
  public static void write(Path output, int count, long seed) throws IOException {
    if (count < 1) {
      throw new IllegalArgumentException("Invalid count: " + count + " (must be at least 1)");
    }
    requireEmpty(output);
    Path images = Files.createDirectories(output.resolve("images"));
    SceneDrawer drawer = new SceneDrawer(seed);
    List<Written> written;
    try {
      written =
          IntStream.range(0, count)
              .parallel()
              .mapToObj(index -> write(images, drawer, index))
              .toList();
    } catch (UncheckedIOException e) {
      throw new IOException(
          "Cannot write scenes to " + output + ": " + e.getCause().getMessage(), e.getCause());
    }
    CocoAnnotations annotations = new CocoAnnotations();
    written.forEach(
        scene -> annotations.add(scene.fileName(), scene.width(), scene.height(), scene.objects()));
    Files.writeString(output.resolve("annotations.json"), annotations.json());
  }

  private static void requireEmpty(Path output) throws IOException {
    if (!Files.exists(output)) {
      return;
    }
    if (!Files.isDirectory(output)) {
      throw new IOException(
          "Cannot write scenes to " + output + ": it is a file (choose another output)");
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(output)) {
      if (entries.iterator().hasNext()) {
        throw new IOException(
            "Cannot write scenes to "
                + output
                + ": the folder is not empty (choose another output)");
      }
    }
  }

  private static Written write(Path images, SceneDrawer drawer, int index) {
    String fileName = "scene-%06d.jpg".formatted(index);
    Scene scene = drawer.draw(index);
    BufferedImage picture = scene.picture();
    try {
      Files.write(images.resolve(fileName), Jpeg.encode(picture, JPEG_QUALITY));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Written(fileName, picture.getWidth(), picture.getHeight(), scene.objects());
  }

  private record Written(String fileName, int width, int height, List<LabelledObject> objects) {}
}
