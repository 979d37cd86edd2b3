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
import org.junit.jupiter.params.provider.CsvSource;

final class TestClassNameFile {
  @TempDir private Path directory;

  @Test
  void linesCountFromZero() throws IOException {
    assertThat(read("cup\n tea spoon \r\nfork\n\n"))
        .isEqualTo(Map.of(0, "cup", 1, "tea spoon", 2, "fork"));
  }

  @Test
  void jsonSaysItsIndices() throws IOException {
    assertThat(read(" {\"3\": \"cup\", \"1\": \"fork\"}")).isEqualTo(Map.of(3, "cup", 1, "fork"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "nothing",
      value = {
        "'' | none (must name one at least)",
        "{} | none (must name one at least)",
        "{\"a\": \"cup\"} | \"a\": \"cup\" (must be an index and a name)",
        "{\"1\": 2} | \"1\": 2 (must be an index and a name)",
        "{\"1\": \"a\", \"1\": \"b\"} | Duplicate field '1'",
        "{\"1\" | Cannot read class names",
        "'cup\n\nfork' | line 2 is empty (must be a name: indices count the lines)",
        "nothing | does not exist",
      })
  void otherFilesAreRefused(String text, String message) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining(directory.resolve("labels").toString())
        .hasMessageContaining(message);
  }

  private Map<Integer, String> read(String text) throws IOException {
    Path file = directory.resolve("labels");
    if (text != null) {
      Files.writeString(file, text);
    }
    return ClassNameFile.read(file.toString(), new Configuration(false));
  }
}
