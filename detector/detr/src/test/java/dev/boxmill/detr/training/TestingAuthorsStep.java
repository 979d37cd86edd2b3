package dev.boxmill.detr.training;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.boxmill.checkpoint.Checkpoint;
import dev.boxmill.detr.DetectorFiles;
import dev.boxmill.detr.DetectorOptions;
import dev.boxmill.detr.architecture.TrainingNetwork;
import dev.boxmill.detr.criterion.DenoisingSettings;
import dev.boxmill.detr.criterion.DenoisingSettings.Kind;
import dev.boxmill.detr.criterion.TargetObject;
import dev.boxmill.detr.training.AdamW.Rates;
import dev.boxmill.schemas.Box;
import dev.boxmill.torchscript.Weight;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * One case of a folder in {@code training} that the authors' own code made: weights, a batch, and
 * all that a step of training computes of it. All sizes are those of its {@code settings.json}.
 */
record TestingAuthorsStep(Path directory, JsonNode settings, JsonNode step) {

  /**
   * All cases of the folders whose settings are of that code base.
   *
   * @param repository end of its address
   * @throws AssertionError if there is none
   */
  static List<TestingAuthorsStep> cases(String repository) {
    Path root =
        Path.of(System.getProperty("repository"))
            .resolve(System.getProperty("shared.data"))
            .resolve("training");
    List<TestingAuthorsStep> cases =
        folders(root).stream()
            .flatMap(TestingAuthorsStep::cases)
            .filter(c -> c.text("repository").endsWith("/" + repository))
            .toList();
    assertThat(cases).as("cases of %s in %s", repository, root).isNotEmpty();
    return cases;
  }

