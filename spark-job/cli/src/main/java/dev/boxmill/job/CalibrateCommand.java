package dev.boxmill.job;

import dev.boxmill.job.calibration.CurveMethod;
import dev.boxmill.job.evaluate.CalibrationReport;
import dev.boxmill.job.evaluate.CalibrationRequest;
import dev.boxmill.job.evaluate.CalibrationRun;
import dev.boxmill.job.evaluate.EvaluationRequest;
import dev.boxmill.job.evaluate.EvaluationRun;
import dev.boxmill.job.evaluate.EvaluationStyle;
import dev.boxmill.job.evaluate.ImageScope;
import dev.boxmill.job.run.BoxmillSession;
import dev.boxmill.job.storage.OutputFile;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code boxmill calibrate}: what makes a detector's scores probabilities. */
@Command(
    name = "calibrate",
    description = {
      "Fits curves that make a detector's scores the probabilities that its boxes are right.",
      "Boxes of a label table are matched with annotations; each class gets a curve, or that of all"
          + " classes where it has too few boxes. The refiner 'calibrate:file=…' applies them.",
    },
    sortOptions = false,
    mixinStandardHelpOptions = true)
final class CalibrateCommand implements Callable<Integer> {

  @Option(
      names = "--labels",
      required = true,
      paramLabel = "URI",
      description =
          "The label table: the folder that 'label --output' wrote, with a low --min-score. Images are"
              + " matched by file name, and by path where several have one.")
  private String labels;

  @Mixin private GroundTruthArgument groundTruth;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "FILE",
      description = "The calibration, as JSON. A file that is there is replaced.")
  private String output;

  @Option(
      names = "--method",
      paramLabel = "isotonic|platt",
      defaultValue = "isotonic",
      description =
          "isotonic: any curve that never falls. platt: a logistic function, which keeps the order of"
              + " a class's boxes. Default: ${DEFAULT-VALUE}.")
  private String method;

  @Option(
      names = "--least-boxes",
      paramLabel = "N",
      defaultValue = "" + CalibrationRequest.DEFAULT_LEAST_BOXES,
      description =
          "A class with fewer boxes gets the curve of all classes. Default: ${DEFAULT-VALUE}.")
  private int leastBoxes;

  @Mixin private ClassMatchingArguments classes;

  @Option(
      names = "--annotated-only",
      description = "Leaves out images that are not annotated. Without it they are refused.")
  private boolean annotatedOnly;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    EvaluationRequest evaluation =
        EvaluationRequest.of(groundTruth.file(), EvaluationStyle.COCO)
            .withMatching(classes.matching())
            .withScope(annotatedOnly ? ImageScope.ANNOTATED : ImageScope.ALL);
    CalibrationRequest request =
        new CalibrationRequest(
            evaluation,
            labels,
            KnownValue.of("--method", method, CurveMethod.values()),
            leastBoxes);
    OutputFile file = OutputFile.claim(output, SessionlessHadoop.configuration());
    CalibrationReport report = report(request);
    file.write(report::writeJson);
    PrintWriter out = spec.commandLine().getOut();
    out.print(report.summary());
    out.println("Calibration: " + output);
    out.println("Use it: " + report.refiners(output));
    out.flush();
    return ExitCode.WHOLE;
  }

  private static CalibrationReport report(CalibrationRequest request) {
    try (BoxmillSession session = BoxmillSession.start(List.of())) {
      SparkSession spark = session.spark();
      EvaluationRun.requireClasses(
          request.evaluation().matching(),
          List.of(request.labels()),
          spark.sparkContext().hadoopConfiguration());
      return CalibrationRun.of(request, spark);
    }
  }
}
