package dev.boxmill.job.scenes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestSceneFolder {
  @TempDir private Path folder;

  @Test
  void sameSeedWritesTheSameBytes() throws IOException {
    Path first = written("first", 6, 11);
    Path second = written("second", 6, 11);

    for (String name : files(first)) {
      assertThat(second.resolve(name)).hasSameBinaryContentAs(first.resolve(name));
    }
    assertThat(files(second)).isEqualTo(files(first)).hasSize(7);
  }

  @Test
  void sceneDoesNotDependOnHowManyAreDrawn() throws IOException {
    Path few = written("few", 3, 11);
    Path many = written("many", 9, 11);

    for (int index = 0; index < 3; index++) {
      String name = "images/scene-%06d.jpg".formatted(index);
      assertThat(many.resolve(name)).hasSameBinaryContentAs(few.resolve(name));
    }
  }

  @Test
  void otherSeedWritesOtherScenes() throws IOException {
    Path first = written("first", 1, 11);
    Path second = written("second", 1, 12);

    assertThat(Files.readAllBytes(second.resolve("images/scene-000000.jpg")))
        .isNotEqualTo(Files.readAllBytes(first.resolve("images/scene-000000.jpg")));
  }

  @Test
  void annotationsTellEachPicturesNameAndSize() throws IOException {
    Path scenes = written("scenes", 2, 11);

    String annotations = Files.readString(scenes.resolve("annotations.json"));
    for (int index = 0; index < 2; index++) {
      String name = "scene-%06d.jpg".formatted(index);
      BufferedImage picture = ImageIO.read(scenes.resolve("images").resolve(name).toFile());
      assertThat(annotations)
          .contains(
              "{\"id\":%d,\"file_name\":\"%s\",\"width\":%d,\"height\":%d}"
                  .formatted(index + 1, name, picture.getWidth(), picture.getHeight()));
    }
    assertThat(annotations).contains("{\"id\":1,\"name\":\"box\"}", "{\"id\":6,\"name\":\"star\"}");
  }

  @Test
  void countBelowOneIsRefused() {
    assertThatThrownBy(() -> SceneFolder.write(folder, 0, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid count: 0 (must be at least 1)");
  }

  @Test
  void folderThatHoldsSomethingIsRefused() throws IOException {
    Files.writeString(folder.resolve("kept.txt"), "kept");

    assertThatThrownBy(() -> SceneFolder.write(folder, 1, 1))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "Cannot write scenes to "
                + folder
                + ": the folder is not empty (choose another output)");
  }

  @Test
  void folderOfAKilledRunIsTakenOver() throws IOException {
    Path whole = written("whole", 2, 1);
    Path killed = folder.resolve("killed");
    Files.createDirectories(killed.resolve(".unfinished/images"));
    Files.writeString(killed.resolve(".unfinished/images/scene-000000.jpg"), "half");
    Files.createDirectories(killed.resolve("images"));
    Files.writeString(killed.resolve("images/scene-000007.jpg"), "of another run");

    SceneFolder.write(killed, 2, 1);

    assertThat(files(killed)).isEqualTo(files(whole));
    assertThat(killed.resolve("images/scene-000000.jpg"))
        .hasSameBinaryContentAs(whole.resolve("images/scene-000000.jpg"));
  }

  @Test
  void fileAsOutputIsRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "kept");

    assertThatThrownBy(() -> SceneFolder.write(file, 1, 1))
        .isInstanceOf(IOException.class)
        .hasMessage("Cannot write scenes to " + file + ": it is a file (choose another output)");
  }

  private Path written(String name, int count, long seed) throws IOException {
    Path output = folder.resolve(name);
    SceneFolder.write(output, count, seed);
    return output;
  }

  private static List<String> files(Path root) throws IOException {
    try (Stream<Path> paths = Files.walk(root)) {
      return paths
          .filter(Files::isRegularFile)
          .map(path -> root.relativize(path).toString())
          .sorted()
          .toList();
    }
  }
}
