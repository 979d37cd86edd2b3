package dev.boxmill.job.bench;

import dev.boxmill.embedded.EmbeddedDetector;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.run.BoxmillSession;
import dev.boxmill.job.session.LabelSettings;
import dev.boxmill.torchscript.Device;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code boxmill bench}: measures. Each method is a thing to measure. */
@Command(
    name = "bench",
    description = "Measures, and prints tables. 'bench WHAT --help' lists its options.",
    synopsisSubcommandLabel = "WHAT",
    subcommandsRepeatable = true,
    mixinStandardHelpOptions = true)
public final class BenchCommand implements Runnable {

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "Missing what to measure (known: "
            + String.join(", ", spec.subcommands().keySet().stream().sorted().toList())
            + ")");
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  private static Path embeddedIfNull(Path detector) {
    return detector == null ? EmbeddedDetector.directory() : detector;
  }

  @Command(
      description = "How far bf16's and fp16's detections lie from fp32's.",
      sortOptions = false,
      mixinStandardHelpOptions = true)
  void drift(
      @Option(
              names = "--detector",
              paramLabel = "DIR",
              description = "A local directory. Without it: the embedded detector.")
          Path detector,
      @Option(
              names = "--input",
              required = true,
              paramLabel = "DIR",
              description = "A local folder of images.")
          Path images,
      @Option(
              names = "--limit",
              defaultValue = "100",
              paramLabel = "N",
              description = "Images to use. Default: ${DEFAULT-VALUE}.")
          int limit,
      @Option(
              names = "--min-score",
              defaultValue = "0.05",
              paramLabel = "SCORE",
              description = "Lowest fp32 score that counts. Default: ${DEFAULT-VALUE}.")
          float minScore)
      throws IOException {
    DriftBenchmark.run(embeddedIfNull(detector), images, limit, minScore, Device.cpu(), out());
  }

  @Command(
      description = "What an image costs besides its labeling, from listing to counting.",
      sortOptions = false,
      mixinStandardHelpOptions = true)
  void rows(
      @Option(
              names = "--rows",
              split = ",",
              paramLabel = "N",
              defaultValue = "10000,100000,1000000",
              description = "Images in each run. Default: ${DEFAULT-VALUE}.")
          List<Integer> rows,
      @Option(
              names = "--work",
              paramLabel = "DIR",
              defaultValue = "${sys:java.io.tmpdir}",
              description = "A folder for the images. Default: the one for temporary files.")
          Path work)
      throws IOException {
    try (BoxmillSession session = BoxmillSession.start(List.of())) {
      RowsBenchmark.run(session.spark(), rows, work, out());
    }
  }

  @Command(
      description = "Milliseconds per image of DETR-R50 beside other runtimes.",
      sortOptions = false,
      mixinStandardHelpOptions = true)
  void forward(
      @Option(
              names = "--rounds",
              defaultValue = "7",
              paramLabel = "N",
              description = "How often each side has its turn. Default: ${DEFAULT-VALUE}.")
          int rounds,
      @Option(
              names = "--cores",
              paramLabel = "N",
              description = "Cores of each side. Without it: all.")
          Integer cores,
      @Option(
              names = "--peer",
              paramLabel = "COMMAND",
              description =
                  "Starts the other runtimes: \"PYTHON spark-job/bench/python/forward_peer.py\"."
                      + " Without it: boxmill alone.")
          String peer)
      throws IOException {
    int all = Runtime.getRuntime().availableProcessors();
    ForwardBenchmark.run(
        positive("--rounds", rounds),
        positive("--cores", cores == null ? all : cores),
        Optional.ofNullable(peer),
        out());
  }

  @Command(
      description = {
        "Writes DETR-R50's programs, to be checked and timed on a GPU by",
        "'python spark-job/bench/python/forward_gpu.py DIR', without Java."
      },
      sortOptions = false,
      mixinStandardHelpOptions = true)
  void archives(
      @Option(
              names = "--output",
              required = true,
              paramLabel = "DIR",
              description = "A local folder for them: some kilobytes, no weights.")
          Path folder)
      throws IOException {
    NetworkArchives.write(folder, out());
  }

  @Command(
      description = "Milliseconds per image of every network, with random weights.",
      sortOptions = false,
      mixinStandardHelpOptions = true)
  void family(
      @Option(
              names = "--networks",
              split = ",",
              paramLabel = "TEXT",
              description = "Only networks whose name holds one of these. Without it: all.")
          List<String> networks,
      @Option(
              names = "--rounds",
              defaultValue = "3",
              paramLabel = "N",
              description = "How often each side has its turn. Default: ${DEFAULT-VALUE}.")
          int rounds,
      @Option(
              names = "--threads",
              paramLabel = "N",
              description = "Threads of each side. Without it: one for each core.")
          Integer threads,
      @Option(
              names = "--peer",
              paramLabel = "COMMAND",
              description =
                  "Starts transformers' side: \"PYTHON spark-job/bench/python/family_peer.py\"."
                      + " Without it: boxmill alone.")
          String peer,
      @Option(names = "--json", paramLabel = "FILE", description = "Every number, as JSON.")
          Path json)
      throws IOException {
    int all = Runtime.getRuntime().availableProcessors();
    FamilyBenchmark.run(
        new FamilyBenchmark.Request(
            networks == null ? List.of() : networks,
            positive("--rounds", rounds),
            positive("--threads", threads == null ? all : threads),
            Optional.ofNullable(peer),
            Optional.ofNullable(json)),
        out());
  }

  @Command(
      description = {
        "What a RefineBox gains on annotated images: AP by number of steps and object size.",
        "Without --input: on 2,000 scenes drawn for it."
      },
      sortOptions = false,
      mixinStandardHelpOptions = true)
  void gain(
      @Option(
              names = "--detector",
              paramLabel = "DIR",
              description = "A local directory. Without it: the embedded detector.")
          Path detector,
      @Option(
              names = "--refiner",
              paramLabel = "FILE",
              description = "Its weights. Without it: refinebox.safetensors beside the detector.")
          Path weights,
      @Option(names = "--input", paramLabel = "DIR", description = "A local folder of images.")
          Path images,
      @Option(names = "--ground-truth", paramLabel = "FILE", description = "COCO's form.")
          Path groundTruth)
      throws IOException {
    if ((images == null) != (groundTruth == null)) {
      throw new BadInputException(
          "Missing " + (images == null ? "--input" : "--ground-truth") + " (give both or neither)");
    }
    RefinerGain.run(
        embeddedIfNull(detector), Optional.ofNullable(weights), images, groundTruth, out());
  }

  @Command(
      description = {
        "How many of the images with an error are among the first 20 %% of a triage.",
        "Draws scenes, labels them by the embedded detector, and compares with what was drawn."
      },
      sortOptions = false,
      mixinStandardHelpOptions = true)
  void triage(
      @Option(
              names = "--scenes",
              defaultValue = "2000",
              paramLabel = "N",
              description = "Scenes to draw. Default: ${DEFAULT-VALUE}.")
          int scenes,
      @Option(
              names = "--seed",
              defaultValue = "" + TriageBenchmark.SEED,
              paramLabel = "S",
              description = "Of scenes that nothing was trained on. Default: ${DEFAULT-VALUE}.")
          long seed)
      throws IOException {
    try (BoxmillSession session = BoxmillSession.start(List.of())) {
      TriageBenchmark.run(session.spark(), positive("--scenes", scenes), seed, out());
    }
  }

  @Command(
      description = "What a RefineBox costs beside DETR-R50 at 800x1066, with random weights.",
      sortOptions = false,
      mixinStandardHelpOptions = true)
  void overhead(
      @Option(
              names = "--rounds",
              defaultValue = "10",
              paramLabel = "N",
              description = "Measured turns. Default: ${DEFAULT-VALUE}.")
          int rounds,
      @Option(
              names = "--threads",
              defaultValue = "1",
              paramLabel = "N",
              description = "Of both, as a task slot has cores. Default: ${DEFAULT-VALUE}.")
          int threads)
      throws IOException {
    RefinerOverhead.run(positive("--rounds", rounds), positive("--threads", threads), out());
  }

  @Command(
      description = "COCO's numbers beside pycocotools on the same files.",
      sortOptions = false,
      mixinStandardHelpOptions = true)
  void evaluate(
      @Option(
              names = "--python",
              required = true,
              paramLabel = "FILE",
              description = "A Python that has pycocotools.")
          Path python,
      @Option(
              names = "--script",
              defaultValue = "spark-job/bench/python/coco_eval.py",
              paramLabel = "FILE",
              description = "Its side. Default: ${DEFAULT-VALUE}.")
          Path script,
      @Option(
              names = "--images",
              defaultValue = "5000",
              paramLabel = "N",
              description = "Images, of 100 detections each. Default: ${DEFAULT-VALUE}.")
          int images)
      throws IOException, InterruptedException {
    EvaluationBenchmark.run(python, script, positive("--images", images), 100, out());
  }

  @Command(
      description = "Whether memory grows with the number of images.",
      sortOptions = false,
      mixinStandardHelpOptions = true)
  void soak(
      @Option(
              names = "--detector",
              defaultValue = LabelSettings.EMBEDDED,
              paramLabel = "DIR",
              description = "A local directory. Without it: the embedded detector.")
          String detector,
      @Option(
              names = "--images",
              defaultValue = "10000",
              paramLabel = "N",
              description = "Small pictures to label. Default: ${DEFAULT-VALUE}.")
          int images)
      throws IOException {
    SoakBenchmark.run(detector, images, out());
  }

  private static int positive(String name, int value) {
    if (value < 1) {
      throw new BadInputException("Invalid " + name + ": " + value + " (must be at least 1)");
    }
    return value;
  }
}
