package dev.boxmill.job.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.SafetensorsWriter;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.error.FailureReason;
import dev.boxmill.job.storage.FolderSwap;
import dev.boxmill.job.storage.Locations;
import dev.boxmill.job.storage.StoredFile;
import dev.boxmill.job.storage.WritablePlace;
import dev.boxmill.job.train.TrainingRequest.ExistingTraining;
import dev.boxmill.job.train.TrainingState.TrainingPosition;
import dev.boxmill.refiners.refinebox.RefineBoxFactory;
import dev.boxmill.refiners.refinebox.training.ParameterLayout;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The folder that a training writes. {@code refinebox.safetensors} holds the best weights so far,
 * {@code training.json} what they came from, {@code curve.csv} and {@code curve.svg} how it went.
 * The state to resume from lies in {@code _state}: weights and moments under a name of their own,
 * then {@code place.json}, which names them and by whose renaming the state becomes valid. No file
 * is ever half written under its name.
 *
 * <p>A training that is to replace another one is written into a hidden sibling, where it goes on
 * when it was killed; the two change places when it has ended.
 */
final class TrainingFolder {

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
  private static final String STATE = "_state";
  private static final String PLACE = "place.json";
  private static final String OWNER = "owner";
  private static final String PROVENANCE = "training.json";
  private static final String CURVE_TABLE = "curve.csv";
  private static final String CURVE_PICTURE = "curve.svg";

  /** Names in the folder but for what a killed training left unfinished. */
  private static final Set<String> OURS =
      Set.of(STATE, PROVENANCE, RefineBoxFactory.WEIGHTS, CURVE_TABLE, CURVE_PICTURE);

  private final Path output;
  private final Path folder;
  private final Path state;
  private final Configuration hadoop;
  private final FileSystem files;
  private String owner = "nobody";

  private TrainingFolder(Path output, ExistingTraining existing, Configuration hadoop)
      throws IOException {
    this.output = output;
    this.folder =
        switch (existing) {
          case RESUME -> output;
          case REPLACE -> new Path(output.getParent(), "." + output.getName() + "-overwrite");
        };
    this.state = new Path(folder, STATE);
    this.hadoop = hadoop;
    this.files = Locations.filesystem(output, hadoop);
  }

  /**
   * Looks at it; changes nothing.
   *
   * @throws BadInputException if it can't be a folder of a training
   */
  static TrainingFolder at(String output, ExistingTraining existing, Configuration hadoop) {
    try {
      Path path = Locations.absolute(output, hadoop);
      if (path.isRoot()) {
        throw refusal(output, "it is the root of a filesystem", "name a folder below it");
      }
      TrainingFolder folder = new TrainingFolder(path, existing, hadoop);
      folder.refuseForeign(output);
      WritablePlace.require(path, hadoop);
      return folder;
    } catch (IOException | IllegalArgumentException e) {
      throw new BadInputException(
          "Cannot write to " + output + ": " + FailureReason.of(e) + " (name a folder)", e);
    }
  }

  private static BadInputException refusal(String output, String reason, String remedy) {
    return new BadInputException(
        "Cannot train into " + output + ": " + reason + " (" + remedy + ")");
  }

  private void refuseForeign(String given) throws IOException {
    if (!files.exists(output)) {
      return;
    }
    if (!files.getFileStatus(output).isDirectory()) {
      throw refusal(given, "it is a file", "name a folder");
    }
    boolean ours = isTraining(output);
    List<String> foreign = new ArrayList<>();
    for (FileStatus held : files.listStatus(output)) {
      String name = held.getPath().getName();
      if (!isLeftover(name) && !(ours && OURS.contains(name)) && !name.equals(STATE)) {
        foreign.add(name);
      }
    }
    if (!foreign.isEmpty()) {
      throw refusal(
          given, "something else lies there: " + String.join(", ", foreign), "name another folder");
    }
  }

  private boolean isTraining(Path path) throws IOException {
    return files.exists(new Path(new Path(path, STATE), PLACE))
        || files.exists(new Path(path, PROVENANCE));
  }

  private static boolean isLeftover(String name) {
    return name.endsWith(StoredFile.UNFINISHED);
  }

  private Path provenance() {
    return new Path(folder, PROVENANCE);
  }

  /** As the user may be told. */
  String uri() {
    return Locations.uri(output);
  }

  private Path weights() {
    return new Path(folder, RefineBoxFactory.WEIGHTS);
  }

  /**
   * Passes over a training that lies there and is the same, or none.
   *
   * @throws BadInputException if it is another one; names each difference
   */
  void refuseOther(TrainingIdentity identity) throws IOException {
    Optional<TrainingIdentity> before = identity();
    if (before.isEmpty()) {
      refuseWithoutRecord();
      return;
    }
    List<String> differences = before.get().differences(identity);
    if (!differences.isEmpty()) {
      refuseOrDrop("another training lies there, with " + String.join("; ", differences));
    }
  }

  /** Weights or a state without a word on what they came from are not ours to replace. */
  private void refuseWithoutRecord() throws IOException {
    if (files.exists(new Path(state, PLACE)) || files.exists(weights())) {
      refuseOrDrop("a training lies there whose " + PROVENANCE + " is missing or damaged");
    }
  }

