package dev.boxmill.job.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.job.error.BadInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TestHubCache {
  private static final String ID = "owner/a-detector";

  @TempDir private Path folder;

  @Test
  void theEnvironmentNamesTheFolder() {
    Path home = Path.of("/home/anna");
    assertThat(HubCache.of(Map.of(), home).folder())
        .isEqualTo(Path.of("/home/anna/.cache/huggingface/hub"));
    assertThat(HubCache.of(Map.of("HF_HOME", "/big"), home).folder())
        .isEqualTo(Path.of("/big/hub"));
    assertThat(HubCache.of(Map.of("HF_HOME", "/big", "HF_HUB_CACHE", "/hub"), home).folder())
        .isEqualTo(Path.of("/hub"));
  }

  @Test
  void aDownloadedModelIsFoundByItsName() throws IOException {
    Path first = snapshot("0a");
    assertThat(uri()).isEqualTo("file:" + first);
    Path second = snapshot("1b");
    Path refs = Files.createDirectories(folder.resolve("models--owner--a-detector/refs"));
    Files.writeString(refs.resolve("main"), "1b\n");
    assertThat(uri()).isEqualTo("file:" + second);
  }

  @Test
  void ofSeveralRevisionsNoneIsGuessed() throws IOException {
    snapshot("0a");
    snapshot("1b");
    assertThatThrownBy(this::uri).isInstanceOf(BadInputException.class);
  }

  @Test
  void whatWasNotDownloadedIsExplained() {
    assertThatThrownBy(this::uri)
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            """
            Cannot read detector owner/a-detector: there is no such path, nor is it in %s (download \
            it from the Hugging Face Hub first:
              hf download owner/a-detector --local-dir a-detector
              then --detector a-detector)"""
                .formatted(folder));
  }

  @ParameterizedTest
  @ValueSource(strings = {"nowhere", "a/b/c", "./a/b", "/a/b", "../b", "a/b.pth/", "a//b"})
  void otherTextsArePaths(String text) {
    assertThatThrownBy(() -> DetectorLocation.uri(text, new HubCache(folder), configuration()))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("does not exist");
  }

  private String uri() {
    return DetectorLocation.uri(ID, new HubCache(folder), configuration());
  }

  private static Configuration configuration() {
    return new Configuration(false);
  }

  private Path snapshot(String revision) throws IOException {
    return Files.createDirectories(
        folder.resolve("models--owner--a-detector/snapshots").resolve(revision));
  }
}
