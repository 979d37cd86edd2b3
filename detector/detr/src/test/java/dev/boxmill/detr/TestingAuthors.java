package dev.boxmill.detr;

import static dev.boxmill.checkpoint.TestingTensors.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.boxmill.checkpoint.Checkpoint;
import dev.boxmill.detr.postprocess.PostProcessing;
import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.Detection;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.torchscript.Precision;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * One case of a folder that the authors' own code made: weights, settings, inputs and every step's
 * results. All sizes are those of its {@code settings.json} and of the tensors, so that a folder of
 * another size can take its place.
 */
public record TestingAuthors(Path directory, JsonNode settings, JsonNode images) {

  /**
   * All cases of that network but the padded ones: nothing is padded here.
   *
   * @param network what its settings say under {@code modelname}
   * @throws AssertionError if there is none, or a folder has other files than its settings say
   */
  public static List<TestingAuthors> cases(String network) {
    Path root =
        Path.of(System.getProperty("repository"))
            .resolve(System.getProperty("shared.data"))
            .resolve("reference");
    List<TestingAuthors> cases =
        list(root, "*").stream()
            .flatMap(TestingAuthors::cases)
            .filter(c -> c.hyperparameters().required("modelname").textValue().equals(network))
            .filter(c -> !c.isPadded())
            .toList();
    assertThat(cases).as("cases of %s in %s", network, root).isNotEmpty();
    return cases;
  }

  private static Stream<TestingAuthors> cases(Path directory) {
    JsonNode settings;
    try {
      settings = new ObjectMapper().readTree(directory.resolve("settings.json").toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<TestingAuthors> cases =
        stream(settings.required("cases"))
            .map(images -> new TestingAuthors(directory, settings, images))
            .toList();
    assertThat(list(directory, "case_*.safetensors"))
        .containsExactlyInAnyOrderElementsOf(cases.stream().map(TestingAuthors::file).toList());
    return cases.stream();
  }

  private static List<Path> list(Path directory, String pattern) {
    try (DirectoryStream<Path> found = Files.newDirectoryStream(directory, pattern)) {
      return stream(found).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static <T> Stream<T> stream(Iterable<T> found) {
    return StreamSupport.stream(found.spliterator(), false);
  }

  /** Their images differ in size. */
  private boolean isPadded() {
    Set<JsonNode> sizes = new HashSet<>();
    images.required("image_sizes_hw").forEach(sizes::add);
    return sizes.size() > 1;
  }

  private Path file() {
    return directory.resolve(images.required("file").textValue());
  }

  private JsonNode hyperparameters() {
    return settings.required("hyperparameters");
  }

  /** A number of layers, heads, … under the authors' name. */
  public int number(String hyperparameter) {
    return hyperparameters().required(hyperparameter).intValue();
  }

  /** What their code computed. */
  public Checkpoint open() {
    return Checkpoint.openFile(file());
  }

  /**
   * Their weights.
   *
   * @param architecture its name alone
   */
  public DetectorFiles openWeights(String architecture) {
    DetectorOptions options =
        new DetectorOptions(architecture + ":heads=" + number("nheads"), Map.of());
    return DetectorFiles.open(directory.resolve("model.pth"), options);
  }

  /** Every step of their images, as we compute it. */
  public static Map<String, float[]> run(DetectorFiles files, Checkpoint theirs) {
    return run(files, theirs, "pixels");
  }

  /**
   * Every step of their images, as we compute it.
   *
   * @param input the images' name
   */
  public static Map<String, float[]> run(DetectorFiles files, Checkpoint theirs, String input) {
    float[] pixels = floats(theirs, input);
    long[] shape = theirs.tensor(input).shape().stream().mapToLong(Long::longValue).toArray();
    return TestingNetwork.run(
        files, "stages", program -> program, Precision.FP32, m -> m.tensor(pixels, shape));
  }

  /** The steps that all their networks have, under our names. */
  public Map<String, float[]> steps(Checkpoint theirs) {
    Map<String, float[]> steps = new TreeMap<>();
    int maps = (int) theirs.names().stream().filter(n -> n.matches("backbone\\.\\d+")).count();
    for (int i = 0; i < maps; i++) {
      steps.put("c" + (6 - maps + i), floats(theirs, "backbone." + i));
    }
    int encoderLayers = number("enc_layers");
    for (int i = 0; i + 1 < encoderLayers; i++) {
      steps.put("encoder." + i, floats(theirs, "encoder_layer." + i));
    }
    for (int i = 0; i < number("dec_layers"); i++) {
      steps.put("decoder." + i, floats(theirs, "decoder_layer." + i));
    }
    steps.put("logits", floats(theirs, "pred_logits"));
    steps.put("boxes", floats(theirs, "pred_boxes"));
    return steps;
  }

  /** Their post-processing of our results gives their detections. */
  public void assertDetections(
      PostProcessing rule, Map<String, float[]> found, Checkpoint theirs, float tolerance) {
    int limit = settings.required("num_select").intValue();
    int queries = Math.toIntExact(theirs.tensor("pred_boxes").shape().get(1));
    List<JsonNode> targets = stream(images.required("target_sizes_hw")).toList();
    for (int image = 0; image < targets.size(); image++) {
      JsonNode target = targets.get(image);
      ImageSize size = new ImageSize(target.get(1).intValue(), target.get(0).intValue());
      List<Detection> detections =
          rule.withLimit(limit)
              .detections(found.get("logits"), found.get("boxes"), queries, image, 0);
      assertThat(detections).hasSize(limit);
      float[] scores = new float[limit];
      float[] boxes = new float[4 * limit];
      for (int i = 0; i < limit; i++) {
        scores[i] = detections.get(i).score();
        Corners corners = detections.get(i).box().corners(size);
        boxes[4 * i] = corners.xMin();
        boxes[4 * i + 1] = corners.yMin();
        boxes[4 * i + 2] = corners.xMax();
        boxes[4 * i + 3] = corners.yMax();
      }
      assertClose("scores", scores, row(theirs, "post.scores", image), tolerance);
      float inPixels = Math.max(size.width(), size.height()) * tolerance;
      assertClose("boxes", boxes, row(theirs, "post.boxes", image), inPixels);
    }
  }

  /** One layer, or one image, of a tensor. */
  public static float[] row(Checkpoint theirs, String name, int index) {
    float[] all = floats(theirs, name);
    int size = all.length / Math.toIntExact(theirs.tensor(name).shape().get(0));
    return Arrays.copyOfRange(all, index * size, (index + 1) * size);
  }

  public static float[] floats(Checkpoint theirs, String name) {
    FloatBuffer values = theirs.tensor(name).values();
    float[] copy = new float[values.remaining()];
    values.get(copy);
    return copy;
  }

  @Override
  public String toString() {
    return directory.getFileName() + " " + images.required("name").textValue();
  }
}