  private void refuseOrDrop(String reason) throws IOException {
    if (folder.equals(output)) {
      throw refusal(uri(), reason, "name another folder, or --overwrite");
    }
    files.delete(folder, true); // what an earlier --overwrite began is of no use
  }

  private Optional<TrainingIdentity> identity() throws IOException {
    if (!files.exists(provenance())) {
      return Optional.empty();
    }
    try (InputStream in = files.open(provenance())) {
      JsonNode found = JSON.readTree(in).path("identity");
      return found.isObject()
          ? Optional.of(JSON.treeToValue(found, TrainingIdentity.class))
          : Optional.empty();
    } catch (JsonProcessingException damaged) {
      return Optional.empty();
    }
  }

  /** Makes this the only training that writes here: another one fails when it saves next. */
  void own() throws IOException {
    owner = UUID.randomUUID().toString();
    writeText(new Path(state, OWNER), owner);
  }

  private void requireOwned() throws IOException {
    try (InputStream in = files.open(new Path(state, OWNER))) {
      if (owner.equals(new String(in.readAllBytes(), StandardCharsets.UTF_8))) {
        return;
      }
    } catch (FileNotFoundException gone) {
      // whoever removed it has the folder
    }
    throw new BadInputException(
        "Cannot go on with the training in "
            + uri()
            + ": another training writes there now (one at a time; name another folder)");
  }

  /**
   * The state of a training that lies there.
   *
   * @throws BadInputException if it is damaged
   */
  Optional<TrainingState> resume(ParameterLayout layout) throws IOException {
    Path place = new Path(state, PLACE);
    if (!files.exists(place)) {
      return Optional.empty();
    }
    Path read = place;
    try {
      TrainingPosition found = position(place);
      read = tensors(found);
      return Optional.of(state(found, layout));
    } catch (JsonProcessingException
        | FileNotFoundException
        | CheckpointException
        | IllegalArgumentException damaged) {
      throw new BadInputException(
          "Cannot go on with the training in %s: its file %s is damaged: %s (--overwrite starts from the beginning; refinebox.safetensors there, if it is whole, serves as --start-from)"
              .formatted(uri(), Locations.uri(read), firstLine(damaged)),
          damaged);
    }
  }

  private static String firstLine(Exception damaged) {
    return FailureReason.of(damaged).lines().findFirst().orElse("it can't be read");
  }

  private TrainingPosition position(Path place) throws IOException {
    try (InputStream in = files.open(place)) {
      TrainingPosition found = JSON.readValue(in, TrainingPosition.class);
      if (found == null || found.epoch() < 1 || found.step() < 0 || found.steps() < 0) {
        throw new IllegalArgumentException("it names no place of a training");
      }
      return found;
    }
  }

  private TrainingState state(TrainingPosition found, ParameterLayout layout) throws IOException {
    return withLocal(
        local -> {
          try (InputStream in = files.open(tensors(found))) {
            Files.copy(in, local);
          }
          return TrainingState.read(local, found, layout);
        });
  }

  private Path tensors(TrainingPosition place) {
    return new Path(state, "step-" + place.steps() + "-" + place.epoch() + ".safetensors");
  }

  void save(TrainingState training) throws IOException {
    requireOwned();
    Path tensors = tensors(training.place());
    publish(tensors, training::write);
    writeText(new Path(state, PLACE), JSON.writeValueAsString(training.place()));
    Set<String> kept = Set.of(tensors.getName(), PLACE, OWNER);
    for (FileStatus old : files.listStatus(state)) {
      if (!kept.contains(old.getPath().getName())) {
        files.delete(old.getPath(), false);
      }
    }
  }

  void saveBest(float[] row, ParameterLayout layout, Map<String, String> metadata)
      throws IOException {
    requireOwned();
    publish(weights(), file -> SafetensorsWriter.write(file, layout.tensors(row), metadata));
  }

  void saveProvenance(Object provenance) throws IOException {
    writeText(provenance(), JSON.writeValueAsString(provenance) + "\n");
  }

  void saveCurve(TrainingCurve curve) throws IOException {
    writeText(new Path(folder, CURVE_TABLE), curve.csv());
    writeText(new Path(folder, CURVE_PICTURE), curve.svg());
  }

  /**
   * Called when the training has ended: puts it into its place.
   *
   * @param warnings takes what went wrong without harm to the training
   */
  void finish(Consumer<String> warnings) throws IOException {
    requireOwned();
    if (!folder.equals(output)) {
      FolderSwap.swap(folder, output, hadoop, warnings);
    }
  }

  private void writeText(Path target, String text) throws IOException {
    StoredFile.write(target, text.getBytes(StandardCharsets.UTF_8), hadoop);
  }

  private void publish(Path target, Consumer<java.nio.file.Path> writer) throws IOException {
    withLocal(
        local -> {
          writer.accept(local);
          StoredFile.write(target, stream -> Files.copy(local, stream), hadoop);
          return target;
        });
  }

  private interface Use<T> {
    T of(java.nio.file.Path local) throws IOException;
  }

  private static <T> T withLocal(Use<T> use) throws IOException {
    java.nio.file.Path folder = Files.createTempDirectory("boxmill-training-");
    java.nio.file.Path local = folder.resolve("tensors.safetensors");
    try {
      return use.of(local);
    } finally {
      Files.deleteIfExists(local);
      Files.delete(folder);
    }
  }
}
