package dev.boxmill.job.run;

import dev.boxmill.job.session.TestingLabeler;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A labeling run as a process of its own, with a labeler that needs no network. */
final class TestingProcess {

  private TestingProcess() {}

  /**
   * Starts such a process.
   *
   * @param folder for its temporary files
   * @param log what it says is added to it
   * @param options of the JVM, such as Spark's settings
   * @param arguments see {@link #main}
   */
  static Process start(Path folder, File log, List<String> options, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-opens"))
        .forEach(command::add);
    Path temporary = Files.createDirectories(folder.resolve("tmp"));
    command.addAll(List.of("-Xmx1g", "-XX:TieredStopAtLevel=1", "-Djava.io.tmpdir=" + temporary));
    command.addAll(options);
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), TestingProcess.class.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
        .start();
  }

  /** Takes the output, the input, and the images of a chunk. */
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
