package dev.boxmill.job.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class TestChunks {

  private static final ListedFile IMAGE = ListedFile.image("file:///a.jpg", 5);

  @Test
  void chunksHoldSoManyImagesAndTheLastOneTheRest() {
    List<ListedFile> files =
        IntStream.range(0, 25).mapToObj(i -> ListedFile.image("%02d".formatted(i), 1)).toList();

    List<Chunk> chunks = chunks("print", 10, files);

    assertThat(chunks).extracting(chunk -> chunk.files().size()).containsExactly(10, 10, 5);
    assertThat(chunks.stream().flatMap(chunk -> chunk.files().stream())).isEqualTo(files);
    assertThat(chunks.get(2).images()).hasValue(5);
  }

  @Test
  void tablesCountTheirRowsAndArchivesTheirBytes() {
    List<Chunk> chunks =
        chunks(
            "print",
            100,
            List.of(
                ListedFile.archive("a.tar", 9_900_000),
                ListedFile.archive("b.tar", 1),
                ListedFile.table("c.parquet", 1, 5000),
                IMAGE));

    assertThat(chunks).extracting(chunk -> chunk.files().size()).containsExactly(2, 1, 1);
    assertThat(chunks.get(0).images()).isEmpty();
    assertThat(chunks.get(1).images()).hasValue(5000);
  }

  @Test
  void namesFollowTheFilesAndTheFingerprint() {
    String name = name("print", IMAGE);

    assertThat(name).matches("[0-9a-f]{32}").isEqualTo(name("print", IMAGE));
    assertThat(List.of(name("other", IMAGE), name("print", IMAGE, IMAGE)))
        .doesNotContain(name)
        .doesNotHaveDuplicates();
    assertThat(name("print", ListedFile.image(IMAGE.uri(), 6))).isNotEqualTo(name);
  }

  @Test
  void linesHoldAnyAddress() throws IOException {
    for (String uri : List.of("a b", "tab\there", "line\nfeed\r", "back\\slash\\n", "größe写")) {
      ListedFile file = ListedFile.table(uri, -1, 7);
      String line = FileLines.line(file);
      assertThat(line.lines()).hasSize(1);
      assertThat(FileLines.parse(line.substring(0, line.length() - 1))).isEqualTo(file);
    }
  }

  @Test
  void damagedLinesAreRefused() {
    assertThatThrownBy(() -> FileLines.parse("image\t1"))
        .isInstanceOf(IOException.class)
        .hasMessage("Invalid line: image\t1 (must be kind, length, rows, URI)");
  }

  private static String name(String fingerprint, ListedFile... files) {
    return chunks(fingerprint, 10, List.of(files)).get(0).name();
  }

  private static List<Chunk> chunks(String fingerprint, long size, List<ListedFile> files) {
    List<Chunk> chunks = new ArrayList<>();
    new Chunks(files, fingerprint, size).forEachRemaining(chunks::add);
    return chunks;
  }
}
