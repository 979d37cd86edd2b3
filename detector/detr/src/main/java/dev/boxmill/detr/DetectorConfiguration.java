package dev.boxmill.detr;

import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.detr.architecture.Architecture;
import dev.boxmill.detr.preprocess.Preprocessing;
import dev.boxmill.schemas.ImageSize;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A Hugging Face directory without its weights: {@code config.json} and the image processor's file.
 *
 * @param files both
 * @param preprocessing what images look like before the network
 */
public record DetectorConfiguration(
    List<Path> files, Architecture architecture, Preprocessing preprocessing) {

  /** What says which network it is. */
  static final String NETWORK = "config.json";

  private static final String PREPROCESSOR = "preprocessor_config.json";
  private static final String PROCESSOR = "processor_config.json";

  private static final List<ImageSize> SHAPES =
      List.of(new ImageSize(640, 480), new ImageSize(480, 640), new ImageSize(1000, 1000));

  public DetectorConfiguration {
    files = List.copyOf(files);
  }

  /**
   * Reads both files.
   *
   * @throws CheckpointException if one is missing, damaged, asks for what is not supported, or they
   *     don't go together
   */
  public static DetectorConfiguration read(Path directory) {
    Path config = directory.resolve(NETWORK);
    Path preprocessor = preprocessor(directory);
    JsonConfig network = JsonConfig.read(config);
    Architecture architecture = DetrFamily.parse(network);
    Preprocessing preprocessing =
        Preprocessing.parse(imageProcessor(preprocessor), network.text("model_type"));
    requireTaken(preprocessing, architecture, directory);
    return new DetectorConfiguration(
        List.of(config, preprocessor),
        architecture,
        preprocessing.inMultiplesOf(architecture.sideMultiple()));
  }

  /** Where a processor of several parts was saved, its image processor lies among them. */
  private static Path preprocessor(Path directory) {
    Path alone = directory.resolve(PREPROCESSOR);
    Path parts = directory.resolve(PROCESSOR);
    return !Files.exists(alone) && Files.exists(parts) ? parts : alone;
  }

  private static JsonConfig imageProcessor(Path file) {
    JsonConfig config = JsonConfig.read(file);
    return file.endsWith(PROCESSOR) ? config.object("image_processor") : config;
  }

  /** Images of several shapes have one size behind a rule that gives all the same. */
  private static void requireTaken(
      Preprocessing preprocessing, Architecture architecture, Path directory) {
    for (ImageSize image : SHAPES) {
      ImageSize size = preprocessing.computed(image);
      int multiple = architecture.sideMultiple();
      if (multiple > 1 && !size.equals(preprocessing.resized(image))) {
        throw new CheckpointException(
            ("Cannot use %s: pad_size in preprocessor_config.json fills images up, and this"
                    + " network would compute that too (give size the same height and width, or"
                    + " leave pad_size out)")
                .formatted(directory));
      }
      if (size.width() % multiple != 0 || size.height() % multiple != 0) {
        throw new CheckpointException(
            ("Cannot use %s: the network takes images whose sides are multiples of %d, but"
                    + " preprocessor_config.json makes some of %d x %d (give it a size with a height"
                    + " and a width that are)")
                .formatted(directory, multiple, size.width(), size.height()));
      }
      if (!architecture.takes(size)) {
        throw new CheckpointException(
            ("Cannot use %s: anchor_image_size in config.json is for images of one size, but"
                    + " preprocessor_config.json makes some of %d x %d (give that the same height"
                    + " and width, or leave anchor_image_size out)")
                .formatted(directory, size.width(), size.height()));
      }
    }
  }
}
