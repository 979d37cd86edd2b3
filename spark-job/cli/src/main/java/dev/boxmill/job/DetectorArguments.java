package dev.boxmill.job;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.session.LabelSettings;
import dev.boxmill.job.session.PromptRequest;
import dev.boxmill.torchscript.Precision;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which detector, as every command that runs one asks. */
final class DetectorArguments {

  @Option(
      names = "--detector",
      paramLabel = "DIR-OR-URI",
      description =
          "A Hugging Face directory, or a .pth as the detector's authors or detrex saved it, on any"
              + " Hadoop filesystem; or OWNER/NAME of what lies in this machine's cache of the"
              + " Hugging Face Hub. Without it: the embedded detector.")
  private String detector = LabelSettings.EMBEDDED;

  @Option(
      names = "--architecture",
      paramLabel = "NAME[:key=value,…]",
      description =
          "What network a .pth holds, where its tensors leave that open, and settings that they"
              + " don't tell, such as heads=8.")
  private String architecture;

  @Option(
      names = "--class-names",
      paramLabel = "FILE",
      description =
          "A file of class names: one a line from index 0 on, or JSON {\"0\": \"name\"}. Without"
              + " it: the detector's; for a .pth, COCO's where it has 91 or 80 classes.")
  private String classNames;

  @Option(
      names = "--prompt",
      paramLabel = "PHRASES",
      description =
          "What a detector that reads (Grounding DINO, MM-Grounding-DINO, LLMDet) is to find, with"
              + " periods between: \"red apple. forklift. person with helmet\". Each phrase is a"
              + " class.")
  private String prompt;

  @Option(
      names = "--prompts",
      paramLabel = "FILE",
      description =
          "The same as a file with a class a line, and its phrases, 'fruit: red apple, pear'; or as"
              + " JSON {\"fruit\": [\"red apple\", \"pear\"]}. Label ids are in the file's order.")
  private String prompts;

  @Option(
      names = "--text-threshold",
      paramLabel = "SCORE",
      description =
          "Of the classes of a box whose best scores above --min-score, keeps those that score"
              + " above this, 0 to 1. For detectors that read. Default: --min-score.")
  private Double textThreshold;

  @Option(
      names = "--precision",
      paramLabel = "auto|fp32|bf16|fp16",
      defaultValue = "auto",
      description = "Number format of the network. Default: ${DEFAULT-VALUE}.")
  private String precision;

  /**
   * The detector's part of the settings; the rest are the defaults.
   *
   * @throws BadInputException if the precision is unknown
   */
  LabelSettings settings() {
    return LabelSettings.DEFAULTS
        .withDetector(detector)
        .withArchitecture(Optional.ofNullable(architecture))
        .withClassNames(Optional.ofNullable(classNames))
        .withPrompt(prompt())
        .withPrecision(precision());
  }

  private PromptRequest prompt() {
    if (prompt != null && prompts != null) {
      throw new BadInputException(
          "Cannot take both --prompt and --prompts (put all classes into the file)");
    }
    PromptRequest request =
        prompt != null
            ? PromptRequest.line(prompt)
            : prompts != null ? PromptRequest.file(prompts) : PromptRequest.NONE;
    if (textThreshold == null) {
      return request;
    }
    LimitArguments.requireShare("--text-threshold", textThreshold);
    if (request.form() == PromptRequest.Form.NONE) {
      throw new BadInputException(
          "Cannot take --text-threshold without a prompt (name what to find with --prompt)");
    }
    return request.withTextThreshold((float) (double) textThreshold);
  }

  private Precision precision() {
    try {
      return Precision.of(precision);
    } catch (IllegalArgumentException unknown) {
      throw new BadInputException(unknown.getMessage(), unknown);
    }
  }
}
