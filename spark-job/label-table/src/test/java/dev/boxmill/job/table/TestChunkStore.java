package dev.boxmill.job.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.job.TestingSpark;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.manifest.Chunk;
import dev.boxmill.job.manifest.Chunker;
import dev.boxmill.job.manifest.ListedFile;
import dev.boxmill.schemas.ErrorCategory;
import dev.boxmill.schemas.LabelRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
  void aChunkGivesUpSomeOfItsFiles() throws IOException {
    commit();
    Chunk rest = new Chunk(chunk.name(), List.of(ListedFile.image("b", 1)));
    writer.writeChunk(rows("b"), store.staged(chunk.name()));

    store.shrink(rest);

    assertThat(uris()).containsExactly("b");
    assertThat(store.chunkOf(part())).isEqualTo(rest);
    assertThat(names(folder.resolve("_boxmill/chunks"))).containsExactly(chunk.name() + ".gz");
    store.drop(chunk.name());
    assertThat(store.committed()).isEmpty();
    assertThat(names(folder.resolve("_boxmill/chunks"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aKillWhileAChunkGivesUpFilesLeavesPartAndListAlike(boolean placed) throws IOException {
    commit();
    Path lists = folder.resolve("_boxmill/chunks");
    Path before = Files.copy(lists.resolve(chunk.name() + ".gz"), folder.resolve("_boxmill/list"));
    byte[] part = Files.readAllBytes(folder.resolve(part()));
    Chunk rest = new Chunk(chunk.name(), List.of(ListedFile.image("b", 1)));
    writer.writeChunk(rows("b"), store.staged(chunk.name()));
    store.shrink(rest);
    Files.move(lists.resolve(chunk.name() + ".gz"), lists.resolve(chunk.name() + ".1.gz"));
    Files.move(before, lists.resolve(chunk.name() + ".gz"));
    if (!placed) {
      Files.write(folder.resolve(part()), part);
    }

    store.sweep();

    assertThat(names(lists)).containsExactly(chunk.name() + ".gz");
    assertThat(store.chunkOf(part())).isEqualTo(placed ? rest : chunk);
    assertThat(uris()).hasSize(placed ? 1 : 2);
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

  @ParameterizedTest
  @ValueSource(strings = {"no gzip", ""})
  void damagedListsAreNamedWithWhatHeals(String content) throws IOException {
    commit();
    Path list = folder.resolve("_boxmill/chunks/" + chunk.name() + ".gz");
    Files.writeString(list, content);

    assertThatThrownBy(() -> store.chunkOf(part()))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith("Cannot read the list of inputs " + TestingSpark.uri(list) + ": ")
        .hasMessageEndingWith(remedy());
  }

  @Test
  void aListWithoutALineIsDamagedToo() throws IOException {
    commit();
    Path list = folder.resolve("_boxmill/chunks/" + chunk.name() + ".gz");
    new GZIPOutputStream(Files.newOutputStream(list)).close();

    assertThatThrownBy(() -> store.chunkOf(part())).hasMessageContaining(".gz: it is empty (");
  }

  @Test
  void aDamagedPartIsNamedWithWhatHeals() throws IOException {
    commit();
    Path file = folder.resolve(part());
    byte[] sound = Files.readAllBytes(file);
    byte[] noRows = sound.clone();
    Arrays.fill(noRows, 4, sound.length / 4, (byte) 0x5a);

    for (byte[] damaged : List.of(Arrays.copyOf(sound, sound.length / 2), new byte[100], noRows)) {
      Files.write(file, damaged);
      assertThatThrownBy(() -> store.reading(this::uris))
          .isInstanceOf(BadInputException.class)
          .hasMessageStartingWith(
              "Cannot read labels " + TestingSpark.uri(file) + ": it is damaged")
          .hasMessageEndingWith(remedy());
    }
  }

  @Test
  void anEmptyPartIsFoundBeforeAnyWork() throws IOException {
    commit();
    store.refuseEmptyParts();
    Files.write(folder.resolve(part()), new byte[0]);

    assertThatThrownBy(store::refuseEmptyParts)
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith(
            "Cannot read labels " + TestingSpark.uri(folder.resolve(part())) + ": it is damaged")
        .hasMessageEndingWith(remedy());
  }

  @Test
  void aStoreThatFailsIsNoDamage() throws IOException {
    commit();
    IOException down = new IOException("503 Slow Down: " + part());
    assertThatThrownBy(
            () ->
                store.reading(
                    () -> {
                      throw down;
                    }))
        .isSameAs(down);
  }

  private void commit() throws IOException {
    writer.writeChunk(rows("a", "b"), store.staged(chunk.name()));
    store.commit(chunk);
  }

  private String remedy() {
    return " (delete "
        + TestingSpark.uri(folder.resolve(part()))
        + " and run again: only its images are labeled again)";
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
