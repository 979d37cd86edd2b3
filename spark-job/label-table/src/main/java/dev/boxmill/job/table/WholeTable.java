package dev.boxmill.job.table;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.error.FailureReason;
import dev.boxmill.job.storage.FolderSwap;
import dev.boxmill.job.storage.Locations;
import dev.boxmill.job.storage.StoredFile;
import dev.boxmill.job.storage.WritablePlace;
import dev.boxmill.schemas.LabelColumn;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;

/** A label table that is made of others in one go: it is there whole, or not at all. */
public final class WholeTable {

  /** What to do with labels that lie there already. */
  public enum ExistingTable {
    REFUSE,
    REPLACE
  }

  private final Path output;
  private final Configuration hadoop;

  private WholeTable(Path output, Configuration hadoop) {
    this.output = output;
    this.hadoop = hadoop;
  }

  /**
   * Looks whether it may be written there; changes nothing.
   *
   * @param sources tables that are read, as the user named them
   * @throws BadInputException if something lies there that must stay
   */
  public static WholeTable claim(
      String output, ExistingTable existing, List<String> sources, Configuration hadoop) {
    if (output.isBlank()) {
      throw new BadInputException("Invalid --output: '" + output + "' (must be a path or a URI)");
    }
    try {
      Path place = Locations.absolute(output, hadoop);
      if (place.isRoot()) {
        throw refusal(place, "it is the root of a filesystem", "name a folder below it");
      }
      for (String source : sources) {
        Path read = Locations.absolute(source, hadoop);
        if (Locations.holds(place, read) || Locations.holds(read, place)) {
          throw refusal(
              place, "the labels " + Locations.uri(read) + " lie there", "name another folder");
        }
      }
      requireFree(place, existing, hadoop);
      WritablePlace.require(place, hadoop);
      return new WholeTable(place, hadoop);
    } catch (IOException | IllegalArgumentException failure) {
      throw new BadInputException(
          "Cannot write labels to %s: %s (name a folder)"
              .formatted(output, FailureReason.of(failure)),
          failure);
    }
  }

  private static void requireFree(Path place, ExistingTable existing, Configuration hadoop)
      throws IOException {
    List<FileStatus> held;
    try {
      if (!Locations.store(place, hadoop).getFileStatus(place).isDirectory()) {
        throw refusal(place, "it is a file", "name a folder");
      }
      held = List.of(Locations.store(place, hadoop).listStatus(place));
    } catch (FileNotFoundException free) {
      return;
    }
    FolderContents contents = FolderContents.of(held, hadoop);
    if (!contents.foreign().isEmpty()) {
      String others = String.join(", ", contents.foreign());
      throw refusal(place, "it holds what is no label table: " + others, "name another folder");
    }
    if (!contents.labels().isEmpty() && existing == ExistingTable.REFUSE) {
      throw refusal(place, "it holds labels", "--overwrite replaces them, or name another folder");
    }
  }

  /**
   * Writes it beside its place, ordered by image, and puts it there when it is whole.
   *
   * @param rows of {@link LabelTable#schema}, by {@link LabelWriter#rows}
   * @param record what lies beside them
   * @param warnings takes what went wrong without harm to the labels
   */
  public void write(Dataset<Row> rows, RunRecord record, Consumer<String> warnings)
      throws IOException {
    Path unfinished = FolderSwap.unfinished(output);
    rows.orderBy(LabelColumn.IMAGE_URI.columnName())
        .write()
        .format(DescribedParquet.class.getName())
        .mode(SaveMode.Overwrite)
        .option("compression", "zstd")
        .option("maxRecordsPerFile", 0)
        .option(LabelTable.VERSION_KEY, LabelColumn.VERSION)
        .option(LabelTable.BOX_CONVENTION_KEY, LabelColumn.BOX_CONVENTION)
        .save(unfinished.toString());
    Path work = new Path(unfinished, OutputFolder.WORK);
    StoredFile.write(new Path(work, RunRecord.FILE_NAME), record.json(), hadoop);
    FolderSwap.swap(unfinished, output, hadoop, warnings);
  }

  /** As the user will find it. */
  public String uri() {
    return Locations.uri(output);
  }

  private static BadInputException refusal(Path output, String reason, String remedy) {
    return new BadInputException(
        "Cannot write labels to " + Locations.uri(output) + ": " + reason + " (" + remedy + ")");
  }
}
