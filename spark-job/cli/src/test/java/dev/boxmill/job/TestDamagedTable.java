package dev.boxmill.job;

import static dev.boxmill.job.table.TestingLabels.box;
import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.job.table.TestingLabels;
import dev.boxmill.schemas.Corners;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every command that reads a table says which of its files is damaged, and what heals it. */
final class TestDamagedTable {

  private static final String CHUNK = "part-0123456789abcdef0123456789abcdef.zstd.parquet";

  @TempDir private Path folder;

  private Path labels;
  private Path part;
  private byte[] sound;

  @BeforeEach
  void writeTable() throws IOException {
    labels = folder.resolve("my läbels");
    new TestingLabels("")
        .labeled("file:///n/1.jpg", 100, 80, box("cup", 0.9, new Corners(10, 10, 60, 60)))
        .labeled("file:///n/2.jpg", 100, 80, box("dog", 0.4, new Corners(10, 10, 60, 60)))
        .write(labels);
    part = labels.resolve(CHUNK);
    try (Stream<Path> files = Files.list(labels)) {
      Files.move(files.filter(file -> file.toString().endsWith(".parquet")).findAny().get(), part);
    }
    sound = Files.readAllBytes(part);
    Files.copy(part, labels.resolve("part-00000000000000000000000000000000.zstd.parquet"));
    Files.writeString(
        folder.resolve("truth.json"),
        """
        {"images": [{"id": 1, "file_name": "1.jpg", "width": 100, "height": 80}],
         "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [10, 10, 50, 50],
                          "area": 2500, "iscrowd": 0}],
         "categories": [{"id": 1, "name": "cup"}, {"id": 2, "name": "dog"}]}
        """);
  }

  @Test
  void damagedRowsAreNamed() throws IOException {
    byte[] noRows = sound.clone();
    Arrays.fill(noRows, 4, sound.length / 4, (byte) 0x5a);
    assertNamed(noRows);
  }

  @Test
  void lostFooterIsNamed() throws IOException {
    assertNamed(Arrays.copyOf(sound, sound.length / 2));
  }

  @Test
  void emptyFileIsNamed() throws IOException {
    assertNamed(new byte[0]);
  }

  private void assertNamed(byte[] content) throws IOException {
    Files.write(part, content);
    String table = labels.toString();
    for (List<String> command :
        List.of(
            List.of("export", "--labels", table, "--format", "coco", "--output", "out.json"),
            List.of("preview", "--labels", table, "--output", "page.html"),
            List.of("triage", "--labels", table, "--output", "triage"),
            List.of("compare", "--labels", table, "--labels", table),
            List.of("evaluate", "--labels", table, "--ground-truth", "truth.json"))) {
      String[] arguments =
          command.stream()
              .map(word -> word.matches("out.json|page.html|triage|truth.json") ? path(word) : word)
              .toArray(String[]::new);
      arguments[0] = command.get(0);
      TestingCommand run = TestingCommand.run(arguments);

      assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.BAD_INPUT);
      assertThat(run.err())
          .contains("Cannot read labels file://" + part + ": it is damaged")
          .contains("(delete this file and run the 'label' that wrote it again: only its images");
    }
  }

  private String path(String name) {
    return folder.resolve(name).toString();
  }
}
