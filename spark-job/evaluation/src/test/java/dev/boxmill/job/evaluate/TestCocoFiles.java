package dev.boxmill.job.evaluate;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.job.error.BadInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TestCocoFiles {

  private static final String TRUTH =
      "{'images': [{'id': 1, 'file_name': 'a.jpg'}], 'categories': [{'id': 7, 'name': 'cat'}],"
          + " 'annotations': []}";

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "[] | it is no JSON object (give a file with images, annotations, categories)",
        "{'images': []} | it has no images (give a file with images, annotations, categories)",
        "{'images': 3} | 'images' is no array",
        "{'images': [{'file_name': 'a'}]} | images[0] has no 'id'",
        "{'images': [{'id': 'a'}]} | images[0] has a 'id' that is no whole number: a",
        "{'annotations': [{'id': 1, 'bbox': [1, 2]}]} | annotations[0] has a 'bbox' of 2 numbers",
        "{'annotations': [{'id': 1, 'image_id': 1}]} | annotations[0] has no 'category_id'",
        "{'images': [ | line 1 is no JSON"
      })
  void brokenGroundTruthIsNamed(String json, String reason) throws IOException {
    Path file = write(json);
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith("Cannot read ground truth " + file + ": ")
        .hasMessageContaining(reason);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "{} | it is no JSON array (give a file in COCO's result form)",
        "[{'image_id': 1}] | [0] has no 'category_id'",
        "[{'image_id': 1, 'category_id': 7, 'score': 1}] | [0] has no 'bbox'",
        "[{'image_id': 1, 'category_id': 7, 'score': NaN}] | line 1 is no JSON",
        "[{'image_id': 2, 'category_id': 7, 'score': 1, 'bbox': [1, 2, 3, 4]}]"
            + " | 1 of its images are not in the ground truth: image_id 2",
        "[{'image_id': 1, 'category_id': 8, 'score': 1, 'bbox': [1, 2, 3, 4]}]"
            + " | none of its categories is in the ground truth"
      })
  void brokenResultsAreNamed(String json, String reason) throws IOException {
    GroundTruth truth = read(write(TRUTH));
    Path file = write(json);
    assertThatThrownBy(
            () -> ResultFile.read(file.toString(), truth, () -> new Configuration(false)))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith("Cannot read results " + file + ": ")
        .hasMessageContaining(reason);
  }

  private static GroundTruth read(Path file) {
    return GroundTruthFile.read(
        file.toString(), EvaluationStyle.COCO, () -> new Configuration(false));
  }

  private Path write(String json) throws IOException {
    Path file = Files.createTempFile(folder, "coco", ".json");
    return Files.writeString(file, json.replace('\'', '"'));
  }
}
