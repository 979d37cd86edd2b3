package dev.boxmill.job.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.job.error.BadInputException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
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
        "[] | it has no image that counts (annotate some)",
        "3 | it is no JSON object (give a file with images, annotations, categories)",
        "{'images': []} | it has no images (give a file with images, annotations, categories)",
        "{'images': 3} | 'images' is no array",
        "{'images': [{'file_name': 'a'}]} | images[0] has no 'id'",
        "{'images': [{'id': 1.5}]} | images[0] has a 'id' that is no whole number: 1.5",
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
            () ->
                ResultFile.read(
                    file.toString(), truth, ImageScope.ALL, () -> new Configuration(false)))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith("Cannot read results " + file + ": ")
        .hasMessageContaining(reason);
  }

  /** A text that is a number is that number, whatever the other file has. */
  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {"'cat', 'first', 'cat', 'first'", "'7', '1', 7, 1", "7, 1, '7', '1'"})
  void idsMayBeTexts(String category, String image, String itsCategory, String itsImage)
      throws IOException {
    GroundTruth truth =
        read(
            write(
                ("{'images': [{'id': %2$s}, {'id': 'second'}], 'categories': [{'id': %1$s, 'name':"
                        + " 'x'}], 'annotations': [{'id': 'k', 'image_id': %2$s, 'category_id':"
                        + " %1$s, 'bbox': [1, 2, 3, 4]}]}")
                    .formatted(category, image)));
    assertThat(truth.images()).hasSize(2);
    assertThat(truth.images())
        .filteredOn(one -> truth.ids().shown(one.id()).equals(image.replace("'", "")))
        .singleElement()
        .satisfies(one -> assertThat(one.truth().objects()).hasSize(1));
    Path results =
        write(
            "[{'image_id': %s, 'category_id': %s, 'score': 1, 'bbox': [1, 2, 3, 4]}]"
                .formatted(itsImage, itsCategory));
    ResultFile.Results found =
        ResultFile.read(results.toString(), truth, ImageScope.ALL, () -> new Configuration(false));
    assertThat(found.count()).isEqualTo(1);
    assertThat(found.findings().sentences()).isEmpty();
  }

  @Test
  void messagesNameIdsAsTheFileHasThem() throws IOException {
    GroundTruth truth = read(write(TRUTH));
    Path results =
        write("[{'image_id': 'front', 'category_id': 7, 'score': 1, 'bbox': [1, 2, 3, 4]}]");
    assertThatThrownBy(
            () ->
                ResultFile.read(
                    results.toString(), truth, ImageScope.ALL, () -> new Configuration(false)))
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("image_id front");
  }

  @Test
  void resultsOfOtherImagesAreLeftOutWhereThatIsAskedFor() throws IOException {
    GroundTruth truth = read(write(TRUTH));
    String box = "'category_id': 7, 'score': 1, 'bbox': [1, 2, 3, 4]}";
    Path results = write("[{'image_id': 1, " + box + ", {'image_id': 2, " + box + "]");
    ResultFile.Results found =
        ResultFile.read(
            results.toString(), truth, ImageScope.ANNOTATED, () -> new Configuration(false));
    assertThat(found.findings().sentences())
        .containsExactly("1 detections in images that the ground truth lacks: left out (id 2)");
  }

  @Test
  void zippedFilesAreReadWhateverTheirName() throws IOException {
    Path file = folder.resolve("zipped.json");
    try (OutputStream zip = new GZIPOutputStream(Files.newOutputStream(file))) {
      zip.write(TRUTH.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }
    assertThat(read(file).categories()).isEqualTo(read(write(TRUTH)).categories());
  }

  /** As Roboflow exports it: the first category stands for all, with the name of one. */
  @Test
  void aRootCategoryWithoutAnnotationsIsLeftOut() throws IOException {
    String json =
        "{'images': [{'id': 1, 'file_name': 'a.jpg'}], 'categories': [{'id': 0, 'name': 'cat',"
            + " 'supercategory': 'none'}, {'id': 1, 'name': 'cat', 'supercategory': 'cat'}, {'id':"
            + " 2, 'name': 'dog', 'supercategory': 'cat'}], 'annotations': [{'id': 1, 'image_id':"
            + " 1, 'category_id': 2, 'bbox': [1, 2, 3, 4]}]}";
    GroundTruth truth = read(write(json));
    assertThat(truth.categories()).extracting(TruthCategory::id).containsExactly(1L, 2L);
    assertThat(truth.findings().sentences())
        .contains("1 categories that only group others, without annotations: left out (id 0)");
    GroundTruth annotated = read(write(json.replace("'category_id': 2", "'category_id': 0")));
    assertThat(annotated.categories()).hasSize(3);
    GroundTruth flat = read(write(json.replace("'supercategory': 'cat'", "'supercategory': ''")));
    assertThat(flat.categories()).hasSize(3);
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
