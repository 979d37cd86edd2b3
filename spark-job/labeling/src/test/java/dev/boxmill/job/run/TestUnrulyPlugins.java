package dev.boxmill.job.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.job.TestingSpark;
import dev.boxmill.job.samples.BundledSamples;
import dev.boxmill.job.session.DetectorLabelerProvider;
import dev.boxmill.job.session.LabelSettings;
import dev.boxmill.job.session.RefiningJob.RefineOptions;
import dev.boxmill.job.table.LabelRows;
import dev.boxmill.job.table.LabelWriter;
import dev.boxmill.job.table.OutputFolder.ExistingLabels;
import dev.boxmill.refiners.spi.PluginJar;
import dev.boxmill.schemas.LabelRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Refiners of a jar that do at one of four scenes what no refiner should. */
final class TestUnrulyPlugins {

  private static final int IMAGES = 4;

  @TempDir static Path shared;
  @TempDir Path folder;

  private static Path photos;
  private static Path jar;
  private static String candidates;

  @BeforeAll
  static void labelOnce() throws IOException {
    photos = Files.createDirectory(shared.resolve("photos"));
    for (int i = 0; i < IMAGES; i++) {
      String name = "images/scene-00000%d.jpg".formatted(i);
      Files.write(
          photos.resolve(i + ".jpg"),
          BundledSamples.class.getResourceAsStream(name).readAllBytes());
    }
    jar = PluginJar.pack(shared, "com.example.UnrulyPlugin", UNRULY);
    candidates = shared.resolve("candidates").toString();
    TestingRun.of(Path.of(candidates), photos)
        .refiners("none")
        .run(new DetectorLabelerProvider())
        .summary();
  }

  /** Scene 0 alone is 263 pixels wide. */
  @ParameterizedTest
  @CsvSource({
    "assertion,internal,java.lang.AssertionError: 1 != 2",
    "linkage,internal,java.lang.NoClassDefFoundError: com/example/Missing",
    "stack,internal,java.lang.StackOverflowError",
    "memory,resources,java.lang.OutOfMemoryError: Java heap space",
    "checked,internal,java.io.IOException: no such file",
    "lazy,internal,java.lang.IllegalStateException: read too late",
    "far,internal,(must have corners and an area that are finite in pixels)",
    "long,internal,java.lang.IllegalStateException: xxxxxxxx"
  })
  void whatARefinerDoesToOneImageCostsThatImage(String fault, String category, String said)
      throws IOException {
    TestingOutcome refined = refine(fault);

    assertThat(refined.summary()).contains("4 images: 3 labeled, 1 failed (" + category + " 1)");
    assertThat(failure("again"))
        .contains("'unruly-" + fault + "'")
        .contains(said)
        .hasSizeLessThanOrEqualTo(LabelRow.Failed.MOST_CHARACTERS);
  }

  @Test
  void anErrorCostsItsImageInABatchOfTheDetectorToo() throws IOException {
    TestingOutcome labeled =
        TestingRun.withPlugin(
            jar,
            () ->
                TestingRun.of(folder.resolve("labels"), photos)
                    .refiners("unruly-assertion")
                    .run(new DetectorLabelerProvider()));

    assertThat(labeled.summary()).contains("4 images: 3 labeled, 1 failed (internal 1)");
    assertThat(failure("labels")).contains("'unruly-assertion' failed");
  }

  @Test
  void anInterruptThatARefinerLeavesKillsNoTask() throws IOException {
    assertThat(refine("interrupt").summary()).contains("4 images: 4 labeled, 0 failed");
    TestingOutcome labeled =
        TestingRun.withPlugin(
            jar,
            () ->
                TestingRun.of(folder.resolve("labels"), photos)
                    .refiners("unruly-interrupt")
                    .run(new DetectorLabelerProvider()));
    assertThat(labeled.summary()).contains("4 images: 4 labeled, 0 failed");
  }

  @Test
  void aRefinerThatCannotCloseCostsNoRow() throws IOException {
    assertThat(refine("close").summary()).contains("4 images: 4 labeled, 0 failed");
  }

