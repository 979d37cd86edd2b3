package dev.boxmill.job;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.preview.PreviewPage;
import dev.boxmill.job.run.BoxmillSession;
import dev.boxmill.job.text.Plural;
import dev.boxmill.job.triage.TriagePage;
import dev.boxmill.job.triage.TriageRequest;
import dev.boxmill.job.triage.TriageRequest.ExistingTriage;
import dev.boxmill.job.triage.TriageRun;
import dev.boxmill.job.triage.TriageRun.Triaged;
import dev.boxmill.schemas.TriageColumn;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code boxmill triage}: which images people should review first. */
@Command(
    name = "triage",
    description = {
      "Finds the images that people should review first, where labels are likely wrong.",
      "Writes a Parquet table with a row for each image, the most doubtful first: review_priority,"
          + " the chance of an error, and its parts. They count boxes that score low, objects that"
          + " only boxes below the threshold show, near-duplicates, boxes that the refiners moved"
          + " unusually far, and odd sizes for a class. Failed images come first.",
      "A page beside the labels, _boxmill/triage.html, shows the most doubtful images."
    },
    sortOptions = false,
    mixinStandardHelpOptions = true)
final class TriageCommand implements Callable<Integer> {

  @Option(
      names = "--labels",
      required = true,
      paramLabel = "URI",
      description =
          "The label table: the folder that 'label --output' wrote. Its --min-score should lie"
              + " well below --threshold, as it does by default: weaker boxes hint at objects that"
              + " were missed.")
  private String labels;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "URI",
      description = "Folder of the triage table.")
  private String output;

  @Option(
      names = "--threshold",
      paramLabel = "S",
      defaultValue = "0.5",
      description =
          "People are shown boxes that score so much and above; between 0 and 1. Default:"
              + " ${DEFAULT-VALUE}.")
  private double threshold;

  @Option(names = "--overwrite", description = "Replaces a triage table that is there.")
  private boolean overwrite;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "" + TriagePage.DEFAULT_LIMIT,
      description =
          "Most pictures on the page, the most doubtful first, up to "
              + PreviewPage.MAX_LIMIT
              + ". Default: ${DEFAULT-VALUE}.")
  private int limit;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    TriageRequest request =
        new TriageRequest(
            labels, output, threshold, overwrite ? ExistingTriage.REPLACE : ExistingTriage.REFUSE);
    if (limit < 1 || limit > PreviewPage.MAX_LIMIT) {
      throw new BadInputException(
          "Invalid --limit: " + limit + " (must be from 1 to " + PreviewPage.MAX_LIMIT + ")");
    }
    try (BoxmillSession session = BoxmillSession.start(List.of())) {
      Triaged triaged = TriageRun.write(request, session.spark(), System.err::println);
      print(triaged);
      page(request, triaged, session.spark());
    }
    return ExitCode.WHOLE;
  }

  /** The table is whole already: it stands, with or without a page to look at. */
  private void page(TriageRequest request, Triaged triaged, SparkSession spark) {
    PrintWriter out = spec.commandLine().getOut();
    try {
      out.println("Page: " + TriagePage.write(request, triaged, limit, spark));
    } catch (Exception | Error failure) {
      System.err.println("No page: " + LabelCommand.reason(failure));
    }
    out.flush();
  }

  private void print(Triaged triaged) {
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        Locale.ROOT, "%s, %,d failed%n", Plural.of(triaged.images(), "image"), triaged.failed());
    out.printf(Locale.ROOT, "Expected errors: %,.1f%n", triaged.expectedErrors());
    triaged
        .parts()
        .forEach(
            (part, errors) ->
                out.printf(Locale.ROOT, "  %-20s %,10.1f%n", part.columnName(), errors));
    if (triaged.parts().get(TriageColumn.MISSED_OBJECTS) == 0 && triaged.expectedErrors() > 0) {
      out.printf(
          Locale.ROOT,
          "No box scores below %s: objects that were missed can't be told"
              + " (label with a lower --min-score)%n",
          threshold);
    }
    out.println("Triage: " + triaged.output());
    out.flush();
  }
}
