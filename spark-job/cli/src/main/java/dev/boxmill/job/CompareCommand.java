package dev.boxmill.job;

import dev.boxmill.job.compare.CompareFiles;
import dev.boxmill.job.compare.CompareReport;
import dev.boxmill.job.compare.CompareRequest;
import dev.boxmill.job.compare.CompareRun;
import dev.boxmill.job.compare.Thresholds;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.evaluate.EvaluationRequest;
import dev.boxmill.job.evaluate.EvaluationStyle;
import dev.boxmill.job.evaluate.ImageScope;
import dev.boxmill.job.run.BoxmillSession;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code boxmill compare}: what changed between two runs. */
@Command(
    name = "compare",
    description = {
      "Shows which boxes appeared, vanished, moved or changed class between two runs.",
      "Images are matched by image_uri, boxes by their IoU: best first, within a class, then"
          + " between classes."
    },
    sortOptions = false,
    mixinStandardHelpOptions = true)
final class CompareCommand implements Callable<Integer> {

  @Option(
      names = "--labels",
      required = true,
      paramLabel = "URI",
      description = "A label table; given twice: the first run's, A, then the second's, B.")
  private List<String> labels;

  @Option(
      names = "--ground-truth",
      paramLabel = "FILE",
      description = "Annotations in COCO's form: adds COCO's numbers of both runs, over all boxes.")
  private String groundTruth;

  @Mixin private ClassMatchingArguments classes;

  @Option(
      names = "--annotated-only",
      description =
          "With --ground-truth: its numbers leave out images that are not annotated. Without it they"
              + " are refused.")
  private boolean annotatedOnly;

  @Option(
      names = "--output",
      paramLabel = "DIR|FILE.html",
      description =
          "Writes a page with the pictures that differ most; into a folder, with the summary as"
              + " text and JSON. Files that are there are replaced.")
  private String output;

  @Option(
      names = "--min-score",
      paramLabel = "S",
      defaultValue = "0.3",
      description = "Leaves out boxes below, of both. Default: ${DEFAULT-VALUE}.")
  private double minScore;

  @Option(
      names = "--match-iou",
      paramLabel = "IOU",
      defaultValue = "0.5",
      description = "Boxes that overlap less are two objects. Default: ${DEFAULT-VALUE}.")
  private double matchIou;

  @Option(
      names = "--kept-iou",
      paramLabel = "IOU",
      defaultValue = "0.9",
      description = "Boxes of an object that overlap less moved. Default: ${DEFAULT-VALUE}.")
  private double keptIou;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "24",
      description =
          "Most pictures on the page, up to "
              + CompareRequest.MAX_LIMIT
              + ". Default: ${DEFAULT-VALUE}.")
  private int limit;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    CompareRequest request = request();
    try (BoxmillSession session = BoxmillSession.start(List.of())) {
      Configuration hadoop = session.spark().sparkContext().hadoopConfiguration();
      Optional<CompareFiles> files =
          Optional.ofNullable(output).map(given -> CompareFiles.claim(given, hadoop));
      CompareReport report = CompareRun.of(request, session.spark());
      PrintWriter out = spec.commandLine().getOut();
      out.print(report.text());
      if (files.isPresent()) {
        out.println();
        out.println("Page: " + files.get().write(report));
      }
      out.flush();
    }
    return ExitCode.WHOLE;
  }

  private EvaluationRequest truth(String file) {
    return EvaluationRequest.of(file, EvaluationStyle.COCO)
        .withMatching(classes.matching())
        .withScope(annotatedOnly ? ImageScope.ANNOTATED : ImageScope.ALL);
  }

  private CompareRequest request() {
    if (labels.size() != 2) {
      throw new BadInputException(
          "Invalid --labels: given "
              + (labels.size() == 1 ? "once" : labels.size() + " times")
              + " (must be given twice: A, then B)");
    }
    return new CompareRequest(
        labels.get(0),
        labels.get(1),
        Optional.ofNullable(groundTruth).map(this::truth),
        new Thresholds(minScore, matchIou, keptIou),
        limit);
  }
}
