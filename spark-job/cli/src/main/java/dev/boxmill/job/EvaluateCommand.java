package dev.boxmill.job;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.error.Reasons;
import dev.boxmill.job.evaluate.EvaluationReport;
import dev.boxmill.job.evaluate.EvaluationRequest;
import dev.boxmill.job.evaluate.EvaluationRequest.OracleTruth;
import dev.boxmill.job.evaluate.EvaluationRun;
import dev.boxmill.job.evaluate.EvaluationStyle;
import dev.boxmill.job.run.BoxmillSession;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.SparkHadoopUtil;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code boxmill evaluate}: how good labels are against annotated images. */
@Command(
    name = "evaluate",
    description = "Compares labels with annotated images: COCO's numbers, or LVIS's.",
    sortOptions = false,
    mixinStandardHelpOptions = true)
final class EvaluateCommand implements Callable<Integer> {

  /** One of the two. */
  static final class Detections {
    @Option(
        names = "--labels",
        paramLabel = "URI",
        required = true,
        description = "A label table. Images are matched by file name, labels by name or id.")
    private String labels;

    @Option(
        names = "--results",
        paramLabel = "FILE",
        required = true,
        description = "A COCO result file: image_id, category_id, bbox, score.")
    private String results;
  }

  @ArgGroup(multiplicity = "1")
  private Detections detections;

  @Option(
      names = "--ground-truth",
      required = true,
      paramLabel = "FILE",
      description = "Annotations in COCO's form.")
  private String groundTruth;

  @Option(
      names = "--oracle",
      paramLabel = "boxes|labels|both",
      description =
          "What would be if matched boxes, labels or both were true, before and after refinement.")
  private String oracle;

  @Option(
      names = "--style",
      paramLabel = "coco|lvis",
      defaultValue = "coco",
      description = "Whose rules count. Default: ${DEFAULT-VALUE}.")
  private String style;

  @Option(names = "--per-class", description = "Adds a row for each category.")
  private boolean perClass;

  @Option(
      names = "--curves",
      paramLabel = "FILE",
      description = "Writes precision over recall of each category as CSV.")
  private Path curves;

  @Option(names = "--json", paramLabel = "FILE", description = "Writes all numbers as JSON.")
  private Path json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    EvaluationRequest request =
        new EvaluationRequest(
            groundTruth,
            known("--style", style, EvaluationStyle.values()),
            Optional.ofNullable(oracle)
                .map(asked -> known("--oracle", asked, OracleTruth.values())));
    EvaluationReport report = report(request);
    print(report);
    write(json, report::writeJson);
    write(curves, report::writeCurves);
    return ExitCode.WHOLE;
  }

  private EvaluationReport report(EvaluationRequest request) {
    if (detections.results != null) {
      return EvaluationRun.ofResults(
          request,
          detections.results,
          () -> SparkHadoopUtil.get().newConfiguration(new SparkConf()));
    }
    try (BoxmillSession session = BoxmillSession.start(List.of())) {
      return EvaluationRun.ofLabels(request, detections.labels, session.spark());
    }
  }

  private void print(EvaluationReport report) {
    PrintWriter out = spec.commandLine().getOut();
    out.print(report.summary());
    if (perClass) {
      out.println();
      out.print(report.perCategory());
    }
    if (oracle != null) {
      out.println();
      out.print(report.oracle());
    }
    out.flush();
  }

  private interface Writer {
    void to(Path file) throws IOException;
  }

  private static void write(Path file, Writer writer) {
    if (file == null) {
      return;
    }
    try {
      writer.to(file);
    } catch (IOException failure) {
      throw new BadInputException(
          "Cannot write " + file + ": " + Reasons.of(failure) + " (name a file that can be made)",
          failure);
    }
  }

  private static <E extends Enum<E>> E known(String option, String value, E[] known) {
    List<String> names =
        Arrays.stream(known).map(one -> one.name().toLowerCase(Locale.ROOT)).toList();
    int index = names.indexOf(value);
    if (index < 0) {
      throw new BadInputException(
          "Unknown " + option + " '" + value + "' (known: " + String.join(", ", names) + ")");
    }
    return known[index];
  }
}
