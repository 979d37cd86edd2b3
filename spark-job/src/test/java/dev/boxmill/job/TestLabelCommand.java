package dev.boxmill.job;

import static dev.boxmill.job.TestingLabeler.picture;
import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.job.table.LabelTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestLabelCommand {

  @TempDir Path folder;

  @Test
  void folderOfImagesGivesOneRowEach() throws IOException {
    Path photos = photos(100);
    TestingCommand command = label(photos, "--output", labels());

    assertThat(command.exitCode()).as(command.err()).isZero();
    assertThat(command.out())
        .contains("100 images: 100 labelled, 0 failed")
        .contains("Labels: " + TestingSpark.uri(folder.resolve("labels")));
    assertThat(rows()).hasSize(100);
    assertThat(rows().get(7).getString(0)).isEqualTo(TestingSpark.uri(photos.resolve("0007.jpg")));
    assertThat(TestingLabeler.OPEN).hasValue(0);
  }

  private Path photos(int count) throws IOException {
    Path photos = Files.createDirectories(folder.resolve("photos"));
    for (int i = 0; i < count; i++) {
      Files.write(photos.resolve("%04d.jpg".formatted(i)), picture(10 + i, 20));
    }
    return photos;
  }

  private String labels() {
    return folder.resolve("labels").toString();
  }

  private List<Row> rows() {
    return TestingSpark.session()
        .read()
        .schema(LabelTable.schema())
        .parquet(labels())
        .orderBy("image_uri")
        .collectAsList();
  }

  private static TestingCommand label(Path input, String... more) {
    String[] arguments = new String[3 + more.length];
    arguments[0] = "label";
    arguments[1] = "--input";
    arguments[2] = input.toString();
    System.arraycopy(more, 0, arguments, 3, more.length);
    return TestingCommand.run(arguments);
  }
}
