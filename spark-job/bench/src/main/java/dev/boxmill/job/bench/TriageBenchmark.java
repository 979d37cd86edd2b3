package dev.boxmill.job.bench;

import dev.boxmill.job.calibration.CurveMethod;
import dev.boxmill.job.evaluate.CalibrationRequest;
import dev.boxmill.job.evaluate.CalibrationRun;
import dev.boxmill.job.evaluate.EvaluationRequest;
import dev.boxmill.job.evaluate.EvaluationStyle;
import dev.boxmill.job.evaluate.GroundTruthFile;
import dev.boxmill.job.run.LabelRequest;
import dev.boxmill.job.run.LabelRun;
import dev.boxmill.job.scenes.SceneFolder;
import dev.boxmill.job.session.DetectorLabelerProvider;
import dev.boxmill.job.session.LabelSettings;
import dev.boxmill.job.source.InputFormat;
import dev.boxmill.job.source.TableOptions;
import dev.boxmill.job.table.OutputFolder.ExistingLabels;
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
import java.util.OptionalLong;
import java.util.function.Function;
import org.apache.commons.io.FileUtils;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;

/**
 * What {@code triage} finds, on drawn scenes and the embedded detector: of the images with an
 * error, how many are among the first 20 %. Runs what users run, {@code label} and {@code triage}.
 */
public final class TriageBenchmark {

  /** Of scenes that neither detector nor refiner was trained on, nor triage was made with. */
  public static final long SEED = 61002;

  /** Without second boxes on surer ones. */
  static final List<String> MERGED = List.of("refinebox", "merge-duplicates:iou=0.6");

  private static final List<String> DEFAULT = List.of("refinebox");

  /** Of scenes that curves are fitted to: a quarter as many as are triaged, and others. */
  private static final long CALIBRATION_SEED = 61004;

  private final SparkSession spark;
  private final Path work;
  private final SceneJudge judge;

  private TriageBenchmark(SparkSession spark, Path work) {
    this.spark = spark;
    this.work = work;
    String annotations = work.resolve("scenes/annotations.json").toString();
    this.judge =
        new SceneJudge(GroundTruthFile.read(annotations, EvaluationStyle.COCO, Configuration::new));
  }

  /** Prints a table: a column for each threshold, with duplicates merged and not. */
  public static void run(SparkSession spark, int scenes, long seed, PrintWriter out)
      throws IOException {
    Path work = Files.createTempDirectory("boxmill-triage-");
    try {
      TriageBenchmark benchmark = draw(spark, work, scenes, seed);
      out.printf(Locale.ROOT, "%,d scenes, drawn by 'scenes --seed %d'%n", scenes, seed);
      print(
          "--refiner " + String.join(" --refiner ", MERGED),
          benchmark.gains(MERGED, 0.4, 0.45, 0.5, 0.55, 0.6),
          out);
      print(
          "--refiner " + String.join(" --refiner ", DEFAULT),
          benchmark.gains(DEFAULT, 0.5, 0.6, 0.7, 0.8),
          out);
      for (CurveMethod method : CurveMethod.values()) {
        print(
            "--refiner %s --refiner calibrate, %s"
                .formatted(String.join(" --refiner ", MERGED), method),
            benchmark.gains(benchmark.calibrated(method, scenes / 4), 0.4, 0.45, 0.5, 0.55, 0.6),
            out);
      }
    } finally {
      FileUtils.deleteDirectory(work.toFile());
    }
  }

  /**
   * Draws scenes to label.
   *
   * @param work an empty folder
   */
  static TriageBenchmark draw(SparkSession spark, Path work, int scenes, long seed)
      throws IOException {
    SceneFolder.write(work.resolve("scenes"), scenes, seed);
    return new TriageBenchmark(spark, work);
  }

  /** Labels the scenes, and measures at each threshold. */
  List<TriageGain> gains(List<String> refiners, double... thresholds) throws IOException {
    String labels = label("scenes", refiners);
    List<TriageGain> gains = new ArrayList<>();
    for (double threshold : thresholds) {
      gains.add(TriageGain.of(spark, labels, threshold, judge));
    }
    return gains;
  }

  /** {@link #MERGED}, and after them curves of other scenes. */
  List<String> calibrated(CurveMethod method, int scenes) throws IOException {
    Path drawn = work.resolve("calibration");
    if (!Files.exists(drawn)) {
      SceneFolder.write(drawn, scenes, CALIBRATION_SEED);
    }
    CalibrationRequest request =
        new CalibrationRequest(
            EvaluationRequest.of(
                drawn.resolve("annotations.json").toString(), EvaluationStyle.COCO),
            label("calibration", MERGED),
            method,
            CalibrationRequest.DEFAULT_LEAST_BOXES);
    Path curves = work.resolve(method + ".json");
    try (OutputStream file = Files.newOutputStream(curves)) {
      CalibrationRun.of(request, spark).writeJson(file);
    }
    List<String> refiners = new ArrayList<>(MERGED);
    refiners.add("calibrate:file=" + curves);
    return refiners;
  }

  /** The table of one folder of scenes; the same one when it is asked for again. */
  private String label(String scenes, List<String> refiners) throws IOException {
    Path folder = work.resolve(scenes);
    String labels =
        folder + "-labels-" + String.join("-", refiners).replaceAll("[^a-z0-9.=-]", "-");
    LabelSettings settings =
        LabelSettings.DEFAULTS.withRefiners(refiners).withPrecision(Precision.FP32);
    LabelRequest request =
        new LabelRequest(
            List.of(folder.resolve("images").toString()),
            InputFormat.AUTO,
            TableOptions.NONE,
            labels,
            ExistingLabels.CONTINUE,
            settings,
            OptionalLong.empty(),
            0);
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    new LabelRun(spark, new DetectorLabelerProvider(), nowhere).run(request);
    return labels;
  }

  private static void print(String title, List<TriageGain> gains, PrintWriter out) {
    out.printf("%n%s%n%n", title);
    row("threshold", gains, gain -> String.valueOf(gain.threshold()), out);
    out.println("|---|" + "---:|".repeat(gains.size()));
    row("F1 of the boxes", gains, gain -> "%.3f".formatted(gain.f1()), out);
    row("images with an error", gains, gain -> percent(gain.shareWithError()), out);
    row("found at best", gains, gain -> percent(gain.ceiling()), out);
    for (String order : gains.get(0).found().keySet()) {
      row("by " + order, gains, gain -> percent(gain.found().get(order)), out);
    }
    row("at random", gains, gain -> percent(TriageGain.REVIEWED), out);
    out.flush();
  }

  private static void row(
      String name, List<TriageGain> gains, Function<TriageGain, String> cell, PrintWriter out) {
    out.println("| " + name + " | " + String.join(" | ", gains.stream().map(cell).toList()) + " |");
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }
}
