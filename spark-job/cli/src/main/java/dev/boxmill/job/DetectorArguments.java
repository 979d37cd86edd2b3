package dev.boxmill.job;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.session.LabelSettings;
import java.util.List;
import picocli.CommandLine.Option;

/** Which detector, as every command that runs one asks. */
final class DetectorArguments {

  private static final List<String> PRECISIONS = List.of("auto", "fp32", "bf16", "fp16");

  @Option(
      names = "--detector",
      paramLabel = "DIR-OR-URI",
      description =
          "A Hugging Face directory, or a .pth as the detector's authors or detrex saved it, on any"
              + " Hadoop filesystem. Without it: the embedded detector.")
  private String detector = LabelSettings.EMBEDDED;

  @Option(
      names = "--architecture",
      paramLabel = "NAME[:key=value,…]",
      description =
          "What network a .pth holds, where its tensors leave that open, and settings that they"
              + " don't tell, such as heads=8.")
  private String architecture = LabelSettings.RECOGNISED;

  @Option(
      names = "--labels",
      paramLabel = "FILE",
      description =
          "Class names, one a line from index 0 on, or JSON {\"0\": \"name\"}. Without it: the"
              + " detector's; for a .pth, COCO's where it has 91 or 80 classes.")
  private String labels = LabelSettings.OWN_LABELS;

  @Option(
      names = "--precision",
      paramLabel = "auto|fp32|bf16|fp16",
      defaultValue = "auto",
      description = "Number format of the network. Default: ${DEFAULT-VALUE}.")
  private String precision;

  /**
   * With these and the command's own settings.
   *
   * @throws BadInputException if the precision is unknown
   */
  LabelSettings settings(List<String> refiners, double minScore, int topK) {
    if (!PRECISIONS.contains(precision)) {
      throw new BadInputException(
          "Unknown precision '" + precision + "' (known: " + String.join(", ", PRECISIONS) + ")");
    }
    return new LabelSettings(detector, refiners, precision, minScore, topK, architecture, labels);
  }
}
