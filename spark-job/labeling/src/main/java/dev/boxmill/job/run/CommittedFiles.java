package dev.boxmill.job.run;

import dev.boxmill.job.manifest.FileSort;
import dev.boxmill.job.manifest.ListedFile;
import dev.boxmill.job.manifest.SortedFiles;
import dev.boxmill.job.table.LabelWriter;
import dev.boxmill.job.table.OutputFolder;
import dev.boxmill.schemas.LabelColumn;
import java.io.IOException;
import java.util.Iterator;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;

/** What the committed chunks of a label table were made of. */
public record CommittedFiles(SparkSession spark, OutputFolder output) {

  /** The files of all committed chunks. */
  SortedFiles listed() throws IOException {
    try (FileSort files = new FileSort()) {
      output.chunks().forEachFileOf(output.chunks().committed(), files::add);
      return files.sorted();
    }
  }

  /**
   * The same, and the images of tables by the URIs in their rows: such an image may be given as a
   * file another time.
   */
  public SortedFiles known() throws IOException {
    boolean[] tables = {false};
    try (FileSort files = new FileSort()) {
      output
          .chunks()
          .forEachFileOf(
              output.chunks().committed(),
              file -> {
                files.add(file);
                tables[0] |= file.kind() == ListedFile.Kind.TABLE;
              });
      if (tables[0]) {
        addImages(files);
      }
      return files.sorted();
    }
  }

  private void addImages(FileSort files) throws IOException {
    output
        .chunks()
        .reading(
            () -> {
              uris()
                  .forEachRemaining(
                      uri -> files.add(ListedFile.image(uri, ListedFile.UNKNOWN_LENGTH)));
              return files;
            });
  }

  private Iterator<String> uris() {
    return new LabelWriter(spark)
        .read(output.table())
        .select(LabelColumn.IMAGE_URI.columnName())
        .as(Encoders.STRING())
        .toLocalIterator();
  }
}
