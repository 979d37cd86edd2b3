package dev.boxmill.job;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.evaluate.EvaluationReport;
import dev.boxmill.job.evaluate.EvaluationRequest;
import dev.boxmill.job.evaluate.EvaluationRequest.OracleTruth;
import dev.boxmill.job.evaluate.EvaluationRun;
import dev.boxmill.job.evaluate.EvaluationStyle;
import dev.boxmill.job.evaluate.ImageScope;
import dev.boxmill.job.run.BoxmillSession;
import dev.boxmill.job.storage.OutputFile;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code boxmill evaluate}: how good labels are against annotated images. */
@Command(
    name = "evaluate",
    description =
        "Compares labels with annotated images: COCO's numbers, or LVIS's, and how far scores are"
            + " from probabilities (D-ECE, LaECE).",
    sortOptions = false,
    mixinStandardHelpOptions = true)
final class EvaluateCommand implements Callable<Integer> {

  /** One of the two. */
  static final class Detections {
    @Option(
        names = "--labels",
        paramLabel = "URI",
        required = true,
        description =
            "A label table. Images are matched by file name, and by path where several"
                + " have one.")
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

  @Mixin private GroundTruthArgument groundTruth;

  @Mixin private ClassMatchingArguments classes;

  @Option(
      names = "--annotated-only",
      description = "Leaves out images that are not annotated. Without it they are refused.")
  private boolean annotatedOnly;

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

  @Option(
      names = "--laece-iou",
      paramLabel = "IOU",
      defaultValue = "" + EvaluationRequest.DEFAULT_LAECE_IOU,
      description = "IoU from which a box is right for LaECE, 0 to 1. Default: ${DEFAULT-VALUE}.")
  private double laeceIou;

  @Option(names = "--per-class", description = "Adds a row for each category.")
  private boolean perClass;

  @Option(
      names = "--curves",
      paramLabel = "FILE",
      description = "Writes precision over recall of each category as CSV.")
  private String curves;

  @Option(
      names = "--reliability",
      paramLabel = "FILE",
      description = "Draws how often boxes of each score are right, as SVG.")
  private String reliability;

  @Option(names = "--json", paramLabel = "FILE", description = "Writes all numbers as JSON.")
  private String json;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (detections.results != null && classes.hasMap()) {
      throw new BadInputException(
          "Cannot use --class-map with --results: a result file names categories by id, not classes"
              + " (leave it out)");
    }
    EvaluationRequest request =
        new EvaluationRequest(
            groundTruth.file(),
            KnownValue.of("--style", style, EvaluationStyle.values()),
            classes.matching(),
            annotatedOnly ? ImageScope.ANNOTATED : ImageScope.ALL,
            Optional.ofNullable(oracle)
                .map(asked -> KnownValue.of("--oracle", asked, OracleTruth.values())),
            laeceIou);
    Optional<OutputFile> numbers = claim(json);
    Optional<OutputFile> points = claim(curves);
    Optional<OutputFile> picture = claim(reliability);
    EvaluationReport report = report(request);
    print(report);
    numbers.ifPresent(file -> file.write(report::writeJson));
    points.ifPresent(file -> file.write(report::writeCurves));
    picture.ifPresent(file -> file.write(report::writeReliability));
    return ExitCode.WHOLE;
  }

  private EvaluationReport report(EvaluationRequest request) {
    if (detections.results != null) {
      return EvaluationRun.ofResults(request, detections.results, SessionlessHadoop::configuration);
    }
    try (BoxmillSession session = BoxmillSession.start(List.of())) {
      EvaluationRun.requireClasses(
          request.matching(),
          List.of(detections.labels),
          session.spark().sparkContext().hadoopConfiguration());
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

  private static Optional<OutputFile> claim(String file) {
    return Optional.ofNullable(file)
        .map(name -> OutputFile.claim(name, SessionlessHadoop.configuration()));
  }
}
