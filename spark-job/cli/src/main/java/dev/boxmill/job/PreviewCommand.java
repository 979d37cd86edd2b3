package dev.boxmill.job;

import dev.boxmill.job.preview.PreviewPage;
import dev.boxmill.job.run.BoxmillSession;
import dev.boxmill.job.text.Counted;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code boxmill preview}: pictures with boxes that open in a browser. */
@Command(
    name = "preview",
    description = "Shows pictures with their boxes, the detector's and the refined, in one page.",
    sortOptions = false,
    mixinStandardHelpOptions = true)
public final class PreviewCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--labels",
      required = true,
      paramLabel = "URI",
      description = "The label table: the folder that 'label --output' wrote.")
  private String labels;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "FILE.html",
      description = "The page to write; one that is there is replaced.")
  private String output;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "" + PreviewPage.DEFAULT_LIMIT,
      description =
          "Most pictures to show, up to " + PreviewPage.MAX_LIMIT + ". Default: ${DEFAULT-VALUE}.")
  private int limit;

  @Override
  public Integer call() throws IOException {
    try (BoxmillSession session = BoxmillSession.start(List.of())) {
      PreviewPage.Written page = PreviewPage.write(session.spark(), labels, output, limit);
      spec.commandLine().getOut().println(message(page));
    }
    return 0;
  }

  private static String message(PreviewPage.Written page) {
    return "Preview: %s (%s of %s, %s failed)"
        .formatted(
            page.output(),
            String.format(Locale.ROOT, "%,d", page.shown()),
            Counted.of(page.images(), "image"),
            String.format(Locale.ROOT, "%,d", page.failed()));
  }
}
