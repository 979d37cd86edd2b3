package dev.boxmill.job.bench;

import dev.boxmill.embedded.EmbeddedDetector;
import dev.boxmill.image.Decoding;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.run.BoxmillSession;
import dev.boxmill.job.session.LabelSettings;
import dev.boxmill.torchscript.Device;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
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
        "Writes the programs of every network, a folder each, for Python's torch:",
        "spark-job/bench/python/check_cuda.py runs them on fake CUDA tensors, forward_gpu.py on a"
            + " GPU."
      },
      sortOptions = false,
      mixinStandardHelpOptions = true)
  void archives(
      @Option(
              names = "--output",
              required = true,
              paramLabel = "DIR",
              description = "A local folder for them: some megabytes, no weights.")
          Path folder,
      @Option(names = "--refinebox", description = "RefineBox's programs instead.")
          boolean refineBox)
      throws IOException {
    if (refineBox) {
      NetworkArchives.writeRefineBox(folder, out());
    } else {
      NetworkArchives.write(folder, out());
    }
  }

  @Command(
      description = {
        "Writes a kit for a machine with a GPU that has Python's torch and no Java: a runtime,",
        "boxmill without Spark, pictures, programs, and 'run', which prints images per second."
      },
      sortOptions = false,
      mixinStandardHelpOptions = true)
  void kit(
      @Option(
              names = "--output",
              required = true,
              paramLabel = "FILE",
              description = "A local .tar.gz of 48 MB, or a .tar.xz of 39 MB that takes minutes.")
          Path file,
      @Option(
              names = "--scripts",
              defaultValue = "spark-job/bench/python",
              paramLabel = "DIR",
              description = "The Python scripts of a clone. Default: ${DEFAULT-VALUE}.")
          Path scripts)
      throws IOException {
    Kit.write(file, scripts, out());
  }

  @Command(
      description = {
        "How many cores a GPU needs: images per second of cores that read, decode, resize and"
            + " batch",
        "for a device that only waits."
      },
      sortOptions = false,
      mixinStandardHelpOptions = true)
  void feed(
      @Option(
              names = "--detector",
              defaultValue = LabelSettings.EMBEDDED,
              paramLabel = "DIR",
              description = "Its sizes count. Without it: the embedded detector.")
          String detector,
      @Option(
              names = "--cores",
              split = ",",
              paramLabel = "N",
              description = "Without it: 1, 2, 4 … up to all.")
          List<Integer> cores,
      @Option(
              names = "--wait-ms",
              split = ",",
              defaultValue = "0,1,2,5",
              paramLabel = "MS",
              description = "Of the device, for an image. Default: ${DEFAULT-VALUE}.")
          List<Double> waitMillis,
      @Option(
              names = "--images",
              defaultValue = "1024",
              paramLabel = "N",
              description = "In each run. Default: ${DEFAULT-VALUE}.")
          int images,
      @Option(
              names = "--width",
              defaultValue = "640",
              paramLabel = "PIXELS",
              description = "Of the JPEG files. Default: ${DEFAULT-VALUE}.")
          int width,
      @Option(
              names = "--height",
              defaultValue = "480",
              paramLabel = "PIXELS",
              description = "Of the JPEG files. Default: ${DEFAULT-VALUE}.")
          int height,
      @Option(
              names = "--decode",
              split = ",",
              defaultValue = "full",
              paramLabel = "full|scaled",
              description = "As of 'label'. Default: ${DEFAULT-VALUE}.")
          List<String> decodings)
      throws IOException {
    List<Integer> numbers = cores == null ? powersOfTwo() : cores;
    FeedBenchmark.run(
        new FeedBenchmark.Request(
            detector,
            numbers,
            waitMillis,
            images,
            width,
            height,
            decodings.stream().map(Decoding::of).toList()),
        out());
  }

  private static List<Integer> powersOfTwo() {
    int all = Runtime.getRuntime().availableProcessors();
    return IntStream.iterate(1, n -> n <= all, n -> 2 * n).boxed().toList();
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
              names = "--network-threads",
              paramLabel = "N",
              description = "Threads of each side. Without it: one for each core.")
          Integer threads,
      @Option(
              names = "--peer",
              paramLabel = "COMMAND",
              description =
                  "Starts transformers' side: \"PYTHON spark-job/bench/python/family_peer.py\";"
                      + " with ONNX Runtime and OpenVINO beside it: runtimes_peer.py. Without it:"
                      + " boxmill alone.")
          String peer,
      @Option(names = "--json", paramLabel = "FILE", description = "Every number, as JSON.")
          Path json)
      throws IOException {
    int all = Runtime.getRuntime().availableProcessors();
    FamilyBenchmark.run(
        new FamilyBenchmark.Request(
            networks == null ? List.of() : networks,
            positive("--rounds", rounds),
            positive("--network-threads", threads == null ? all : threads),
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
      description = {
        "What tiles gain on large pictures with small objects: AP and seconds, by the embedded",
        "detector. Draws scenes of 4,000 x 3,000 pixels."
      },
      sortOptions = false,
      mixinStandardHelpOptions = true)
  void tiles(
      @Option(
              names = "--pictures",
              defaultValue = "8",
              paramLabel = "N",
              description = "Scenes to draw. Default: ${DEFAULT-VALUE}.")
          int pictures,
      @Option(
              names = "--tiles",
              paramLabel = "SIDE[:key=value,…]",
              description = "As label takes it; may be given several times. Default: 256.")
          List<String> tilings,
      @Option(
              names = "--peer",
              paramLabel = "COMMAND",
              description =
                  "Runs the sahi package: \"PYTHON spark-job/bench/python/sahi_peer.py\"."
                      + " Without it: boxmill alone.")
          String peer)
      throws IOException {
    try (BoxmillSession session = BoxmillSession.start(List.of())) {
      TilesBenchmark.run(
          session.spark(),
          positive("--pictures", pictures),
          tilings == null ? List.of("256") : tilings,
          Optional.ofNullable(peer),
          out());
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
              names = "--network-threads",
              defaultValue = "1",
              paramLabel = "N",
              description = "Of both, as a task slot has cores. Default: ${DEFAULT-VALUE}.")
          int threads)
      throws IOException {
    RefinerOverhead.run(
        positive("--rounds", rounds), positive("--network-threads", threads), out());
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

  @Command(
      description = {
        "Runs the commands that it reads, a JSON array of arguments a line, one after another in",
        "one process, and answers each with a line of JSON: its exit code and what it said."
      },
      mixinStandardHelpOptions = true)
  void commands() throws IOException {
    CommandLoop.run(System.in, System.out);
  }

  private static int positive(String name, int value) {
    if (value < 1) {
      throw new BadInputException("Invalid " + name + ": " + value + " (must be at least 1)");
    }
    return value;
  }
}
