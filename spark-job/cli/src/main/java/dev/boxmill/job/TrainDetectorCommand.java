package dev.boxmill.job;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.evaluate.Reviewed;
import dev.boxmill.job.run.BoxmillSession;
import dev.boxmill.job.train.DetectorRequest;
import dev.boxmill.job.train.DetectorRequest.ClassChoice;
import dev.boxmill.job.train.DetectorSettings;
import dev.boxmill.job.train.DetectorSettings.Dtype;
import dev.boxmill.job.train.DetectorSettings.FrozenPart;
import dev.boxmill.job.train.DetectorSettings.Schedule;
import dev.boxmill.job.train.DetectorTraining;
import dev.boxmill.job.train.TrainingRequest.ExistingTraining;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code boxmill train-detector}: annotated images and a detector in, a better detector out. */
@Command(
    name = "train-detector",
    description = {
      "Trains a detector on annotated images: fine-tunes one, also to other classes, or begins from"
          + " nothing.",
      "The same command goes on after a stop. OUTPUT is a detector's directory: the best weights by AP"
          + " on held-out images, with training.json, curve.csv and curve.svg beside them."
    },
    sortOptions = false,
    mixinStandardHelpOptions = true)
final class TrainDetectorCommand implements Callable<Integer> {

  @Option(
      names = "--input",
      required = true,
      arity = "1..*",
      paramLabel = "URI",
      description = "Folders, patterns, files or manifests of images, on any Hadoop filesystem.")
  private List<String> inputs;

  @Mixin private GroundTruthArgument groundTruth;

  @Option(
      names = "--validation-ground-truth",
      paramLabel = "FILE",
      description =
          "Annotations of the images of --input that are held out to measure AP. Without it:"
              + " --validation-share of those of --ground-truth.")
  private String validationTruth;

  @Option(
      names = "--only-reviewed",
      description =
          "Of Label Studio's tasks, only those with an annotation that is not cancelled count; others"
              + " are left out. Without it they count by their predictions. Of --validation-ground-truth"
              + " all count where it does not tell.")
  private boolean onlyReviewed;

  @Mixin private ClassMatchingArguments matching;

  @Option(
      names = "--classes",
      defaultValue = "auto",
      paramLabel = "auto|keep|new",
      description =
          "Which classes it learns: keep, the detector's own; new, the annotations' categories, from"
              + " class heads that --seed draws; auto, its own if it knows all categories, new ones if"
              + " it knows none. Default: ${DEFAULT-VALUE}.")
  private String classes;

  @Mixin private DetectorArguments detector;

