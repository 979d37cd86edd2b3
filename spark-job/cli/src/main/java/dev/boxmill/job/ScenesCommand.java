package dev.boxmill.job;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.scenes.SceneFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code boxmill scenes}: draws labelled scenes. */
@Command(
    name = "scenes",
    description = "Draws labelled scenes: images/ and annotations.json (COCO).",
    sortOptions = false,
    mixinStandardHelpOptions = true)
final class ScenesCommand implements Callable<Integer> {

  @Option(names = "--count", required = true, paramLabel = "N", description = "How many scenes.")
  private int count;

  @Option(
      names = "--seed",
      required = true,
      paramLabel = "S",
      description = "The same seed gives the same bytes.")
  private long seed;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "A folder that does not exist yet or is empty.")
  private Path output;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    try {
      SceneFolder.write(output, count, seed);
    } catch (IllegalArgumentException | IOException refused) {
      throw new BadInputException(refused.getMessage(), refused);
    }
    spec.commandLine().getOut().printf("Scenes: %s%n", output);
    return ExitCode.WHOLE;
  }
}
