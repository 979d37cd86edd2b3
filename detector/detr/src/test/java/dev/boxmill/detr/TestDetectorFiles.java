package dev.boxmill.detr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.checkpoint.CheckpointException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestDetectorFiles {
  private static final String PREPROCESSOR = "preprocessor_config.json";

  @TempDir private Path directory;

  @Test
  void anchorsForAnotherSizeThanThePreprocessingsAreRefused() throws Exception {
    copy("rtdetr-anchor-size");
    open();
    resized("{\"height\": 96, \"width\": 96}");
    assertThatThrownBy(this::open)
        .isInstanceOf(CheckpointException.class)
        .hasMessage(
            "Cannot use "
                + directory
                + ": anchor_image_size in config.json is for images of one size, but"
                + " preprocessor_config.json makes some of 96 x 96 (give that the same height and"
                + " width, or leave anchor_image_size out)");
    resized("{\"max_height\": 64, \"max_width\": 96}");
    assertThatThrownBy(this::open).isInstanceOf(CheckpointException.class);
  }

  @Test
  void anRtDetrWithoutATypeOfProcessorIsPreparedAsOne() throws Exception {
    copy("rtdetr-basic");
    Files.writeString(
        directory.resolve(PREPROCESSOR), "{\"size\": {\"height\": 64, \"width\": 64}}");
    try (DetectorFiles files = DetectorFiles.open(directory)) {
      assertThat(files.preprocessing().mean()).containsOnly(0.0);
      assertThat(files.preprocessing().std()).containsOnly(1.0);
    }
  }

  /** As transformers 5 saves a processor that has further parts. */
  @Test
  void theImageProcessorMayLieAmongOtherParts() throws Exception {
    copy("rtdetr-basic");
    Path alone = directory.resolve(PREPROCESSOR);
    String json = Files.readString(alone);
    Files.delete(alone);
    Files.writeString(
        directory.resolve("processor_config.json"),
        "{\"image_processor\": " + json + ", \"processor_class\": \"SomeProcessor\"}");
    String hash;
    try (DetectorFiles files = DetectorFiles.open(directory)) {
      assertThat(files.preprocessing().std()).containsOnly(1.0);
      hash = files.sha256();
    }
    Files.writeString(alone, json.replace("\"do_normalize\": false", "\"do_normalize\": true"));
    try (DetectorFiles files = DetectorFiles.open(directory)) {
      assertThat(files.sha256()).isNotEqualTo(hash);
    }
  }

  private void open() {
    DetectorFiles.open(directory).close();
  }

  private void resized(String size) throws IOException {
    Path file = directory.resolve(PREPROCESSOR);
    String json = Files.readString(file);
    Files.writeString(file, json.replaceFirst("(?s)\"size\": \\{[^}]*\\}", "\"size\": " + size));
  }

  private void copy(String golden) throws IOException, URISyntaxException {
    Path source = Path.of(TestDetectorFiles.class.getResource("/golden/" + golden).toURI());
    List<Path> files;
    try (Stream<Path> all = Files.list(source)) {
      files = all.toList();
    }
    for (Path file : files) {
      Files.copy(file, directory.resolve(file.getFileName()));
    }
  }
}
