package dev.boxmill.job.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.job.TestingSpark;
import dev.boxmill.job.manifest.Chunk;
import dev.boxmill.job.manifest.Chunker;
import dev.boxmill.job.manifest.ListedFile;
import dev.boxmill.schemas.ErrorCategory;
import dev.boxmill.schemas.LabelRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestChunkStore {

  @TempDir Path folder;

  private final LabelWriter writer = new LabelWriter(TestingSpark.session());
  private ChunkStore store;
  private Chunk chunk;

  @BeforeEach
  void openStore() throws IOException {
    store = new ChunkStore(path(folder), new Configuration());
    store.own();
    chunk =
        new Chunker(List.of(ListedFile.image("a", 1), ListedFile.image("b", 1)), "fingerprint", 10)
            .next();
  }

  @Test
  void aChunkIsThereWholeOrNotAtAll() throws IOException {
    writer.writeChunk(rows("b", "a"), store.staged(chunk.name()));
    assertThat(store.committed()).isEmpty();
    assertThat(names(folder)).containsExactly("_boxmill");

    assertThat(store.commit(chunk)).isEqualTo(2);

    assertThat(store.committed()).containsExactly(chunk.name());
    assertThat(names(folder)).containsExactly("_boxmill", part());
    assertThat(store.chunkOf(part())).isEqualTo(chunk);
    assertThat(uris()).containsExactly("a", "b");
  }

  @Test
  void aChunkThatIsCommittedAgainIsReplaced() throws IOException {
    for (int time = 0; time < 2; time++) {
      writer.writeChunk(rows("a", "b"), store.staged(chunk.name()));
      store.commit(chunk);
    }
    assertThat(uris()).containsExactly("a", "b");
  }

  @Test
  void missingRowsAreNotCommitted() {
    writer.writeChunk(rows("a"), store.staged(chunk.name()));

    assertThatThrownBy(() -> store.commit(chunk))
        .isInstanceOf(IOException.class)
        .hasMessage("Cannot commit chunk " + chunk.name() + ": 2 images gave 1 rows");
    assertThat(folder.resolve(part())).doesNotExist();
  }

  @Test
  void leftoversOfAKilledRunAreSwept() throws IOException {
    writer.writeChunk(rows("a", "b"), store.staged(chunk.name()));
    store.commit(chunk);
    Path work = folder.resolve("_boxmill");
    Files.createDirectories(work.resolve("staged/half/_temporary"));
    Files.writeString(work.resolve("chunks/" + "0".repeat(32) + ".gz"), "a list without its part");

    store.sweep();

    assertThat(names(work)).containsExactly("chunks", "owner");
    assertThat(names(work.resolve("chunks"))).containsExactly(chunk.name() + ".gz");
  }

  @Test
  void aRunThatAnotherOneFollowedCommitsNothing() throws IOException {
    writer.writeChunk(rows("a", "b"), store.staged(chunk.name()));
    new ChunkStore(path(folder), new Configuration()).own();

    assertThatThrownBy(() -> store.commit(chunk))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "Cannot commit to "
                + TestingSpark.uri(folder)
                + ": another run writes there now (one at a time)");
    assertThat(store.committed()).isEmpty();
  }

  @Test
  void damagedListsAreNamed() throws IOException {
    writer.writeChunk(rows("a", "b"), store.staged(chunk.name()));
    store.commit(chunk);
    Path list = folder.resolve("_boxmill/chunks/" + chunk.name() + ".gz");
    Files.writeString(list, "no gzip");

    assertThatThrownBy(() -> store.chunkOf(part()))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("Cannot read the list of inputs " + TestingSpark.uri(list))
        .hasMessageEndingWith("(--overwrite labels everything again)");
  }

  private String part() {
    return "part-" + chunk.name() + ".zstd.parquet";
  }

  private static Dataset<Row> rows(String... uris) {
    RunColumns run = new RunColumns("model", "", "fingerprint");
    List<Row> rows =
        Stream.of(uris)
            .map(TestChunkStore::failed)
            .map(row -> LabelRows.row(row, run, Instant.EPOCH))
            .toList();
    return TestingSpark.session().createDataFrame(rows, LabelTable.schema());
  }

  private static LabelRow failed(String uri) {
    return new LabelRow.Failed(
        uri, Optional.empty(), Optional.empty(), ErrorCategory.UNREADABLE, "no picture");
  }

  private List<String> uris() {
    return writer.read(path(folder)).select("image_uri").collectAsList().stream()
        .map(row -> row.getString(0))
        .toList();
  }

  private static org.apache.hadoop.fs.Path path(Path folder) {
    return new org.apache.hadoop.fs.Path(TestingSpark.uri(folder));
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