  private static List<Path> folders(Path root) {
    try (DirectoryStream<Path> found = Files.newDirectoryStream(root, Files::isDirectory)) {
      return stream(found).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Stream<TestingAuthorsStep> cases(Path directory) {
    try {
      JsonNode settings = new ObjectMapper().readTree(directory.resolve("settings.json").toFile());
      return stream(settings.required("cases"))
          .map(step -> new TestingAuthorsStep(directory, settings, step));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static <T> Stream<T> stream(Iterable<T> found) {
    return StreamSupport.stream(found.spliterator(), false);
  }

  private String text(String setting) {
    return settings.required(setting).textValue();
  }

  JsonNode hyperparameter(String name) {
    return settings.required("hyperparameters").required(name);
  }

  /** What their code computed. */
  Checkpoint open() {
    return Checkpoint.openFile(directory.resolve(step.required("file").textValue()));
  }

  /**
   * Their weights.
   *
   * @param architecture its name
   * @param others further settings, each with a comma before it
   */
  DetectorFiles openWeights(String architecture, String others) {
    String choice = architecture + ":heads=" + hyperparameter("nheads").intValue() + others;
    return DetectorFiles.open(
        directory.resolve("model.pth"), new DetectorOptions(choice, Map.of()));
  }

  /** What no tensor's shape says of a Deformable DETR with two stages. */
  String deformableSettings() {
    return hyperparameter("two_stage").booleanValue()
        ? ",queries=" + hyperparameter("num_queries").intValue()
        : "";
  }

  /** A number of this step's own, or of all. */
  private JsonNode option(String name) {
    return step.path("options").has(name)
        ? step.path("options").required(name)
        : hyperparameter(name);
  }

  /** Their weights, trained with the denoising that they chose. */
  StartingPoint start(DetectorFiles files) {
    StartingPoint start = StartingPoint.of(files, 0);
    assertThat(start.drawn()).isEmpty();
    return start.with(training(start.network()));
  }

  private TrainingNetwork training(TrainingNetwork network) {
    JsonNode all = settings.required("hyperparameters");
    if (all.has("scalar")) {
      return network.withDenoising(
          new DenoisingSettings(
              Kind.DN,
              option("scalar").intValue(),
              option("label_noise_scale").doubleValue(),
              option("box_noise_scale").doubleValue()));
    }
    if (all.has("dn_number")) {
      return network.withDenoising(
          new DenoisingSettings(
              Kind.DINO,
              option("dn_number").intValue(),
              option("dn_label_noise_ratio").doubleValue(),
              option("dn_box_noise_scale").doubleValue()));
    }
    return network;
  }

  /** A loss as their code computes it in float64. */
  double exactLoss(String name) {
    return step.required("losses_float64").required(name).doubleValue();
  }

  /** How far their own float32 losses are from it at most. */
  double lossRounding() {
    return step.required("float64_difference").required("loss").doubleValue();
  }

  boolean hasGradients() {
    return step.required("gradients_saved").booleanValue();
  }

  boolean hasSteps() {
    return step.has("adamw");
  }

  /** Their learning rates, which they choose by names. */
  Function<Parameter, Rates> rates() {
    JsonNode all = settings.required("hyperparameters");
    double rate = all.required("lr").doubleValue();
    double decay = all.required("weight_decay").doubleValue();
    boolean samplingApart = settings.required("optimizer").required("groups").size() == 3;
    return parameter -> {
      if (parameter.part() == Parameter.Part.BACKBONE) {
        return new Rates(all.required("lr_backbone").doubleValue(), decay);
      }
      return samplingApart && parameter.kind() == Parameter.Kind.SAMPLING
          ? new Rates(rate * all.required("lr_linear_proj_mult").doubleValue(), decay)
          : new Rates(rate, decay);
    };
  }

  /** Their batch; without seeds that matter, as all that they drew is given. */
  TrainingBatch batch(Checkpoint theirs) {
    return batch(theirs, theirs.tensor("pixels"));
  }

  /** A batch of those images, and the objects in a file. */
  static TrainingBatch batch(Checkpoint theirs, Weight pixels) {
    List<Long> shape = pixels.shape();
    List<List<TargetObject>> objects = new ArrayList<>();
    for (int image = 0; image < shape.get(0); image++) {
      objects.add(objects(theirs, "targets." + image));
    }
    return new TrainingBatch(
        pixels.values(),
        Math.toIntExact(shape.get(2)),
        Math.toIntExact(shape.get(3)),
        objects,
        Collections.nCopies(objects.size(), 0L));
  }

  private static List<TargetObject> objects(Checkpoint theirs, String name) {
    List<Integer> labels = numbers(theirs, name + ".labels");
    FloatBuffer boxes = theirs.tensor(name + ".boxes").values();
    List<TargetObject> objects = new ArrayList<>();
    for (int label : labels) {
      objects.add(
          new TargetObject(label, new Box(boxes.get(), boxes.get(), boxes.get(), boxes.get())));
    }
    return objects;
  }

  /** A tensor of int64, which no weight is: read beside the checkpoint. */
  static List<Integer> numbers(Checkpoint theirs, String name) {
    try (FileChannel file = FileChannel.open(theirs.tensor(name).file())) {
      ByteBuffer bytes =
          file.map(FileChannel.MapMode.READ_ONLY, 0, file.size()).order(ByteOrder.LITTLE_ENDIAN);
      byte[] header = new byte[Math.toIntExact(bytes.getLong())];
      bytes.get(header);
      JsonNode entry = new ObjectMapper().readTree(header).required(name);
      assertThat(entry.required("dtype").textValue()).as("type of %s", name).isEqualTo("I64");
      JsonNode offsets = entry.required("data_offsets");
      int begin = bytes.position();
      List<Integer> numbers = new ArrayList<>();
      for (int at = offsets.get(0).intValue(); at < offsets.get(1).intValue(); at += Long.BYTES) {
        numbers.add(Math.toIntExact(bytes.getLong(begin + at)));
      }
      return numbers;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static float[] floats(Checkpoint theirs, String name) {
    FloatBuffer values = theirs.tensor(name).values();
    float[] copy = new float[values.remaining()];
    values.get(copy);
    return copy;
  }

  @Override
  public String toString() {
    return directory.getFileName() + " " + step.required("name").textValue();
  }
}
