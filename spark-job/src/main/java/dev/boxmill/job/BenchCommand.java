package dev.boxmill.job;

import dev.boxmill.detr.Detector;
import dev.boxmill.job.bench.DriftBenchmark;
import dev.boxmill.torchscript.Device;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code boxmill bench}: measures. */
@Command(
    name = "bench",
    description = "Measures, and prints tables.",
    sortOptions = false,
    mixinStandardHelpOptions = true)
final class BenchCommand implements Callable<Integer> {

  /** What can be measured. */
  enum What {
    /** How far bf16's and fp16's detections lie from fp32's. */
    drift
  }

  @Parameters(
      arity = "1",
      paramLabel = "WHAT",
      description = "drift: how far bf16's and fp16's detections lie from fp32's.")
  private What what;

  @Option(
      names = "--detector",
      paramLabel = "DIR",
      description = "A local Hugging Face directory. Without it: the embedded detector.")
  private Path detector;

  @Option(
      names = "--input",
      required = true,
      paramLabel = "DIR",
      description = "A local folder of images.")
  private Path images;

  @Option(
      names = "--limit",
      defaultValue = "100",
      paramLabel = "N",
      description = "Images to use. Default: ${DEFAULT-VALUE}.")
  private int limit;

  @Option(
      names = "--min-score",
      defaultValue = "0.05",
      paramLabel = "SCORE",
      description = "Lowest fp32 score that counts. Default: ${DEFAULT-VALUE}.")
  private float minScore;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Path directory = detector == null ? Detector.embeddedDirectory() : detector;
    switch (what) {
      case drift ->
          DriftBenchmark.run(
              directory, images, limit, minScore, Device.cpu(), spec.commandLine().getOut());
    }
    return ExitCode.WHOLE;
  }
}
