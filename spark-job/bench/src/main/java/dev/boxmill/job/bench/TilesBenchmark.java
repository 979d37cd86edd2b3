package dev.boxmill.job.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.boxmill.checkpoint.SafetensorsWriter;
import dev.boxmill.detr.Detector;
import dev.boxmill.detr.DetectorFiles;
import dev.boxmill.detr.DetectorOptions;
import dev.boxmill.embedded.EmbeddedDetector;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.evaluate.EvaluationReport;
import dev.boxmill.job.evaluate.EvaluationRequest;
import dev.boxmill.job.evaluate.EvaluationRun;
import dev.boxmill.job.evaluate.EvaluationStyle;
import dev.boxmill.job.run.LabelRequest;
import dev.boxmill.job.run.LabelRun;
import dev.boxmill.job.scenes.SceneFolder;
import dev.boxmill.job.scenes.SceneKind;
import dev.boxmill.job.session.DetectorLabelerProvider;
import dev.boxmill.job.session.LabelSettings;
import dev.boxmill.job.source.InputFormat;
import dev.boxmill.job.source.TableOptions;
import dev.boxmill.job.table.OutputFolder.ExistingLabels;
import dev.boxmill.job.tiles.Tiling;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.torchscript.Convolutions;
import dev.boxmill.torchscript.Device;
import dev.boxmill.torchscript.Precision;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.commons.io.FileUtils;
import org.apache.spark.sql.SparkSession;

/**
 * What tiles gain: AP on scenes of 4,000 x 3,000 pixels with objects of 16 to 60 pixels, by the
 * embedded detector in float32, and the time of the whole job beside the sahi package around the
 * same network.
 */
public final class TilesBenchmark {

  /** Of scenes that nothing was trained on. */
  private static final long SEED = 22001;

  private static final List<String> NUMBERS = List.of("AP", "AP50", "APs", "APm", "AR100");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final SparkSession spark;
  private final Path work;
  private final PrintWriter out;

  private TilesBenchmark(SparkSession spark, Path work, PrintWriter out) {
    this.spark = spark;
    this.work = work;
    this.out = out;
  }

  /**
   * Prints a row for each way to cut.
   *
   * @param pictures how many scenes are drawn
   * @param tilings as {@code --tiles} takes them, the first also by the peer
   * @param peer command that starts {@code sahi_peer.py}, or empty
   */
  public static void run(
      SparkSession spark,
      int pictures,
      List<String> tilings,
      Optional<String> peer,
      PrintWriter out)
      throws IOException {
    Path work = Files.createTempDirectory("boxmill-tiles-");
    try {
      SceneFolder.write(work.resolve("scenes"), SceneKind.LARGE, pictures, SEED);
      SceneFolder.write(work.resolve("warm-up"), SceneKind.LARGE, 1, SEED + 1);
      TilesBenchmark benchmark = new TilesBenchmark(spark, work, out);
      out.printf(
          "%d scenes of 4000x3000 pixels, %d cores%n",
          pictures, Runtime.getRuntime().availableProcessors());
      out.println("| | " + String.join(" | ", NUMBERS) + " | s per picture |");
      out.println("|---|" + "---:|".repeat(NUMBERS.size() + 1));
      benchmark.boxmill("whole pictures", Tiling.NONE, pictures);
      for (String tiling : tilings) {
        benchmark.boxmill("`--tiles " + tiling + "`", Tiling.parse(tiling), pictures);
      }
      if (peer.isPresent()) {
        benchmark.sahi(peer.get(), Tiling.parse(tilings.get(0)), pictures);
      }
    } finally {
      FileUtils.deleteDirectory(work.toFile());
    }
  }

  private void boxmill(String title, Tiling tiling, int pictures) throws IOException {
    label("warm-up", tiling);
    long start = System.nanoTime();
    Path labels = label("scenes", tiling);
    double seconds = (System.nanoTime() - start) / 1e9;
    print(
        title, EvaluationRun.ofLabels(evaluation(), labels.toString(), spark), seconds / pictures);
  }