  @Option(
      names = "--detector-config",
      paramLabel = "DIR|FILE",
      description =
          "Begins from nothing, with a network of this config.json (its image processor's file"
              + " beside it), or of the embedded detector's: embedded. --seed draws its weights.")
  private String config;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "URI",
      description = "Folder of the training, and directory of the detector.")
  private String output;

  @Option(
      names = "--epochs",
      defaultValue = "12",
      paramLabel = "N",
      description =
          "How often every image is seen; more of them go on with a training that has ended. Default:"
              + " ${DEFAULT-VALUE}.")
  private int epochs;

  @Option(
      names = "--batch-size",
      defaultValue = "16",
      paramLabel = "N",
      description =
          "Images of one step, on all executors together; how many executors share it changes"
              + " nothing. Default: ${DEFAULT-VALUE}.")
  private int batch;

  @Option(
      names = "--accumulate",
      paramLabel = "N",
      description =
          "Parts of a batch that go through the network one after the other: more need less memory,"
              + " and the gradient is the same where no BatchNorm is live. Default: half of"
              + " --batch-size, two images at a time.")
  private Integer accumulate;

  @Option(
      names = "--learning-rate",
      defaultValue = "1e-4",
      paramLabel = "RATE",
      description =
          "Of AdamW, for all but the backbone; no more than 1. Default: ${DEFAULT-VALUE}.")
  private double learningRate;

  @Option(
      names = "--backbone-learning-rate",
      paramLabel = "RATE",
      description = "For the backbone. Default: a tenth of --learning-rate.")
  private Double backboneLearningRate;

  @Option(
      names = "--weight-decay",
      defaultValue = "1e-4",
      paramLabel = "SHARE",
      description = "Of AdamW. Default: ${DEFAULT-VALUE}.")
  private double weightDecay;

  @Option(
      names = "--clip",
      defaultValue = "0.1",
      paramLabel = "NORM",
      description = "The gradient's norm is clipped to that. Default: ${DEFAULT-VALUE}.")
  private double clip;

  @Option(
      names = "--warm-up",
      defaultValue = "0",
      paramLabel = "STEPS",
      description =
          "First steps, in which the learning rates grow to their full size. Default:"
              + " ${DEFAULT-VALUE}.")
  private int warmUp;

  @Option(
      names = "--schedule",
      defaultValue = "drop",
      paramLabel = "drop|cosine",
      description =
          "How learning rates fall: to a tenth at --drop-at, or to nothing along a cosine. Default:"
              + " ${DEFAULT-VALUE}.")
  private String schedule;

  @Option(
      names = "--drop-at",
      defaultValue = "0.9167",
      paramLabel = "SHARE",
      description =
          "Share of all steps after which learning rates drop. Default: ${DEFAULT-VALUE} (11 of 12"
              + " epochs).")
  private double dropAt;

  @Option(
      names = "--ema",
      defaultValue = "0",
      paramLabel = "DECAY",
      description =
          "Keeps the exponential average of all steps' weights, with that decay (0.993, say), instead"
              + " of the last step's. Default: ${DEFAULT-VALUE}.")
  private double average;

  @Option(
      names = "--freeze",
      split = ",",
      paramLabel = "backbone|encoder",
      description = "Parts of the network that stay as they are. Default: none.")
  private List<String> frozen = List.of();

  @Option(
      names = "--no-flip",
      description = "No image is seen mirrored. Without this option, every second one is.")
  private boolean noFlip;

  @Option(
      names = "--no-crop",
      description =
          "No image is cut. Without this option, of every second one a part is cut out, as DETR's"
              + " authors do.")
  private boolean noCrop;

  @Option(
      names = "--no-resize",
      description =
          "Images are seen in the detector's usual size alone. Without this option, in the sizes of"
              + " --scales.")
  private boolean noResize;

  @Mixin private TrainingArguments training;

  @Option(
      names = "--slices",
      paramLabel = "N",
      description =
          "Tasks that share a batch; on the CPU each holds a copy of the network. Default: as many as"
              + " run at once.")
  private Integer slices;

  @Option(
      names = "--dtype",
      defaultValue = "float32",
      paramLabel = "float32|float16",
      description =
          "What the detector's weights are written in; AP is measured with them. Training itself is"
              + " float32. Default: ${DEFAULT-VALUE}.")
  private String dtype;

  @Option(
      names = "--save-every",
      defaultValue = "300",
      paramLabel = "SECONDS",
      description = "Most seconds of work that a kill can cost. Default: ${DEFAULT-VALUE}.")
  private long saveEvery;

  @Option(
      names = "--overwrite",
      description =
          "Starts from the beginning where a training lies in --output, which stays until the new one"
              + " has ended, and for good where the new one is worse.")
  private boolean overwrite;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    DetectorRequest request =
        new DetectorRequest(
            inputs,
            groundTruth.file(),
            Optional.ofNullable(validationTruth),
            onlyReviewed ? Reviewed.ONLY : Reviewed.ALL,
            matching.matching(),
            choice("--classes", classes, ClassChoice.values()),
            config(),
            detector.settings(),
            output,
            overwrite ? ExistingTraining.REPLACE : ExistingTraining.RESUME,
            TrainingArguments.saveEvery(saveEvery),
            slices(),
            settings());
    try (BoxmillSession session = BoxmillSession.start(List.of())) {
      String summary = new DetectorTraining(session.spark(), request, System.err).run().summary();
      spec.commandLine().getOut().print(summary);
      spec.commandLine().getOut().flush();
    }
    return ExitCode.WHOLE;
  }

  private Optional<String> config() {
    for (String other : List.of("--detector", "--architecture", "--class-names")) {
      if (config != null && spec.commandLine().getParseResult().hasMatchedOption(other)) {
        throw new BadInputException(
            "Invalid --detector-config: "
                + config
                + " (must be left out, or "
                + other
                + " must: a training begins with a detector or from nothing)");
      }
    }
    return Optional.ofNullable(config);
  }

  /** In any case of letters. */
  private static <E extends Enum<E>> E choice(String option, String value, E[] known) {
    return KnownValue.of(option, value.toLowerCase(Locale.ROOT), known);
  }

  private OptionalInt slices() {
    if (slices == null) {
      return OptionalInt.empty();
    }
    if (slices < 1) {
      throw new BadInputException("Invalid --slices: " + slices + " (must be at least 1)");
    }
    return OptionalInt.of(slices);
  }

  private Set<FrozenPart> frozenParts() {
    EnumSet<FrozenPart> parts = EnumSet.noneOf(FrozenPart.class);
    for (String part : frozen) {
      parts.add(choice("--freeze", part, FrozenPart.values()));
    }
    return parts;
  }

  private DetectorSettings settings() {
    return new DetectorSettings(
        epochs,
        batch,
        accumulate == null ? Math.max(1, batch / 2) : accumulate,
        learningRate,
        backboneLearningRate == null ? learningRate / 10 : backboneLearningRate,
        weightDecay,
        clip,
        warmUp,
        choice("--schedule", schedule, Schedule.values()),
        dropAt,
        average,
        frozenParts(),
        noFlip ? 0 : DetectorSettings.DEFAULTS.mirrored(),
        noResize ? List.of(1.0) : training.scales(),
        noCrop ? 0 : DetectorSettings.DEFAULTS.cropped(),
        training.validationShare(),
        training.seed(),
        choice("--dtype", dtype, Dtype.values()));
  }
}
