package dev.boxmill.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.boxmill.job.samples.BundledSamples;
import dev.boxmill.job.session.DetectorLabelerProvider;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs of the embedded detector over the bundled scenes, which have a ground truth. */
final class TestRealComparison {

  @TempDir private Path folder;
  private Path truth;

  @BeforeEach
  void unpackTruth() throws IOException {
    truth = folder.resolve("truth.json");
    try (InputStream annotations = BundledSamples.class.getResourceAsStream("annotations.json")) {
      Files.copy(annotations, truth);
    }
  }

  @Test
  void aRefinerMovesBoxesAndChangesNoClass() throws IOException {
    String plain = label("plain", "--refiner", "none");
    String refined = label("refined");

    JsonNode found =
        compare(plain, refined, "--ground-truth", truth.toString(), "--kept-iou", "0.97");

    assertThat(found.at("/images/both").intValue()).isEqualTo(12);
    assertThat(found.at("/images/differ").intValue()).isPositive();
    assertThat(found.at("/boxes/moved").intValue()).isPositive();
    assertThat(count(found, "appeared", "vanished", "class_changed"))
        .isLessThan(count(found, "kept", "moved") / 10);
    for (String run : List.of("a", "b")) {
      assertThat(found.at("/" + run + "/ground_truth/AP").doubleValue()).isGreaterThan(0.9);
    }
    assertThat(folder.resolve("report/compare.html"))
        .content()
        .contains("data:image/jpeg;base64,")
        .contains("data-change=\"moved\"");
  }

  @Test
  void aHigherThresholdLetsUnsureBoxesVanishAndNoneElse() throws IOException {
    String all = label("all", "--refiner", "none");
    String sure = label("sure", "--refiner", "none", "--min-score", "0.9");

    JsonNode found = compare(all, sure);
    JsonNode among = compare(all, sure, "--min-score", "0.901");

    assertThat(count(found, "vanished")).isPositive();
    assertThat(count(found, "kept")).isPositive();
    assertThat(count(found, "appeared", "moved", "class_changed")).isZero();
    assertThat(count(among, "vanished", "appeared", "moved", "class_changed")).isZero();
  }

  private static long count(JsonNode found, String... changes) {
    long count = 0;
    for (String change : changes) {
      count += found.get("boxes").get(change).longValue();
    }
    return count;
  }

  private String label(String name, String... options) {
    String labels = folder.resolve("labels").resolve(name).toString();
    run(List.of("label", "--output", labels, "--precision", "fp32"), options);
    return labels;
  }

  private JsonNode compare(String before, String after, String... options) throws IOException {
    String report = folder.resolve("report").toString();
    run(List.of("compare", "--labels", before, "--labels", after, "--output", report), options);
    return new ObjectMapper().readTree(Path.of(report, "compare.json").toFile());
  }

  private static void run(List<String> command, String... options) {
    List<String> arguments = new ArrayList<>(command);
    arguments.addAll(List.of(options));
    TestingCommand done =
        TestingCommand.run(new DetectorLabelerProvider(), arguments.toArray(String[]::new));
    assertThat(done.exitCode()).as(done.err()).isZero();
  }
}
