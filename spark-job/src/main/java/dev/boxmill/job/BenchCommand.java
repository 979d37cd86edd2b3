package dev.boxmill.job;

import dev.boxmill.detr.Detector;
import dev.boxmill.job.bench.DriftBenchmark;
import dev.boxmill.job.bench.FamilyBenchmark;
import dev.boxmill.job.bench.RowsBenchmark;
import dev.boxmill.job.run.BoxmillSession;
import dev.boxmill.torchscript.Device;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
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
    drift,
    /** What an image costs besides its labelling, from listing to counting. */
    rows,
    /** Milliseconds per image of every network. */
    family
  }

  @Parameters(
      arity = "1",
      paramLabel = "WHAT",
      description = {
        "drift: how far bf16's and fp16's detections lie from fp32's.",
        "rows: what an image costs besides its labelling, from listing to counting, and the heap.",
        "family: milliseconds per image of every network, with random weights."
      })
  private What what;

  @Option(
      names = "--detector",
      paramLabel = "DIR",
      description = "drift: a local Hugging Face directory. Without it: the embedded detector.")
  private Path detector;

  @Option(names = "--input", paramLabel = "DIR", description = "drift: a local folder of images.")
  private Path images;

  @Option(
      names = "--limit",
      defaultValue = "100",
      paramLabel = "N",
      description = "drift: images to use. Default: ${DEFAULT-VALUE}.")
  private int limit;

  @Option(
      names = "--min-score",
      defaultValue = "0.05",
      paramLabel = "SCORE",
      description = "drift: lowest fp32 score that counts. Default: ${DEFAULT-VALUE}.")
  private float minScore;

  @Option(
      names = "--rows",
      split = ",",
      paramLabel = "N",
      defaultValue = "10000,100000,1000000",
      description = "rows: images in each run. Default: ${DEFAULT-VALUE}.")
  private List<Integer> rows;

  @Option(
      names = "--work",
      paramLabel = "DIR",
      description = "rows: a folder for the images. Default: one for temporary files.")
  private Path work;

  @Option(
      names = "--networks",
      split = ",",
      paramLabel = "TEXT",
      description = "family: only networks whose name holds one of these. Without it: all.")
  private List<String> networks = List.of();

  @Option(
      names = "--rounds",
      defaultValue = "3",
      paramLabel = "N",
      description = "family: how often each side has its turn. Default: ${DEFAULT-VALUE}.")
  private int rounds;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "family: threads of each side. Default: one for each core.")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--peer",
      paramLabel = "COMMAND",
      description =
          "family: starts transformers' side: \"PYTHON spark-job/src/bench/python/family_peer.py\"."
              + " Without it: boxmill alone.")
  private String peer;

  @Option(names = "--json", paramLabel = "FILE", description = "family: every number, as JSON.")
  private Path json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    switch (what) {
      case drift -> drift();
      case rows -> rows();
      case family -> family();
    }
    return ExitCode.WHOLE;
  }

  private void drift() throws IOException {
    if (images == null) {
      throw new BadInputException("Missing --input (name a folder of images)");
    }
    Path directory = detector == null ? Detector.embeddedDirectory() : detector;
    DriftBenchmark.run(
        directory, images, limit, minScore, Device.cpu(), spec.commandLine().getOut());
  }

  private void rows() throws IOException {
    Path folder = work == null ? Path.of(System.getProperty("java.io.tmpdir")) : work;
    try (BoxmillSession session = BoxmillSession.start(List.of())) {
      RowsBenchmark.run(session.spark(), rows, folder, spec.commandLine().getOut());
    }
  }

  private void family() throws IOException {
    FamilyBenchmark.run(
        new FamilyBenchmark.Request(
            networks,
            positive("--rounds", rounds),
            positive("--threads", threads),
            Optional.ofNullable(peer),
            Optional.ofNullable(json)),
        spec.commandLine().getOut());
  }

  private static int positive(String name, int value) {
    if (value < 1) {
      throw new BadInputException("Invalid " + name + ": " + value + " (must be at least 1)");
    }
    return value;
  }
}
