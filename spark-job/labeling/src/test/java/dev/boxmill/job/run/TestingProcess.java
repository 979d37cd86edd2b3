package dev.boxmill.job.run;

import dev.boxmill.job.session.TestingLabeler;
import java.nio.file.Path;
import java.util.List;

/** A labeling run as a process of its own, with a labeler that needs no network. */
final class TestingProcess {

  private TestingProcess() {}

  /** Takes the output, the input and the images of a chunk. */
  public static void main(String[] arguments) throws Exception {
    LabelRequest request =
        TestingRun.of(Path.of(arguments[0]), Path.of(arguments[1]))
            .chunksOf(Long.parseLong(arguments[2]))
            .request();
    try (BoxmillSession session = BoxmillSession.start(List.of())) {
      new LabelRun(session.spark(), TestingLabeler::prepare, System.err).run(request);
    }
    System.exit(0);
  }
}
