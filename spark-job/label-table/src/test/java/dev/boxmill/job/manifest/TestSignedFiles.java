package dev.boxmill.job.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.job.storage.SignedAddress;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where a signature goes, and where it doesn't. */
final class TestSignedFiles {

  private static final ListedFile SIGNED =
      ListedFile.image(SignedAddress.of("https://host/a.jpg?sig=SECRET\t1"));

  @Test
  void onlyTheLineForATaskHoldsIt() throws IOException {
    String line = FileLines.signedLine(SIGNED);

    assertThat(FileLines.parse(line.substring(0, line.length() - 1))).isEqualTo(SIGNED);
    assertThat(FileLines.line(SIGNED)).isEqualTo("image\t-1\t1\thttps://host/a.jpg\n");
    assertThat(SIGNED.toString()).doesNotContain("SECRET");
  }

  @Test
  void chunksAreNamedWithoutIt() {
    ListedFile plain = ListedFile.image(SIGNED.uri(), ListedFile.UNKNOWN_LENGTH);

    assertThat(Chunk.of("f00d", List.of(SIGNED)).name())
        .isEqualTo(Chunk.of("f00d", List.of(plain)).name());
  }

  @Test
  void sortKeepsTheOneThatWasGivenLast() {
    ListedFile plain = ListedFile.image(SIGNED.uri(), ListedFile.UNKNOWN_LENGTH);
    ListedFile fresh = ListedFile.image(new SignedAddress(SIGNED.uri(), "sig=fresh"));
    try (FileSort sort = new FileSort()) {
      List.of(SIGNED, fresh, plain).forEach(sort::add);
      try (SortedFiles sorted = sort.sorted()) {
        assertThat(sorted).containsExactly(fresh);
        assertThat(sorted.duplicates()).isEqualTo(2);
      }
    }
  }
}
