package dev.boxmill.job.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.boxmill.checkpoint.Checkpoint;
import dev.boxmill.job.TestingSpark;
import dev.boxmill.job.scenes.SceneFolder;
import dev.boxmill.job.train.DetectorRequest.ClassChoice;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tiny networks of each member that can be trained, to other classes than theirs. */
final class TestTrainedFamily {

  @TempDir private static Path scenes;
  @TempDir private Path folder;

  @BeforeAll
  static void draw() throws IOException {
    SceneFolder.write(scenes.resolve("s"), 8, 11);
  }

  private static Path golden(String name) {
    return Path.of(System.getProperty("repository"))
        .resolve("detector/detr/src/test/resources/golden")
        .resolve(name);
  }

  private DetectorOutcome train(TestingRequest request) throws IOException {
    PrintStream quiet = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
    return new DetectorTraining(
            TestingSpark.session(), request.classes(ClassChoice.NEW).build(), quiet)
        .run();
  }

  private TestingRequest request(Path detector) {
    return new TestingRequest(
            List.of(scenes.resolve("s/images").toString()),
            scenes.resolve("s/annotations.json").toString(),
            folder.resolve("out").toString(),
            TestingSettings.of(1).batch(2).settings())
        .detector(detector);
  }

  /** Measuring AP loads what was written. */
  @ParameterizedTest
  @CsvSource({
    "detr-auxiliary-sharded",
    "conditional-timm-auxiliary",
    "dab-bottleneck",
    "deformable-base",
    "deformable-two-stage",
    "rtdetr-basic",
    "rtdetr-v2",
    "dfine-affine",
    "deimv2-two-maps",
    "deimv2-lite"
  })
  void aDirectoryBecomesADirectoryUnderItsOwnNames(String name) throws IOException {
    DetectorOutcome outcome = train(request(golden(name)));

    assertThat(outcome.results()).hasSize(1);
    assertThat(outcome.results().get(0).loss()).isPositive();
    Set<String> expected = names(golden(name));
    if (name.startsWith("deimv2")) {
      // transformers alone computes a layer there, which is to be the identity
      expected.removeIf(tensor -> tensor.startsWith("model.enc_output."));
    }
    Set<String> found = names(folder.resolve("out"));
    assertThat(found).containsAll(expected);
    found.removeAll(expected);
    assertThat(found).allMatch(added -> added.equals("model.denoising_class_embed.weight"));
    assertThat(Files.readString(folder.resolve("out/config.json")))
        .contains("\"model_type\"")
        .doesNotContain("N/A");
  }

  @ParameterizedTest
  @CsvSource({
    "detr-auxiliary-sharded",
    "conditional-timm-auxiliary",
    "dab-bottleneck",
    "deformable-two-stage",
    "rtdetr-basic",
    "dfine-affine",
    "deimv2-lite"
  })
  void aConfigurationBecomesADetector(String name) throws IOException {
    DetectorOutcome outcome =
        train(request(scenes.resolve("s")).detector(Path.of("embedded")).config(golden(name)));

    assertThat(outcome.results().get(0).loss()).isPositive();
    assertThat(outcome.before()).isNaN();
    assertThat(folder.resolve("out/model.safetensors")).isNotEmptyFile();
    assertThat(Files.readString(folder.resolve("out/training.json")))
        .contains("drawn from " + golden(name));
    assertThat(folder.resolve(".out-start")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource({
    "dn-layouts, original.pth, dn-detr:heads=4",
    "dino-4scale, detrex.pth, dino:heads=4",
    "deformable-base, original.pth, deformable-detr:heads=4"
  })
  void aStateDictStaysOne(String name, String file, String architecture) throws IOException {
    DetectorOutcome outcome = train(request(golden(name).resolve(file)).architecture(architecture));

    assertThat(folder.resolve("out/config.json")).doesNotExist();
    assertThat(folder.resolve("out/state_dict.safetensors")).isNotEmptyFile();
    assertThat(outcome.options()).contains(" --architecture " + architecture + " --class-names ");
  }

  private static Set<String> names(Path directory) {
    try (Checkpoint checkpoint = Checkpoint.open(directory)) {
      Set<String> names = new TreeSet<>(checkpoint.names());
      names.removeIf(name -> name.endsWith("num_batches_tracked"));
      return names;
    }
  }
}
