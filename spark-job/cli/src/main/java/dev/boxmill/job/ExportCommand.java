package dev.boxmill.job;

import dev.boxmill.job.export.ExportFormat;
import dev.boxmill.job.export.ExportRequest;
import dev.boxmill.job.export.ExportRequest.ExistingExport;
import dev.boxmill.job.export.ExportRun;
import dev.boxmill.job.export.ExportRun.Exported;
import dev.boxmill.job.run.BoxmillSession;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code boxmill export}: labels as annotation tools import them. */
@Command(
    name = "export",
    description = "Writes labels as annotation tools import them.",
    sortOptions = false,
    mixinStandardHelpOptions = true)
final class ExportCommand implements Callable<Integer> {

  @Option(
      names = "--labels",
      required = true,
      paramLabel = "URI",
      description = "The label table: the folder that 'label --output' wrote.")
  private String labels;

  @Option(
      names = "--format",
      required = true,
      paramLabel = "coco|label-studio|cvat|yolo|fiftyone",
      description =
          "coco: annotations with scores, one JSON file. label-studio: tasks with predictions, one"
              + " JSON file, and the labeling interface beside it. cvat: CVAT for images 1.1, one"
              + " XML file. yolo: a folder of labels and data.yaml; holds no scores. fiftyone: a"
              + " folder, FiftyOneImageDetectionDataset.")
  private String format;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "PATH",
      description = "The file or folder to write.")
  private String output;

  @Option(
      names = "--image-root",
      paramLabel = "URL",
      description =
          "Where the tool finds the images: stands for the folder that all images of the table"
              + " share.")
  private String imageRoot;

  @Option(
      names = "--min-score",
      paramLabel = "S",
      defaultValue = "0",
      description = "Leaves out boxes below. Default: all that the table has.")
  private double minScore;

  @Option(
      names = "--triage",
      paramLabel = "URI",
      description =
          "For label-studio: a triage table of these labels, whose review_priority becomes data of"
              + " each task, to order them by.")
  private String triage;

  @Option(names = "--overwrite", description = "Replaces an export that is there.")
  private boolean overwrite;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    ExportRequest request =
        new ExportRequest(
            labels,
            ExportFormat.named(format),
            output,
            Optional.ofNullable(imageRoot),
            minScore,
            Optional.ofNullable(triage),
            overwrite ? ExistingExport.REPLACE : ExistingExport.REFUSE);
    try (BoxmillSession session = BoxmillSession.start(List.of())) {
      print(ExportRun.write(request, session.spark(), System.err::println));
    }
    return ExitCode.WHOLE;
  }

  private void print(Exported exported) {
    PrintWriter out = spec.commandLine().getOut();
    out.printf(Locale.ROOT, "Export: %s%n", exported.output());
    out.printf(Locale.ROOT, "%,d images, %,d boxes%n", exported.images(), exported.boxes());
    printLeftOut(out, exported.failed(), "failed images");
    printLeftOut(out, exported.below(), "boxes below the least score");
    printLeftOut(out, exported.outside(), "boxes without area inside their image");
    out.flush();
  }

  private static void printLeftOut(PrintWriter out, long count, String what) {
    if (count > 0) {
      out.printf(Locale.ROOT, "Left out: %,d %s%n", count, what);
    }
  }
}
