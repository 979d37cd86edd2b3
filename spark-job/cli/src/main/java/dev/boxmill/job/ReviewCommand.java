package dev.boxmill.job;

import dev.boxmill.job.annotations.ReviewRequest;
import dev.boxmill.job.annotations.ReviewRequest.ExistingReview;
import dev.boxmill.job.annotations.ReviewRun;
import dev.boxmill.job.annotations.ReviewSummary;
import dev.boxmill.job.annotations.ReviewThresholds;
import dev.boxmill.job.evaluate.EvaluationRequest;
import dev.boxmill.job.evaluate.EvaluationStyle;
import dev.boxmill.job.evaluate.ImageScope;
import dev.boxmill.job.run.BoxmillSession;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code boxmill review}: errors in people's annotations. */
@Command(
    name = "review",
    description = {
      "Finds errors in people's annotations by what a detector found: objects that were overlooked,"
          + " boxes that lie badly, classes that are wrong.",
      "Writes a folder: a Parquet table with a row for each image, the most doubtful first; a page"
          + " with their pictures; and tasks for Label Studio, with people's boxes and the"
          + " detector's that speak against them.",
      "Scores should be probabilities: calibrate them first."
    },
    sortOptions = false,
    mixinStandardHelpOptions = true)
final class ReviewCommand implements Callable<Integer> {

  @Option(
      names = "--labels",
      required = true,
      paramLabel = "URI",
      description =
          "A label table of the annotated images. Images are matched by file name, and by path where"
              + " several have one.")
  private String labels;

  @Mixin private GroundTruthArgument groundTruth;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "Folder of the review.")
  private String output;

  @Mixin private ClassMatchingArguments classes;

  @Option(
      names = "--annotated-only",
      description = "Leaves out images that are not annotated. Without it they are refused.")
  private boolean annotatedOnly;

  @Option(
      names = "--high-score",
      paramLabel = "S",
      defaultValue = "" + ReviewThresholds.DEFAULT_HIGH,
      description =
          "The detector's boxes that score so much say that an object was overlooked, or has another"
              + " class. Default: ${DEFAULT-VALUE}.")
  private double high;

  @Option(
      names = "--low-score",
      paramLabel = "S",
      defaultValue = "" + ReviewThresholds.DEFAULT_LOW,
      description =
          "The detector's boxes that score more say that an annotated box lies badly. Default:"
              + " ${DEFAULT-VALUE}.")
  private double low;

  @Option(
      names = "--image-root",
      paramLabel = "URL",
      description =
          "Where Label Studio finds the images: stands for the folder that all of them share."
              + " Default: their addresses in the table.")
  private String imageRoot;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "24",
      description =
          "Most pictures on the page, the most doubtful first, up to "
              + ReviewRequest.MAX_LIMIT
              + ". Default: ${DEFAULT-VALUE}.")
  private int limit;

  @Option(names = "--overwrite", description = "Replaces a review that is there.")
  private boolean overwrite;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    EvaluationRequest evaluation =
        EvaluationRequest.of(groundTruth.file(), EvaluationStyle.COCO)
            .withMatching(classes.matching())
            .withScope(annotatedOnly ? ImageScope.ANNOTATED : ImageScope.ALL);
    ReviewRequest request =
        new ReviewRequest(
            evaluation,
            labels,
            output,
            new ReviewThresholds(high, low),
            limit,
            Optional.ofNullable(imageRoot),
            overwrite ? ExistingReview.REPLACE : ExistingReview.REFUSE);
    try (BoxmillSession session = BoxmillSession.start(List.of())) {
      ReviewSummary summary = ReviewRun.write(request, session.spark(), System.err::println);
      spec.commandLine().getOut().print(summary.text());
      spec.commandLine().getOut().flush();
    }
    return ExitCode.WHOLE;
  }
}
