package dev.boxmill.job.storage;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class TestFileNameEncoding {

  @Test
  void namesOfAnyLettersNeedUtf8() {
    assertThat(FileNameEncoding.complaint("UTF-8")).isEmpty();
    assertThat(FileNameEncoding.complaint("utf8")).isEmpty();
    assertThat(FileNameEncoding.complaint("ANSI_X3.4-1968"))
        .hasValue(
            "Java reads file names as ANSI_X3.4-1968 here, not as UTF-8: names of other letters"
                + " may be lost");
  }

  @Test
  void lostNamesAreRefusedWithTheRemedy() {
    assertThat(FileNameEncoding.lost("gr\uFFFD.jpg", "ANSI_X3.4-1968"))
        .hasMessage(
            "Cannot read the name gr\uFFFD.jpg: Java reads names as ANSI_X3.4-1968 here"
                + " (set LC_ALL=C.UTF-8; for executors, spark.executorEnv.LC_ALL)");
  }
}
