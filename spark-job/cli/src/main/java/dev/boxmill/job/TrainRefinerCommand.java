package dev.boxmill.job;

import dev.boxmill.job.run.BoxmillSession;
import dev.boxmill.job.session.LabelSettings;
import dev.boxmill.job.train.Training;
import dev.boxmill.job.train.TrainingRequest;
import dev.boxmill.job.train.TrainingRequest.ExistingTraining;
import dev.boxmill.job.train.TrainingSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code boxmill train-refiner}: annotated images and a detector in, a RefineBox out. */
@Command(
    name = "train-refiner",
    description = {
      "Trains a RefineBox over a frozen detector on annotated images.",
      "The same command goes on after a stop. OUTPUT holds refinebox.safetensors (the best weights by"
          + " AP on held-out images), training.json, curve.csv and curve.svg."
    },
    sortOptions = false,
    mixinStandardHelpOptions = true)
final class TrainRefinerCommand implements Callable<Integer> {

  @Option(
      names = "--input",
      required = true,
      arity = "1..*",
      paramLabel = "URI",
      description = "Folders, patterns, files or manifests of images, on any Hadoop filesystem.")
  private List<String> inputs;

  @Mixin private GroundTruthArgument groundTruth;

  @Mixin private ClassMatchingArguments classes;

  @Mixin private DetectorArguments detector;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "URI",
      description = "Folder of the training.")
  private String output;

  @Option(
      names = "--start-from",
      paramLabel = "FILE",
      description =
          "A local file of refiner weights to train on, safetensors or .pth. Without it: drawn by"
              + " --seed.")
  private Path startFrom;

  @Option(
      names = "--epochs",
      defaultValue = "12",
      paramLabel = "N",
      description =
          "How often every image is seen; more of them go on with a training that has ended. Default:"
              + " ${DEFAULT-VALUE}.")
  private int epochs;

  @Option(
      names = "--batch",
      defaultValue = "16",
      paramLabel = "N",
      description =
          "Images of one step, on all executors together; how many executors share it changes"
              + " nothing. Default: ${DEFAULT-VALUE}.")
  private int batch;

  @Option(
      names = "--learning-rate",
      defaultValue = "1e-4",
      paramLabel = "RATE",
      description = "Of AdamW, until --drop-at; no more than 1. Default: ${DEFAULT-VALUE}.")
  private double learningRate;

  @Option(
      names = "--warm-up",
      defaultValue = "0",
      paramLabel = "STEPS",
      description =
          "First steps, in which the learning rate grows: good with --start-from, whose weights"
              + " AdamW's first full steps would shake. Default: ${DEFAULT-VALUE}.")
  private int warmUp;

  @Option(
      names = "--drop-at",
      defaultValue = "0.9167",
      paramLabel = "SHARE",
      description =
          "Share of all steps after which the learning rate is a tenth. Default: ${DEFAULT-VALUE}"
              + " (11 of 12 epochs).")
  private double dropAt;

  @Option(
      names = "--average",
      defaultValue = "0",
      paramLabel = "DECAY",
      description =
          "Keeps the exponential average of all steps' weights, with that decay (0.998, say), instead"
              + " of the last step's. Default: ${DEFAULT-VALUE}, as published.")
  private double average;

  @Option(
      names = "--mirrored",
      defaultValue = "0.5",
      paramLabel = "SHARE",
      description = "Share of images seen with left and right changed. Default: ${DEFAULT-VALUE}.")
  private double mirrored;

  @Mixin private TrainingArguments training;

  @Option(
      names = "--first-move",
      defaultValue = "1",
      paramLabel = "SHARE",
      description =
          "How far the first, drawn weights move boxes, of what they usually do: 0.02, say, for few"
              + " images, which leaves boxes where they are at first. Default: ${DEFAULT-VALUE}.")
  private double firstMove;

  @Option(
      names = "--save-every",
      defaultValue = "60",
      paramLabel = "SECONDS",
      description = "Most seconds of work that a kill can cost. Default: ${DEFAULT-VALUE}.")
  private long saveEvery;

  @Option(
      names = "--overwrite",
      description =
          "Starts from the beginning where a training lies in --output, which stays until the new one"
              + " has ended.")
  private boolean overwrite;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    TrainingRequest request =
        new TrainingRequest(
            inputs,
            groundTruth.file(),
            classes.matching(),
            detector.settings().withRefiners(List.of(LabelSettings.NO_REFINER)).withMinScore(0),
            output,
            overwrite ? ExistingTraining.REPLACE : ExistingTraining.RESUME,
            TrainingArguments.saveEvery(saveEvery),
            Optional.ofNullable(startFrom),
            settings());
    try (BoxmillSession session = BoxmillSession.start(List.of())) {
      String summary = new Training(session.spark(), request, System.err).run().summary();
      spec.commandLine().getOut().print(summary);
      spec.commandLine().getOut().flush();
    }
    return ExitCode.WHOLE;
  }

  private TrainingSettings settings() {
    return new TrainingSettings(
        epochs,
        batch,
        learningRate,
        warmUp,
        dropAt,
        average,
        mirrored,
        training.scales(),
        training.validationShare(),
        training.seed(),
        firstMove);
  }
}
