package dev.boxmill.job;

import java.util.List;
import java.util.Objects;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Under which headings the help of a command with many options lists them. */
enum OptionSections {
  INPUT("Input", "--input", "--input-format", "--image-column", "--keep-columns"),
  OUTPUT(
      "Output",
      "--output",
      "--chunk-images",
      "--overwrite",
      "--per-class",
      "--curves",
      "--reliability",
      "--json",
      "--image-root",
      "--limit"),
  DETECTOR(
      "Detector",
      "--detector",
      "--detector-config",
      "--architecture",
      "--class-names",
      "--prompt",
      "--prompts",
      "--text-threshold",
      "--precision",
      "--tiles",
      "--decode"),
  BOXES("Boxes", "--min-score", "--top-k"),
  REFINERS("Refiners", "--refiner", "--jars"),
  TRAINING(
      "Training",
      "--start-from",
      "--epochs",
      "--batch",
      "--batch-size",
      "--accumulate",
      "--slices",
      "--learning-rate",
      "--backbone-learning-rate",
      "--weight-decay",
      "--clip",
      "--first-move",
      "--warm-up",
      "--schedule",
      "--drop-at",
      "--average",
      "--ema",
      "--freeze",
      "--mirrored",
      "--no-flip",
      "--no-crop",
      "--no-resize",
      "--scales",
      "--validation-ground-truth",
      "--validation-share",
      "--seed",
      "--dtype",
      "--save-every"),
  MATCHING(
      "Matching",
      "--classes",
      "--match-classes-by",
      "--class-map",
      "--annotated-only",
      "--only-reviewed",
      "--match-iou",
      "--kept-iou"),
  CURVES("Curves", "--method", "--least-boxes"),
  FUSION("Fusion", "--weights", "--iou", "--confidence", "--common-only"),
  DOUBTS("Doubts", "--high-score", "--low-score"),
  LIMITS("Limits", "--max-failure-rate", "--max-pixels", "--threads", "--memory"),
  HELP("Help", "--help", "--version");

  /** A shorter help is read as a whole. */
  private static final int MANY_OPTIONS = 12;

  /** Between them other groups of the command find their place. */
  private static final int STEP = 10;

  private final String heading;
  private final List<String> options;

  OptionSections(String heading, String... options) {
    this.heading = heading;
    this.options = List.of(options);
  }

  /**
   * Puts a command's options under headings. Those that must be given stay above all, and those
   * that exclude each other in their own group.
   */
  static void group(CommandSpec command) {
    if (command.options().size() < MANY_OPTIONS) {
      return;
    }
    for (OptionSections section : values()) {
      section.take(command);
    }
  }

  private void take(CommandSpec command) {
    List<OptionSpec> taken =
        options.stream()
            .map(command::findOption)
            .filter(Objects::nonNull)
            .filter(option -> option.group() == null && !option.required())
            .toList();
    if (taken.isEmpty()) {
      return;
    }
    ArgGroupSpec.Builder group =
        ArgGroupSpec.builder()
            .validate(false)
            .heading("%n" + heading + ":%n")
            .order(STEP * ordinal());
    for (OptionSpec option : taken) {
      command.remove(option);
      group.addArg(option);
    }
    command.addArgGroup(group.build());
  }
}
