package dev.boxmill.detr;

import static dev.boxmill.checkpoint.TestingTensors.relativeDrift;
import static dev.boxmill.detr.TestingNetwork.pixels;
import static dev.boxmill.detr.TestingNetwork.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.checkpoint.TestingGolden;
import dev.boxmill.torchscript.Precision;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** What D-FINE and DEIMv2 must pass beside {@link TestingParity}. */
public final class TestingFineParity {

  /** Kinds of their steps, earlier ones first. */
  public static final List<String> STEPS =
      List.of(
          "c",
          "encoder.input",
          "encoder.reduced",
          "encoder.global",
          "encoder",
          "memory",
          "query.scores",
          "query.tokens",
          "query.content",
          "query.boxes",
          "decoder.first",
          "decoder",
          "logits",
          "boxes");

  /** Results of queries up to the first layer's; behind it all queries have seen each other. */
  public static final List<String> QUERIES =
      List.of("query.boxes", "decoder.first", "decoder.0.boxes");

  private TestingFineParity() {}

  /**
   * Rounding costs something, and little: the relative root mean square of the difference in
   * feature maps, and in results of the queries that both selected.
   *
   * @param steps that may drift by {@code results}
   */
  public static void assertDrift(
      String variant, Precision precision, double features, double results, List<String> steps) {
    try (TestingGolden golden = TestingGolden.open(variant)) {
      Map<String, float[]> found = run(variant, "stages", precision, pixels(golden));
      for (String step : List.of("c2", "c3", "c4", "memory", "query.scores")) {
        assertThat(relativeDrift(found.get(step), golden.floats(step)))
            .as("drift of %s", step)
            .isBetween(features / 1000, features);
      }
      int[] match = match(found.get("query.tokens"), golden, "query.tokens");
      for (String step : steps) {
        float[] expected = golden.floats(step);
        int width = expected.length / match.length;
        float[] same = expected.clone();
        for (int i = 0; i < match.length; i++) {
          if (match[i] >= 0) {
            System.arraycopy(found.get(step), match[i] * width, same, i * width, width);
          }
        }
        assertThat(relativeDrift(same, expected))
            .as("drift of %s", step)
            .isBetween(results / 1000, results);
      }
    }
  }

  /**
   * For each of the expected queries, the found one of the same image and cell, or -1: rounding may
   * swap the last of the selected cells for the first of the others.
   */
  private static int[] match(float[] found, TestingGolden golden, String step) {
    float[] expected = golden.floats(step);
    int images = (int) golden.shape(step)[0];
    int queries = expected.length / images;
    int[] match = new int[expected.length];
    for (int i = 0; i < expected.length; i++) {
      match[i] = -1;
      int first = i / queries * queries;
      for (int same = first; same < first + queries; same++) {
        match[i] = found[same] == expected[i] ? same : match[i];
      }
    }
    long common = Arrays.stream(match).filter(query -> query >= 0).count();
    assertThat(common).as("common queries").isGreaterThanOrEqualTo(match.length * 7L / 9);
    return match;
  }
}
