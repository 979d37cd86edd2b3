package dev.boxmill.job;

import static dev.boxmill.job.session.TestingLabeler.picture;
import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.image.Decoding;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.session.DetectorLabelerProvider;
import dev.boxmill.job.session.LabelSettings;
import dev.boxmill.job.session.TestingLabeler;
import dev.boxmill.job.tiles.Tiling;
import dev.boxmill.refiners.spi.PluginJar;
import dev.boxmill.torchscript.Precision;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestLabelCommand {

  @TempDir Path folder;

  @Test
  void exitCodesTellHowTheRunEnded() throws IOException {
    Path photos = photos(4);
    String[] command = {"label", "--input", photos.toString(), "--output", labels()};
    TestingCommand whole = TestingCommand.run(command);
    Files.writeString(photos.resolve("1.jpg"), "garbage");
    TestingCommand failed = TestingCommand.with(command, "--overwrite");
    TestingCommand allowed =
        TestingCommand.with(command, "--retry-failed", "--max-failure-rate", "0.25");
    Files.writeString(photos.resolve("1.jpg"), TestingLabeler.FAULT);
    TestingCommand broken = TestingCommand.with(command, "--overwrite");

    assertThat(whole.exitCode()).as(whole.err()).isZero();
    assertThat(whole.out()).contains("4 images: 4 labeled, 0 failed");
    assertThat(failed.exitCode()).isEqualTo(3);
    assertThat(failed.out()).contains("4 images: 3 labeled, 1 failed (unreadable 1)");
    assertThat(failed.err())
        .contains(
            "Too many images failed: 25.00% (allowed: 1.00%; see error_message in the labels)");
    assertThat(allowed.exitCode()).as(allowed.err()).isZero();
    assertThat(broken.exitCode()).isEqualTo(1);
    assertThat(broken.err()).contains("The run broke off: Cannot write a row for file:///");
  }

  @Test
  void optionsReachTheSettings() {
    AtomicReference<LabelSettings> seen = new AtomicReference<>();
    String[] command = {"label", "--output", labels(), "--detector", "d.pth"};
    List<String> all = new ArrayList<>(List.of(command));
    all.addAll(List.of("--architecture", "dino:heads=8", "--class-names", "names.txt"));
    all.addAll(List.of("--refiner", "clip", "--refiner", "merge-duplicates:iou=0.6"));
    all.addAll(List.of("--precision", "bf16", "--min-score", "0.2", "--top-k", "7"));
    all.addAll(List.of("--max-pixels", "99", "--tiles", "640:full=true", "--decode", "scaled"));

    TestingCommand refused =
        TestingCommand.run(
            (settings, hadoop) -> {
              seen.set(settings);
              throw new BadInputException("seen");
            },
            all.toArray(String[]::new));

    assertThat(refused.err()).isEqualTo("seen\n");
    assertThat(seen)
        .hasValue(
            LabelSettings.DEFAULTS
                .withDetector("d.pth")
                .withArchitecture(Optional.of("dino:heads=8"))
                .withClassNames(Optional.of("names.txt"))
                .withRefiners(List.of("clip", "merge-duplicates:iou=0.6"))
                .withPrecision(Precision.BF16)
                .withMinScore(0.2)
                .withTopK(OptionalInt.of(7))
                .withMaxPixels(99)
                .withTiling(Tiling.parse("640:full=true"))
                .withDecoding(Decoding.SCALED));
  }

  /** With the embedded detector. */
  @Test
  void pluginOfAJarRefinesTheBundledScenes() {
    Path jar = PluginJar.shift(folder);
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    try {
      TestingCommand done =
          TestingCommand.run(
              new DetectorLabelerProvider(),
              "label",
              "--output",
              labels(),
              "--refiner",
              "shift:right=3",
              "--jars",
              jar.toString());

      assertThat(done.exitCode()).as(done.err()).isZero();
      assertThat(done.out()).contains("12 images: 12 labeled, 0 failed").contains("Labels: ");
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
    assertThat(folder.resolve("labels/_boxmill/preview.html")).isNotEmptyFile();
  }

  @Test
  void errorInThePreviewIsToldAndNotThrown() {
    ByteArrayOutputStream console = new ByteArrayOutputStream();

    LabelCommand.attempt(
        () -> {
          throw new NoClassDefFoundError("java/awt/Graphics");
        },
        new PrintStream(console, true, StandardCharsets.UTF_8));

    assertThat(console.toString(StandardCharsets.UTF_8))
        .isEqualToIgnoringNewLines(
            "No preview: java.lang.NoClassDefFoundError: java/awt/Graphics"
                + " ('preview' makes one later)");
  }

  @Test
  void badRequestsEndWithTheirMessage() throws IOException {
    String photos = photos(1).toString();
    assertBad("Missing --output (name a folder for the labels)", "--input", photos);
    assertBad(
        "Cannot write labels to file://" + photos + "/0.jpg: it is a file (name a folder)",
        "--input",
        photos,
        "--output",
        photos + "/0.jpg");
    Map<String, String> bad =
        Map.of(
            "--jars no.jar",
            "Cannot load plugin jar no.jar: it does not exist (check the path after --jars)",
            "--precision fp8",
            "Unknown precision 'fp8' (known: auto, fp32, bf16, fp16)",
            "--min-score 1.5",
            "Invalid --min-score: 1.5 (must be from 0 to 1)",
            "--max-failure-rate -0.1",
            "Invalid --max-failure-rate: -0.1 (must be from 0 to 1)",
            "--top-k 0",
            "Invalid --top-k: 0 (must be at least 1)",
            "--refiner none --refiner clip",
            "Invalid --refiner: none clip (must be none alone, or no none)",
            "--detector missing",
            "Cannot read detector missing: it does not exist (check it)");
    bad.forEach(
        (options, message) ->
            assertBad(message, ("--output " + labels() + " " + options).split(" ")));
    assertThat(folder.resolve("labels")).doesNotExist();
  }

  @Test
  void storeWithoutItsClientIsToldInOneLine() {
    TestingCommand command =
        TestingCommand.run("label", "--input", "x.jpg", "--output", "s3a://labels/2026");

    assertThat(command.exitCode()).isEqualTo(2);
    assertThat(command.err())
        .startsWith(
            "Cannot open s3a://labels/2026: the client of the filesystem s3a is not on the class")
        .hasLineCount(1);
  }

  @Test
  void unknownOptionsAndFormatsShowTheUsage() {
    TestingCommand format =
        TestingCommand.run("label", "--input", "x", "--output", "y", "--input-format", "zip");
    assertThat(format.exitCode()).isEqualTo(2);
    assertThat(format.err())
        .contains("Unknown input format 'zip' (known: auto, files, manifest, parquet, webdataset)")
        .contains("Usage: boxmill label");
    TestingCommand none = TestingCommand.run();
    assertThat(none.exitCode()).isEqualTo(2);
    assertThat(none.err()).contains("Missing command").contains("label").contains("scenes");
  }

  @Test
  void helpTellsTheExitCodes() {
    assertThat(TestingCommand.run("label", "--help").out())
        .contains("Exit codes:")
        .contains("3   every image has its row, but more failed");
  }

  private static void assertBad(String message, String... arguments) {
    TestingCommand command = TestingCommand.with(new String[] {"label"}, arguments);
    assertThat(command.err()).isEqualTo(message + "\n");
    assertThat(command.exitCode()).isEqualTo(2);
  }

  private Path photos(int count) throws IOException {
    Path photos = Files.createDirectories(folder.resolve("photos"));
    for (int i = 0; i < count; i++) {
      Files.write(photos.resolve(i + ".jpg"), picture(10 + i, 20));
    }
    return photos;
  }

  private String labels() {
    return folder.resolve("labels").toString();
  }
}
