package dev.boxmill.job.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.job.error.BadInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestNumberRanges {

  @TempDir Path folder;

  @Test
  void boundsSayHowManyDigitsThereAre() {
    assertThat(NumberRanges.expand("a-{008..011}.tar"))
        .containsExactly("a-008.tar", "a-009.tar", "a-010.tar", "a-011.tar");
    assertThat(NumberRanges.expand("{9..11}")).containsExactly("9", "10", "11");
    assertThat(NumberRanges.expand("{2..0}")).containsExactly("2", "1", "0");
    assertThat(NumberRanges.expand("{0..1}/{a,b}-{5..6}"))
        .containsExactly("0/{a,b}-5", "0/{a,b}-6", "1/{a,b}-5", "1/{a,b}-6");
  }

  @Test
  void otherBracesAreNoRange() {
    assertThat(NumberRanges.isIn("{a,b}.tar")).isFalse();
    assertThat(NumberRanges.isIn("{0...3}")).isFalse();
    assertThat(NumberRanges.isIn("{0..3}")).isTrue();
  }

  @Test
  void rangeOfTooManyFilesIsRefused() {
    assertThatThrownBy(() -> NumberRanges.expand("{0..999999}-{0..99}.tar"))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("Invalid --input: {0..999999}-{0..99}.tar (must name no more than");
  }

  @Test
  void filesOfARangeAreFound() throws IOException {
    for (String name : new String[] {"s-00.tar", "s-01.tar", "s-02.tar", "t-02.tar"}) {
      Files.createFile(folder.resolve(name));
    }

    assertThat(found("s-{01..02}.tar")).containsExactly("s-01.tar", "s-02.tar");
    assertThat(found("{s,t}-{02..02}.tar")).containsExactly("s-02.tar", "t-02.tar");
  }

  @Test
  void missingFilesOfARangeAreNamed() throws IOException {
    Files.createFile(folder.resolve("s-01.tar"));

    assertThatThrownBy(() -> found("s-{00..02}.tar"))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "Cannot read input "
                + folder
                + "/s-{00..02}.tar: 2 of the 3 files that it names do not exist, the first is "
                + folder
                + "/s-00.tar (check the range)");
  }

  private Iterable<String> found(String input) {
    return FoundFiles.of(folder + "/" + input, new Configuration(), file -> false).named().stream()
        .map(FileStatus::getPath)
        .map(org.apache.hadoop.fs.Path::getName)
        .toList();
  }
}