  /** The next detector takes the place of one whose refiners can't close. */
  @Test
  void aRefinerThatCannotCloseKeepsNoDetectorInMemory() throws IOException {
    for (String refiner : List.of("unruly-close", "none")) {
      TestingOutcome labeled =
          TestingRun.withPlugin(
              jar,
              () ->
                  TestingRun.of(folder.resolve(refiner), photos)
                      .refiners(refiner)
                      .run(new DetectorLabelerProvider()));
      assertThat(labeled.summary()).contains("4 images: 4 labeled, 0 failed");
    }
  }

  private TestingOutcome refine(String fault) throws IOException {
    RefineRequest request =
        new RefineRequest(
            candidates,
            folder.resolve("again").toString(),
            ExistingLabels.CONTINUE,
            new RefineOptions(
                "",
                List.of("unruly-" + fault),
                OptionalDouble.empty(),
                LabelSettings.DEFAULT_MAX_PIXELS),
            0.5);
    return TestingRun.withPlugin(
        jar,
        () ->
            TestingOutcome.of(
                console -> new RefineRun(TestingSpark.session(), console).run(request)));
  }

  private String failure(String table) {
    List<LabelRow.Failed> failed =
        new LabelWriter(TestingSpark.session())
                .read(new org.apache.hadoop.fs.Path(folder.resolve(table).toString()))
                .collectAsList()
                .stream()
                .map(LabelRows::labelRow)
                .filter(LabelRow.Failed.class::isInstance)
                .map(LabelRow.Failed.class::cast)
                .toList();
    assertThat(failed).hasSize(1);
    assertThat(failed.get(0).imageUri()).endsWith("/0.jpg");
    return failed.get(0).message();
  }

  private static final String UNRULY =
      """
      package com.example;

      import dev.boxmill.refiners.spi.*;
      import dev.boxmill.schemas.*;
      import java.io.IOException;
      import java.util.*;
      import java.util.function.Function;

      public final class UnrulyPlugin implements RefinerPlugin {
        interface Fault {
          List<Detection> at(List<Detection> found) throws Throwable;
        }

        private static Fault throwing(Throwable failure) {
          return found -> {
            throw failure;
          };
        }

        public List<RefinerFactory> factories() {
          Map<String, Fault> faults = new TreeMap<>();
          faults.put("assertion", throwing(new AssertionError("1 != 2")));
          faults.put("linkage", throwing(new NoClassDefFoundError("com/example/Missing")));
          faults.put("stack", found -> List.of(deep(found.get(0))));
          faults.put("memory", throwing(new OutOfMemoryError("Java heap space")));
          faults.put("checked", throwing(new IOException("no such file")));
          faults.put("long", throwing(new IllegalStateException("x".repeat(5_000_000))));
          faults.put("lazy", found -> new AbstractList<>() {
            public Detection get(int index) {
              throw new IllegalStateException("read too late");
            }

            public int size() {
              return 1;
            }
          });
          faults.put("far", found -> List.of(found.get(0).withBox(new Box(3e37f, 0, 1, 1))));
          faults.put("interrupt", found -> {
            Thread.currentThread().interrupt();
            return found;
          });
          faults.put("close", found -> found);
          List<RefinerFactory> factories = new ArrayList<>();
          faults.forEach((name, fault) -> factories.add(new Factory("unruly-" + name, fault)));
          return factories;
        }

        private static Detection deep(Detection found) {
          return deep(found).withScore(0.5f);
        }

        record Factory(String name, Fault fault) implements RefinerFactory {
          public List<RefinerOption> options() {
            return List.of();
          }

          public boolean usesFeatures() {
            return false;
          }

          public BoxRefiner create(RefinerOptions options, RefinerContext context) {
            return new Unruly(name, fault);
          }
        }

        record Unruly(String name, Fault fault) implements ImageRefiner {
          public List<Detection> refine(ImageSize size, List<Detection> found) {
            try {
              return size.width() == 263 ? fault.at(found) : found;
            } catch (Throwable failure) {
              throw Unruly.<RuntimeException>sneaky(failure);
            }
          }

          @SuppressWarnings("unchecked")
          private static <T extends Throwable> T sneaky(Throwable failure) throws T {
            throw (T) failure;
          }

          public void close() {
            if (name.endsWith("close")) {
              throw new AssertionError("still open");
            }
          }
        }
      }
      """;
}
