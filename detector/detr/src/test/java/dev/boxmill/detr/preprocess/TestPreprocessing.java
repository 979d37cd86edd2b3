package dev.boxmill.detr.preprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.schemas.ImageSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TestPreprocessing {
  private static final Preprocessing DETR =
      new Preprocessing(
          new ResizeRule.ShortestEdge(800, 1333),
          Resampling.BILINEAR,
          1 / 255.0,
          List.of(0.485, 0.456, 0.406),
          List.of(0.229, 0.224, 0.225));
  private static final Preprocessing RT_DETR =
      new Preprocessing(
          new ResizeRule.Exact(new ImageSize(640, 640)),
          Resampling.BILINEAR,
          1 / 255.0,
          List.of(0.0, 0.0, 0.0),
          List.of(1.0, 1.0, 1.0));

  @TempDir private Path directory;

  /** What save_pretrained of transformers 4.57.1 writes. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        """
        {"_processor_class": null, "do_convert_annotations": true, "do_normalize": true,
         "do_pad": true, "do_rescale": true, "do_resize": true, "format": "coco_detection",
         "image_mean": [0.485, 0.456, 0.406], "image_processor_type": "DetrImageProcessor",
         "image_std": [0.229, 0.224, 0.225], "pad_size": null, "resample": 2,
         "rescale_factor": 0.00392156862745098,
         "size": {"longest_edge": 1333, "shortest_edge": 800}}""",
        """
        {"size": {"shortest_edge": 800, "longest_edge": 1333}, "do_convert_annotations": true,
         "crop_size": null, "pad_size": null, "do_resize": true, "default_to_square": false,
         "resample": 2, "do_center_crop": null, "do_rescale": true,
         "rescale_factor": 0.00392156862745098, "do_normalize": true,
         "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225], "do_pad": true,
         "do_convert_rgb": null, "return_tensors": null, "data_format": "channels_first",
         "input_data_format": null, "device": null, "disable_grouping": null,
         "format": "coco_detection", "return_segmentation_masks": null,
         "image_processor_type": "DetrImageProcessorFast"}""",
        """
        {"image_processor_type": "ConditionalDetrImageProcessor"}""",
        """
        {"image_processor_type": "DeformableDetrImageProcessorFast"}""",
        """
        {"do_normalize": true, "do_resize": true, "feature_extractor_type": "DetrFeatureExtractor",
         "format": "coco_detection", "image_mean": [0.485, 0.456, 0.406],
         "image_std": [0.229, 0.224, 0.225], "max_size": 1333, "size": 800}""",
        "{}"
      })
  void everyFormOfDetrIsTheSame(String json) {
    assertThat(parse(json)).isEqualTo(DETR);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        """
        {"do_normalize": false, "do_pad": false, "do_rescale": true, "do_resize": true,
         "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225],
         "image_processor_type": "RTDetrImageProcessor", "resample": 2,
         "rescale_factor": 0.00392156862745098, "size": {"height": 640, "width": 640}}""",
        """
        {"image_processor_type": "RTDetrImageProcessorFast"}"""
      })
  void everyFormOfRtDetrIsTheSame(String json) {
    assertThat(parse(json)).isEqualTo(RT_DETR);
  }

  /** As the Hub has it, and without a type. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        """
        {"do_normalize": true, "do_pad": true, "do_rescale": true, "do_resize": true,
         "format": "coco_detection", "image_mean": [0.485, 0.456, 0.406],
         "image_std": [0.229, 0.224, 0.225], "image_processor_type": "RfDetrImageProcessor",
         "resample": 2, "rescale_factor": 0.00392156862745098,
         "size": {"height": 384, "width": 384}}""",
        """
        {"size": {"height": 384, "width": 384}}"""
      })
  void rfDetrsImagesAreResizedWithoutAntialiasing(String json) {
    assertThat(parse(json, "rf_detr"))
        .isEqualTo(Preprocessing.square(new ImageSize(384, 384)).withoutAntialias());
  }

  @Test
  void imagesOfOneSizeAreScaledToWhatWindowsFit() {
    Preprocessing preprocessing = Preprocessing.square(new ImageSize(560, 560)).inMultiplesOf(56);
    assertThat(preprocessing.scaled(0.72).resized(new ImageSize(9, 9)))
        .isEqualTo(new ImageSize(392, 392));
  }

  @Test
  void valuesAreHonored() {
    Preprocessing found =
        parse(
            """
            {"size": {"max_height": 300, "max_width": 400}, "resample": 3, "rescale_factor": 0.5,
             "image_mean": [1, 2, 3], "image_std": [4, 5, 6]}""");

    assertThat(found)
        .isEqualTo(
            new Preprocessing(
                new ResizeRule.Within(300, 400),
                Resampling.BICUBIC,
                0.5,
                List.of(1.0, 2.0, 3.0),
                List.of(4.0, 5.0, 6.0)));
    assertThat(found.resized(new ImageSize(4000, 1000))).isEqualTo(new ImageSize(400, 100));
  }

  @Test
  void stepsCanBeSwitchedOff() {
    Preprocessing found =
        parse("{\"do_resize\": false, \"do_rescale\": false, \"do_normalize\": false}");

    assertThat(found.resized(new ImageSize(31, 17))).isEqualTo(new ImageSize(31, 17));
    assertThat(found.rescale()).isEqualTo(1);
    assertThat(found.mean()).containsOnly(0.0);
    assertThat(found.std()).containsOnly(1.0);
  }

  @Test
  void aNumberStandsForAllChannels() {
    Preprocessing found = parse("{\"image_mean\": 0.5, \"image_std\": 0.25}");

    assertThat(found.mean()).containsExactly(0.5, 0.5, 0.5);
    assertThat(found.std()).containsExactly(0.25, 0.25, 0.25);
  }

  @Test
  void anOldSizeHasItsOwnLongestEdge() {
    assertThat(parse("{\"size\": 600}").rule()).isEqualTo(new ResizeRule.ShortestEdge(600, 1333));
    assertThat(parse("{\"size\": 600, \"max_size\": 900}").rule())
        .isEqualTo(new ResizeRule.ShortestEdge(600, 900));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"resample\": 1} | Unknown resample '1' (known: 2 bilinear, 3 bicubic)",
        "{\"image_std\": [1, 0, 1]} | Invalid image_std: [1.0, 0.0, 1.0] (must not hold 0)",
        "{\"image_mean\": [1]} | Invalid image_mean: [1.0] (must be three numbers: red, green,"
            + " blue)",
        "{\"size\": {\"shortest_edge\": 0, \"longest_edge\": 9}} | Invalid size.shortest_edge: 0"
            + " (must be at least 1)",
        "{\"size\": {\"shortest_edge\": 9}} | Invalid size (must have shortest_edge and"
            + " longest_edge, height and width, or max_height and max_width)",
        "{\"do_center_crop\": true} | images are never cropped (must be false)",
        "{\"do_flip_channel_order\": true} | it sets do_flip_channel_order=true",
        "{\"size\": {\"height\": 9, \"width\": 9, \"depth\": 2}} | it sets size.depth=2",
        "{\"image_processor_type\": \"ViTImageProcessor\"} | 'ViTImageProcessor' (known:"
            + " ConditionalDetrImageProcessor, DeformableDetrImageProcessor, DetrImageProcessor,"
            + " GroundingDinoImageProcessor, PPDocLayoutV2ImageProcessor, RTDetrImageProcessor,"
            + " RfDetrImageProcessor)",
        "{\"image_processor_type\": \"RTDetrImageProcessor\", \"size\": 640} | Invalid size: 640"
            + " (must have height and width)"
      })
  void whatIsNotSupportedIsRefused(String json, String message) {
    assertThatThrownBy(() -> parse(json))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("preprocessor_config.json")
        .hasMessageContaining(message);
  }

  /** As AutoImageProcessor chooses. */
  @ParameterizedTest
  @ValueSource(strings = {"rt_detr", "rt_detr_v2"})
  void withoutATypeTheModelsProcessorIsMeant(String modelType) {
    String json = "{\"size\": {\"height\": 640, \"width\": 640}, \"do_rescale\": true}";

    assertThat(parse(json, modelType)).isEqualTo(RT_DETR);
    assertThat(parse("{}", modelType)).isEqualTo(RT_DETR);
    assertThat(parse("{\"image_processor_type\": \"DetrImageProcessor\"}", modelType))
        .isEqualTo(DETR);
  }

  /** What is never padded is the same without padding. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "'do_pad': false, 'pad_size': {'height': 64, 'width': 64}, 'size': {'max_height': 9,"
            + " 'max_width': 9}",
        "'do_pad': true, 'pad_size': null, 'size': {'max_height': 9, 'max_width': 9}",
        "'image_processor_type': 'RTDetrImageProcessor', 'pad_size': {'height': 9, 'width': 9}"
      })
  void paddingThatChangesNothingIsPassedOver(String json) {
    Preprocessing padded = parse("{" + json.replace('\'', '"') + "}");
    String without = json.replaceAll("'pad_size': (null|\\{[^}]*\\}),? ?", "").replace('\'', '"');

    assertThat(padded).isEqualTo(parse("{" + without.replaceAll(", *$", "") + "}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'do_pad': true, 'pad_size': {'height': 480, 'width': 640}, 'size': {'max_height': 480,"
            + " 'max_width': 480}",
        "'pad_size': {'height': 480, 'width': 640}, 'size': {'max_height': 480, 'max_width': 480}",
        "'image_processor_type': 'RTDetrImageProcessorFast', 'do_pad': true, 'do_normalize': true,"
            + " 'pad_size': {'height': 480, 'width': 640}, 'size': {'max_height': 480,"
            + " 'max_width': 480}"
      })
  void imagesArePaddedToTheSizeThatTheNetworkWasTrainedOn(String json) {
    Preprocessing found = parse("{" + json.replace('\'', '"') + "}");

    assertThat(found.padded()).contains(new ImageSize(640, 480));
    assertThat(found.resized(new ImageSize(1000, 500))).isEqualTo(new ImageSize(480, 240));
    assertThat(found.computed(new ImageSize(1000, 500))).isEqualTo(new ImageSize(640, 480));
    assertThat(found.scaled(0.5).computed(new ImageSize(1000, 500)))
        .isEqualTo(new ImageSize(640, 480));
  }

  @Test
  void anImageThatIsLargerThanThePaddingIsRefusedAsTransformersDoes() {
    Preprocessing found =
        parse(
            "{\"pad_size\": {\"height\": 480, \"width\": 640}, \"size\": {\"shortest_edge\": 480,"
                + " \"longest_edge\": 800}}");

    found.requireRoom(found.resized(new ImageSize(1200, 900)));
    assertThatThrownBy(() -> found.requireRoom(found.resized(new ImageSize(900, 1200))))
        .isInstanceOf(PaddingException.class)
        .hasMessage(
            "Cannot pad the image: 480 x 640 pixels after resizing are more than pad_size,"
                + " 640 x 480 (preprocessor_config.json must resize images to fit)");
  }

  private Preprocessing parse(String json) {
    return parse(json, "detr");
  }

  private Preprocessing parse(String json, String modelType) {
    try {
      Path file = directory.resolve("preprocessor_config.json");
      return Preprocessing.parse(JsonConfig.read(Files.writeString(file, json)), modelType);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
