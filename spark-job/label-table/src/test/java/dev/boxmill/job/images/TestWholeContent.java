package dev.boxmill.job.images;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class TestWholeContent {

  private static final int SMALL = WholeContent.SMALL_BYTES;

  @Test
  void contentOfEveryLengthIsReadWhole() throws IOException {
    byte[] content = new byte[5 * SMALL + 3];
    new Random(7).nextBytes(content);
    for (int length : new int[] {0, 1, SMALL - 1, SMALL, SMALL + 1, 4 * SMALL, 5 * SMALL + 3}) {
      byte[] part = Arrays.copyOf(content, length);
      assertThat(WholeContent.read(new ByteArrayInputStream(content), length)).isEqualTo(part);
      assertThat(WholeContent.readUpTo(new ByteArrayInputStream(part), 1 << 30)).isEqualTo(part);
      assertThat(WholeContent.readUpTo(new ByteArrayInputStream(content), length)).isEqualTo(part);
    }
  }

  @Test
  void contentThatEndsEarlyIsGivenUpToItsEnd() throws IOException {
    for (int length : new int[] {0, 5, SMALL, SMALL + 5}) {
      byte[] content = new byte[length];
      assertThat(WholeContent.read(new ByteArrayInputStream(content), 3 * SMALL))
          .isEqualTo(content);
    }
  }
}
