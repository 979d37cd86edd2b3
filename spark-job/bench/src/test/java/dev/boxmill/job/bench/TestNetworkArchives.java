package dev.boxmill.job.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.boxmill.job.error.BadInputException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That PyTorch takes them is seen by forward_gpu.py. */
final class TestNetworkArchives {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path directory;

  @Test
  void programsAndShapesOfAllWeightsAreWritten() throws IOException {
    FamilyMember member = FamilyMember.parse(JSON.readTree(TestFamilyBenchmark.SMALL));

    NetworkArchives.write(member, directory);

    assertThat(directory)
        .isDirectoryContaining("glob:**/cpu-fp32.pt")
        .isDirectoryContaining("glob:**/cpu-bf16.pt")
        .isDirectoryContaining("glob:**/cuda-fp32.pt")
        .isDirectoryContaining("glob:**/cuda-fp16.pt")
        .isDirectoryContaining("glob:**/cuda-bf16.pt");
    JsonNode network = JSON.readTree(directory.resolve("network.json").toFile());
    assertThat(network.get("height").asInt()).isEqualTo(member.size().height());
    assertThat(network.get("weights").size()).isEqualTo(member.network().get().tensors().size());
    network.get("weights").forEach(shape -> assertThat(shape.isArray()).isTrue());
  }

  @Test
  void everyNetworkHasAFolder() throws IOException {
    NetworkArchives.write(directory, new PrintWriter(new StringWriter()));

    assertThat(directory).isDirectoryContaining("glob:**/Deformable-DETR-R50-two-stages");
    try (Stream<Path> folders = Files.list(directory)) {
      assertThat(folders)
          .hasSize(FamilyMember.all().size())
          .allSatisfy(
              folder ->
                  assertThat(folder)
                      .isDirectoryContaining("glob:**/network.json")
                      .isDirectoryContaining("glob:**/cuda-fp16.pt"));
    }
  }

  @Test
  void refineBoxHasItsTrainingToo() throws IOException {
    NetworkArchives.writeRefineBox(directory, new PrintWriter(new StringWriter()));

    assertThat(directory)
        .isDirectoryContaining("glob:**/cuda-fp16.pt")
        .isDirectoryContaining("glob:**/training-cuda-fp32.pt");
    assertThat(JSON.readTree(directory.resolve("refinebox.json").toFile()).get("weights"))
        .isNotEmpty();
  }

  @Test
  void fileInPlaceOfTheFolderIsRefused() throws IOException {
    Path file = Files.createFile(directory.resolve("taken"));

    assertThatThrownBy(() -> NetworkArchives.write(file, new PrintWriter(new StringWriter())))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "Cannot write archives to "
                + file
                + ": a file is there already (name another --output)");
  }
}
