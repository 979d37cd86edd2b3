package dev.boxmill.job.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.evaluate.EvaluationReport;
import dev.boxmill.job.evaluate.EvaluationRequest;
import dev.boxmill.job.evaluate.EvaluationRun;
import dev.boxmill.job.evaluate.EvaluationStyle;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;

/**
 * How long COCO's numbers take, beside pycocotools on the same files in the same run: from the
 * files to the twelve numbers, without warming up.
 */
public final class EvaluationBenchmark {

  /** How far the numbers of the two may be apart. */
  private static final double SAME = 1e-9;

  private static final long SEED = 20261121;

  private EvaluationBenchmark() {}

  /**
   * Draws a set, evaluates it twice, and prints a row for each.
   *
   * @param python that has pycocotools
   * @param script {@code coco_eval.py}
   * @return how many times faster boxmill was
   * @throws BadInputException if Python fails, or the numbers are not the same
   */
  public static double run(Path python, Path script, int images, int detections, PrintWriter out)
      throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("boxmill-evaluation-");
    Path truth = folder.resolve("truth.json");
    Path results = folder.resolve("results.json");
    try {
      RandomEvaluationSet.write(truth, results, images, detections, SEED);
      return compare(python, script, truth, results, out);
    } finally {
      Files.deleteIfExists(truth);
      Files.deleteIfExists(results);
      Files.deleteIfExists(folder);
    }
  }

  private static double compare(Path python, Path script, Path truth, Path results, PrintWriter out)
      throws IOException, InterruptedException {
    long started = System.nanoTime();
    EvaluationRequest request = EvaluationRequest.of(truth.toString(), EvaluationStyle.COCO);
    EvaluationReport report =
        EvaluationRun.ofResults(request, results.toString(), Configuration::new);
    Map<String, Double> ours = report.numbers();
    double seconds = (System.nanoTime() - started) / 1e9;

    JsonNode peer = peer(python, script, truth, results);
    double apart = 0;
    for (Map.Entry<String, Double> number : ours.entrySet()) {
      double theirs = peer.get("numbers").get(number.getKey()).doubleValue();
      apart = Math.max(apart, Math.abs(theirs - number.getValue()));
    }
    double peerSeconds = peer.get("seconds").doubleValue();
    double faster = peerSeconds / seconds;
    out.print("evaluate       seconds   AP\n");
    out.printf(Locale.ROOT, "boxmill        %7.2f   %.6f%n", seconds, ours.get("AP"));
    out.printf(
        Locale.ROOT,
        "pycocotools    %7.2f   %.6f   %.1f times longer; numbers at most %.1e apart%n",
        peerSeconds,
        peer.get("numbers").get("AP").doubleValue(),
        faster,
        apart);
    if (!(apart <= SAME)) {
      throw new BadInputException("Cannot compare times: the numbers differ by " + apart);
    }
    return faster;
  }

  private static JsonNode peer(Path python, Path script, Path truth, Path results)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                python.toString(), script.toString(), truth.toString(), results.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new BadInputException(
          "Cannot run " + script + " with " + python + " (pip install pycocotools==2.0.11)");
    }
    return new ObjectMapper().readTree(said.lines().reduce("", (before, last) -> last));
  }
}
