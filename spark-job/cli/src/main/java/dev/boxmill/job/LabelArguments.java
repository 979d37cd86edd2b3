package dev.boxmill.job;

import dev.boxmill.image.Decoding;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.run.LabelRequest;
import dev.boxmill.job.session.LabelSettings;
import dev.boxmill.job.source.InputFormat;
import dev.boxmill.job.source.TableOptions;
import dev.boxmill.job.table.OutputFolder.ExistingLabels;
import dev.boxmill.job.tiles.Tiling;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What to label, how, and where to: the options of {@code label} and of what looks ahead to it. */
final class LabelArguments {

  private static final String SAMPLE_OUTPUT = "boxmill-out/labels";

  /** Among {@link OptionSections}. */
  private static final int AFTER_OUTPUT = 15;

  @Option(
      names = "--input",
      arity = "1..*",
      paramLabel = "URI",
      description =
          "Folders, patterns, files, lists of images (text, CSV, JSON, S3 Inventory), Parquet"
              + " tables or tar archives, on any Hadoop filesystem. Without it: the bundled sample"
              + " scenes.")
  private List<String> inputs = List.of();

  @Option(
      names = "--output",
      paramLabel = "URI",
      description = "Folder of the label table. Needed with --input; else " + SAMPLE_OUTPUT + ".")
  private String output;

  @Mixin private DetectorArguments detector;

  @Mixin private RefinerArguments refiners;

  @Option(
      names = "--min-score",
      paramLabel = "SCORE",
      defaultValue = "0.05",
      description = "Keeps boxes that score above it, 0 to 1. Default: ${DEFAULT-VALUE}.")
  private double minScore;

  @Option(
      names = "--top-k",
      paramLabel = "N",
      description = "At most that many boxes per image. Default: as the checkpoint says.")
  private Integer topK;

  @Option(
      names = "--tiles",
      paramLabel = "SIDE[:key=value,…]",
      description =
          "Cuts pictures that are larger into tiles of that many pixels, and joins the boxes:"
              + " overlap=0.2, full=true to look at the whole picture too, join=nms|greedynmm|nmm,"
              + " match=ios|iou, threshold=0.5, across-classes=true. Without it: pictures stay"
              + " whole.")
  private String tiles;

  @Option(
      names = "--decode",
      paramLabel = "full|scaled",
      defaultValue = "full",
      description =
          "scaled: decodes a JPEG at 1/2, 1/4 or 1/8 where that is enough for the network, which"
              + " takes less time and moves boxes a little. Default: ${DEFAULT-VALUE}.")
  private String decode;

  @Option(
      names = "--input-format",
      paramLabel = "auto|files|manifest|parquet|webdataset",
      defaultValue = "auto",
      converter = InputFormatConverter.class,
      description = "What the inputs are. Default: each by its extension and columns.")
  private InputFormat inputFormat;

  @Option(
      names = "--image-column",
      paramLabel = "NAME",
      description =
          "The column of Parquet tables that holds the images' bytes, or their addresses as text;"
              + " a.b is a field of a struct. Default: by its usual names.")
  private String imageColumn;

  @Option(
      names = "--keep-columns",
      paramLabel = "NAME",
      split = ",",
      description =
          "Columns of Parquet tables, and of CSV and JSON lists, that the label table carries along,"
              + " with commas between them: fields of its column kept.")
  private List<String> keepColumns = List.of();

  /** One of them. */
  static final class Replacing {
    @Option(
        names = "--overwrite",
        description = "Replaces the labels in --output once the new ones are whole.")
    private boolean overwrite;

    @Option(
        names = "--retry-failed",
        description =
            "Labels the failed images of --output again, and no others; signed ones by the fresh"
                + " signatures of the lists in --input.")
    private boolean retryFailed;

    @Option(
        names = "--drop-missing",
        description =
            "Takes rows of images that the input no longer has out of --output, once new images"
                + " are labeled.")
    @SuppressWarnings("UnusedVariable") // of those that exclude each other, the one that is left
    private boolean dropMissing;

    private ExistingLabels existing() {
      return overwrite
          ? ExistingLabels.REPLACE
          : retryFailed ? ExistingLabels.RETRY_FAILED : ExistingLabels.DROP_MISSING;
    }
  }

  @ArgGroup(heading = "%nLabels that are in --output already, one of:%n", order = AFTER_OUTPUT)
  private Replacing replacing;

  @Option(
      names = "--chunk-images",
      paramLabel = "N",
      description =
          "Images that are committed together; a killed run loses no more than a few such chunks."
              + " Default: 256 for each task that runs at once, more for many images.")
  private Long chunkImages;

  @Mixin private LimitArguments limits;

  /** Jars with plugins. */
  List<Path> jars() {
    return limits.jars();
  }

  /**
   * What they ask for together.
   *
   * @throws BadInputException if one is out of range or missing, or they contradict each other
   */
  LabelRequest request() {
    LabelSettings settings = settings();
    return new LabelRequest(
        inputs,
        inputFormat,
        new TableOptions(imageColumn, keepColumns),
        output(),
        replacing == null ? ExistingLabels.CONTINUE : replacing.existing(),
        settings,
        chunkImages == null ? OptionalLong.empty() : OptionalLong.of(chunkImages),
        limits.maxFailureRate());
  }

  private LabelSettings settings() {
    LimitArguments.requireShare("--min-score", minScore);
    if (topK != null && topK < 1) {
      throw new BadInputException("Invalid --top-k: " + topK + " (must be at least 1)");
    }
    if (chunkImages != null && chunkImages < 1) {
      throw new BadInputException(
          "Invalid --chunk-images: " + chunkImages + " (must be at least 1)");
    }
    return detector
        .settings()
        .withRefiners(refiners.chain())
        .withMinScore(minScore)
        .withTopK(topK == null ? OptionalInt.empty() : OptionalInt.of(topK))
        .withMaxPixels(limits.maxPixels())
        .withTiling(tiles == null ? Tiling.NONE : Tiling.parse(tiles))
        .withDecoding(decoding());
  }

  private Decoding decoding() {
    try {
      return Decoding.of(decode);
    } catch (IllegalArgumentException unknown) {
      throw new BadInputException("Invalid --decode: " + unknown.getMessage(), unknown);
    }
  }

  private String output() {
    if (output != null) {
      return output;
    }
    if (inputs.isEmpty()) {
      return SAMPLE_OUTPUT;
    }
    throw new BadInputException("Missing --output (name a folder for the labels)");
  }
}