  private Path label(String scenes, Tiling tiling) throws IOException {
    Path labels = Files.createTempDirectory(work, "labels-");
    LabelSettings settings =
        LabelSettings.DEFAULTS
            .withRefiners(List.of(LabelSettings.NO_REFINER))
            .withPrecision(Precision.FP32)
            .withTiling(tiling);
    LabelRequest request =
        new LabelRequest(
            List.of(work.resolve(scenes).resolve("images").toString()),
            InputFormat.AUTO,
            TableOptions.NONE,
            labels.resolve("table").toString(),
            ExistingLabels.CONTINUE,
            settings,
            OptionalLong.empty(),
            0);
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    new LabelRun(spark, new DetectorLabelerProvider(), nowhere).run(request);
    return labels.resolve("table");
  }

  private void sahi(String command, Tiling tiling, int pictures) throws IOException {
    Path folder = Files.createDirectory(work.resolve("peer"));
    writeDetector(folder, tiling);
    List<String> words = new ArrayList<>(List.of(command.strip().split("\\s+")));
    words.addAll(List.of(folder.toString(), work.resolve("scenes").toString()));
    ProcessBuilder builder = new ProcessBuilder(words);
    // ./boxmill's setting of its own memory: others run as their users run them
    builder.environment().remove("GLIBC_TUNABLES");
    Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    requireDone(process, command);
    for (var side : JSON.readTree(answer)) {
      String results = folder.resolve(side.get("results").asText()).toString();
      print(
          side.get("title").asText(),
          EvaluationRun.ofResults(
              evaluation(), results, () -> spark.sparkContext().hadoopConfiguration()),
          side.get("seconds").asDouble() / pictures);
    }
  }

  private static void requireDone(Process process, String command) {
    try {
      int code = process.waitFor();
      if (code != 0) {
        throw new BadInputException(
            "Cannot run " + command + ": it ended with " + code + " (its messages stand above)");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while the peer ran", e);
    }
  }

  /** The network of plain operators, as PyTorch runs it without oneDNN's packed weights. */
  private static void writeDetector(Path folder, Tiling tiling) throws IOException {
    try (DetectorFiles files =
        DetectorFiles.open(EmbeddedDetector.directory(), DetectorOptions.NONE)) {
      byte[] program =
          Detector.program(files.architecture(), files.preprocessing())
              .with(Convolutions.ATEN)
              .archive(Device.cpu(), Precision.FP32);
      Files.write(folder.resolve("network.pt"), program);
      SafetensorsWriter.write(folder.resolve("weights.safetensors"), files.weights(), Map.of());
      ImageSize tile = new ImageSize(tiling.side(), tiling.side());
      ImageSize size = files.preprocessing().resized(tile);
      ObjectNode settings = JSON.createObjectNode();
      settings.put("directory", EmbeddedDetector.directory().toString());
      settings.put("side", tiling.side()).put("overlap", tiling.overlap());
      settings.put("full", tiling.full()).put("join", tiling.join().rule().name());
      settings.put("match", tiling.join().overlap().name());
      settings.put("threshold", tiling.join().threshold());
      settings.put("height", size.height()).put("width", size.width());
      settings.put("min-score", LabelSettings.DEFAULT_MIN_SCORE);
      settings.put("limit", files.architecture().postProcessing().limit());
      settings.put("threads", Runtime.getRuntime().availableProcessors());
      ObjectNode names = settings.putObject("names");
      files.architecture().classNames().forEach((id, name) -> names.put(String.valueOf(id), name));
      JSON.writeValue(folder.resolve("settings.json").toFile(), settings);
    }
  }

  private EvaluationRequest evaluation() {
    return EvaluationRequest.of(
        work.resolve("scenes/annotations.json").toString(), EvaluationStyle.COCO);
  }

  private void print(String title, EvaluationReport report, double seconds) {
    List<String> cells = new ArrayList<>();
    NUMBERS.forEach(
        name -> cells.add(String.format(Locale.ROOT, "%.3f", report.numbers().get(name))));
    out.printf(Locale.ROOT, "| %s | %s | %.2f |%n", title, String.join(" | ", cells), seconds);
    out.flush();
  }
}
