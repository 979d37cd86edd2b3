package dev.boxmill.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.job.session.DetectorLabelerProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.codegen.docgen.manpage.ManPageGenerator;

/** The command reference is what picocli writes about the commands as they are. */
final class TestCommandReference {

  private static final Path PAGES = Path.of("../../docs/commands");

  private static final String TO_UPDATE =
      "docs/commands differs from the commands. Write it again:\n"
          + "./mvnw -q -pl spark-job/cli -am test -Dtest=TestCommandReference"
          + " -Dsurefire.failIfNoSpecifiedTests=false -Dcommands.update";

  @TempDir private Path generated;

  @BeforeEach
  void generate() throws IOException {
    CommandLine commands = Boxmill.commandLine(new DetectorLabelerProvider());
    List<CommandSpec> specs = new ArrayList<>();
    specs.add(commands.getCommandSpec());
    commands.getSubcommands().values().forEach(command -> specs.add(command.getCommandSpec()));
    specs.forEach(TestCommandReference::forAnyBuild);
    int exitCode =
        ManPageGenerator.generateManPage(
            generated.toFile(), null, new boolean[0], false, specs.toArray(CommandSpec[]::new));
    assertThat(exitCode).isZero();
    if (System.getProperty("commands.update") != null) {
      update();
    }
  }

  @Test
  void pagesAreWhatTheGeneratorWrites() throws IOException {
    assertThat(texts(PAGES)).as(TO_UPDATE).isEqualTo(texts(generated));
  }

  /** Neither a terminal's width nor the build's version belongs to the pages. */
  private static void forAnyBuild(CommandSpec spec) {
    spec.usageMessage().autoWidth(false);
    spec.versionProvider(null).version("boxmill");
  }

  private void update() throws IOException {
    for (String name : texts(PAGES).keySet()) {
      Files.delete(PAGES.resolve(name));
    }
    for (Map.Entry<String, String> page : texts(generated).entrySet()) {
      Files.writeString(PAGES.resolve(page.getKey()), page.getValue());
    }
  }

  private static Map<String, String> texts(Path folder) throws IOException {
    Map<String, String> texts = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".adoc")).toList()) {
        texts.put(file.getFileName().toString(), Files.readString(file).replace("\r\n", "\n"));
      }
    }
    return texts;
  }
}
