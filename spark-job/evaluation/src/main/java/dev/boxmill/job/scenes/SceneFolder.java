package dev.boxmill.job.scenes;

import dev.boxmill.image.Jpeg;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;

/**
 * Writes a folder of labeled scenes: {@code images/*.jpg} and {@code annotations.json} in COCO's
 * format.
 */
public final class SceneFolder {
  private static final float JPEG_QUALITY = 0.92f;

  private static final String IMAGES = "images";
  private static final String ANNOTATIONS = "annotations.json";

  /** In the output, for that may be a disk of its own. */
  private static final String UNFINISHED = ".unfinished";

  private static final Set<String> OURS = Set.of(UNFINISHED, IMAGES, ANNOTATIONS);

  private SceneFolder() {}

  /**
   * Draws scenes 0 to {@code count - 1} of {@code seed}. The same seed gives the same bytes, and a
   * scene does not depend on how many are drawn with it. Boxes are {@code [x, y, width, height]} in
   * pixels, tight around what is visible of an object; of each object at least half is visible.
   *
   * @param output a folder that does not exist yet, is empty, or was left by a killed run
   * @throws IllegalArgumentException if {@code count} is not positive
   * @throws IOException if the folder holds something already or can't be written
   */
  public static void write(Path output, int count, long seed) throws IOException {
    write(output, SceneKind.SMALL, count, seed);
  }

  /** The same for scenes of any kind. */
  public static void write(Path output, SceneKind kind, int count, long seed) throws IOException {
    if (count < 1) {
      throw new IllegalArgumentException("Invalid count: " + count + " (must be at least 1)");
    }
    requireEmpty(output);
    Path unfinished = Files.createDirectories(output.resolve(UNFINISHED));
    FileUtils.cleanDirectory(unfinished.toFile());
    Path images = Files.createDirectory(unfinished.resolve(IMAGES));
    SceneDrawer drawer = new SceneDrawer(kind, seed);
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
    Files.writeString(unfinished.resolve(ANNOTATIONS), annotations.json());
    publish(unfinished, output);
  }

  /** Until the last step there is the folder of a killed run, which the next one takes over. */
  private static void publish(Path unfinished, Path output) throws IOException {
    FileUtils.deleteDirectory(output.resolve(IMAGES).toFile());
    for (String name : List.of(IMAGES, ANNOTATIONS)) {
      Files.move(unfinished.resolve(name), output.resolve(name));
    }
    Files.delete(unfinished);
  }

  private static void requireEmpty(Path output) throws IOException {
    if (!Files.exists(output)) {
      return;
    }
    if (!Files.isDirectory(output)) {
      throw new IOException(
          "Cannot write scenes to " + output + ": it is a file (choose another output)");
    }
    try (Stream<Path> entries = Files.list(output)) {
      Set<String> names =
          entries.map(entry -> entry.getFileName().toString()).collect(Collectors.toSet());
      boolean killed = names.contains(UNFINISHED) && OURS.containsAll(names);
      if (!names.isEmpty() && !killed) {
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

  private record Written(String fileName, int width, int height, List<LabeledObject> objects) {}
}
