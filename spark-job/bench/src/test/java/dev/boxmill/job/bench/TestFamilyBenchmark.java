package dev.boxmill.job.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.boxmill.detr.architecture.Architecture;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.schemas.Box;
import dev.boxmill.schemas.Detection;
import dev.boxmill.schemas.ImageSize;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestFamilyBenchmark {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ImageSize SIZE = new ImageSize(100, 100);
  static final String SMALL =
      """
      {"name": "small", "height": 96, "width": 64, "config": {"model_type": "detr", "d_model": 32,
       "backbone": "resnet18", "backbone_kwargs": {"layers": [1, 1, 1, 1], "channels": [8, 12, 16, 24]},
       "encoder_layers": 1, "decoder_layers": 1, "num_queries": 20, "num_labels": 5}}
      """;

  @TempDir private Path directory;

  @Test
  void everyRowIsANetworkOfItsOwn() throws IOException {
    List<FamilyMember> members = FamilyMember.all();
    assertThat(members).extracting(FamilyMember::name).doesNotHaveDuplicates();
    for (FamilyMember member : members) {
      Architecture architecture = member.network().get();
      assertThat(architecture.tensors()).as(member.name()).hasSizeGreaterThan(100);
      assertThat(architecture.classNames().size()).as(member.name()).isIn(2, 10, 25, 80, 91);
    }
  }

  @Test
  void bothSidesAreTimedInTurn() throws IOException {
    Path peer =
        Files.writeString(directory.resolve("peer"), "while read x; do echo '{\"ms\": 5}'; done");
    Path json = directory.resolve("family.json");

    String table = run(List.of("sm"), Optional.of("sh " + peer), Optional.of(json));

    assertThat(table).contains("transformers, ms").containsPattern("small +96x64 +5 +5 ");
    JsonNode row = JSON.readTree(json.toFile()).get(0);
    assertThat(row.get("transformers_bf16")).hasSize(2);
    assertThat(row.get("boxmill_fp32")).hasSize(2);
    assertThat(row.get("boxmill_bf16").get(0).asDouble()).isPositive();
    assertThat(row.get("bf16_score_median").asDouble()).isBetween(0.0, 0.05);
  }

  @Test
  void otherRuntimesAreNamedByThePeerAndTimedInTurn() throws IOException {
    String held =
        "{\"sides\": [\"OpenVINO bf16\", \"ONNX Runtime fp32\"], \"cannot\": {\"rfdetr\": \"other weights\"}}";
    Path peer =
        Files.writeString(
            directory.resolve("peer"),
            "read x; echo '" + held + "'; while read x; do echo '{\"ms\": 5}'; done");
    Path json = directory.resolve("family.json");

    String table = run(List.of("sm"), Optional.of("sh " + peer), Optional.of(json));

    assertThat(table)
        .containsPattern("small +96x64 +- +- +\\d+ +\\d+ ")
        .containsPattern(
            "    ONNX Runtime fp32 5\\.0 ms \\(\\d+\\.\\d\\d\\) · OpenVINO bf16 5\\.0 ms \\(\\d+\\.\\d\\d\\)"
                + " · no rfdetr: other weights");
    JsonNode row = JSON.readTree(json.toFile()).get(0);
    assertThat(row.get("openvino_bf16")).hasSize(2);
    assertThat(row.has("transformers_fp32")).isFalse();
    assertThat(row.get("missing").get("rfdetr").textValue()).isEqualTo("other weights");
  }

  @Test
  void boxmillAloneNeedsNoPeer() throws IOException {
    assertThat(run(List.of(), Optional.empty(), Optional.empty()))
        .containsPattern("small +96x64 +- +- +\\d+ +\\d+ +- +- ");
  }

  @Test
  void unknownNetworksAreToldTheKnown() {
    assertThatThrownBy(() -> run(List.of("YOLO"), Optional.empty(), Optional.empty()))
        .isInstanceOf(BadInputException.class)
        .hasMessage("Unknown networks [YOLO] (known: small)");
  }

  @Test
  void aPeerThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> run(List.of(), Optional.of("/no/python x"), Optional.empty()))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith("Cannot start /no/python x: ")
        .hasMessageEndingWith("(check --peer)");
  }

  @Test
  void aPeerThatEndsIsTold() throws IOException {
    Path peer = Files.writeString(directory.resolve("peer"), "read x; exit 3");
    assertThatThrownBy(() -> run(List.of(), Optional.of("sh " + peer), Optional.empty()))
        .isInstanceOf(BadInputException.class)
        .hasMessage("Cannot go on: the peer ended with 3 (its messages stand above)");
  }

  @Test
  void driftPairsTheNearestOfAClass() {
    List<Detection> exact = List.of(detection(0, 1, 0.9f, 0.5f), detection(1, 1, 0.8f, 0.2f));
    List<Detection> faster =
        List.of(
            detection(0, 1, 0.7f, 0.21f),
            detection(1, 1, 0.85f, 0.5f),
            detection(2, 2, 0.8f, 0.2f));

    FamilyDrift drift = FamilyDrift.between(exact, faster, SIZE);

    assertThat(drift.highestScore()).isBetween(0.099f, 0.101f);
    assertThat(drift.mostPixels()).isBetween(0.99f, 1.01f);
  }

  private static Detection detection(int query, int label, float score, float cx) {
    return Detection.of(query, label, score, new Box(cx, 0.5f, 0.1f, 0.1f));
  }

  private static String run(List<String> rows, Optional<String> peer, Optional<Path> json)
      throws IOException {
    StringWriter text = new StringWriter();
    FamilyBenchmark.run(
        new FamilyBenchmark.Request(rows, 2, 1, peer, json),
        List.of(FamilyMember.parse(JSON.readTree(SMALL))),
        new PrintWriter(text, true));
    return text.toString();
  }
}
