package dev.boxmill.job.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.error.FailureReason;
import dev.boxmill.job.storage.FolderSwap;
import dev.boxmill.job.storage.Locations;
import dev.boxmill.job.storage.StoredFile;
import dev.boxmill.job.storage.WritablePlace;
import dev.boxmill.job.train.TrainingRequest.ExistingTraining;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The folder that a training writes. Its results hold the best weights so far, {@code
 * training.json} what they came from, {@code curve.csv} and {@code curve.svg} how it went. The
 * state to resume from lies in {@code _state}: weights and moments under names of their own, then
 * {@code place.json}, which names them and by whose renaming the state becomes valid. No file is
 * ever half written under its name.
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

  /** Names in the folder but for the results and what a killed training left unfinished. */
  private static final Set<String> OURS = Set.of(STATE, PROVENANCE, CURVE_TABLE, CURVE_PICTURE);

  /**
   * What kind of training writes there.
   *
   * @param weights file of the best weights
   * @param others files that belong to them
   * @param salvage what the weights are good for where the state is damaged
   */
  record Kind(String weights, Set<String> others, String salvage) {}

  /** Where a training stands, as {@code place.json} has it. */
  interface SavedPlace {

    /** Names of the state's files. */
    List<String> files();

    /**
     * Passes over a place that a training can be at.
     *
     * @throws IllegalArgumentException if it can't
     */
    void requireWhole();
  }

  /** Writes the files that a place names. */
  interface StateWriter {
    void write() throws IOException;
  }

  /** Makes a state of the files that a place names. */
  interface StateReader<P, S> {
    S read(P place) throws IOException;
  }

  private final Kind kind;
  private final Path output;
  private final Path folder;
  private final Path state;
  private final Configuration hadoop;
  private final FileSystem files;
  private String owner = "nobody";

  private TrainingFolder(Path output, ExistingTraining existing, Kind kind, Configuration hadoop)
      throws IOException {
    this.kind = kind;
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
  static TrainingFolder at(
      String output, ExistingTraining existing, Kind kind, Configuration hadoop) {
    try {
      Path path = Locations.absolute(output, hadoop);
      if (path.isRoot()) {
        throw refusal(output, "it is the root of a filesystem", "name a folder below it");
      }
      TrainingFolder folder = new TrainingFolder(path, existing, kind, hadoop);
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
      if (!isLeftover(name) && !(ours && isOurs(name)) && !name.equals(STATE)) {
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

  private boolean isOurs(String name) {
    return OURS.contains(name) || name.equals(kind.weights()) || kind.others().contains(name);
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
    return new Path(folder, kind.weights());
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
   * @param reader makes it of the files that the place names
   * @throws BadInputException if it is damaged
   */
  <P extends SavedPlace, S> Optional<S> resume(Class<P> type, StateReader<P, S> reader)
      throws IOException {
    Path place = new Path(state, PLACE);
    if (!files.exists(place)) {
      return Optional.empty();
    }
    Path read = place;
    try {
      P found = position(place, type);
      read = new Path(state, found.files().get(0));
      return Optional.of(reader.read(found));
    } catch (JsonProcessingException
        | FileNotFoundException
        | CheckpointException
        | IllegalArgumentException damaged) {
      throw new BadInputException(
          "Cannot go on with the training in %s: its file %s is damaged: %s (--overwrite starts from the beginning; %s there, if it is whole, %s)"
              .formatted(
                  uri(), Locations.uri(read), firstLine(damaged), kind.weights(), kind.salvage()),
          damaged);
    }
  }

  private static String firstLine(Exception damaged) {
    return FailureReason.of(damaged).lines().findFirst().orElse("it can't be read");
  }

  private <P extends SavedPlace> P position(Path place, Class<P> type) throws IOException {
    try (InputStream in = files.open(place)) {
      P found = JSON.readValue(in, type);
      if (found == null) {
        throw new IllegalArgumentException("it names no place of a training");
      }
      found.requireWhole();
      return found;
    }
  }

  /** A file of the state, copied to the local disk while it is used. */
  <T> T withStateFile(String name, Use<T> use) throws IOException {
    return withLocal(
        local -> {
          try (InputStream in = files.open(new Path(state, name))) {
            Files.copy(in, local);
          }
          return use.of(local);
        });
  }

  /** URI of a file of the state. */
  String stateFile(String name) {
    return new Path(state, name).toString();
  }

  /** Writes a file of the state. */
  void publishState(String name, Consumer<java.nio.file.Path> writer) throws IOException {
    publish(new Path(state, name), writer);
  }

  /**
   * Saves a state: when this returns, the training goes on from there.
   *
   * @param writer writes the files that the place names
   */
  void save(SavedPlace place, StateWriter writer) throws IOException {
    requireOwned();
    writer.write();
    writeText(new Path(state, PLACE), JSON.writeValueAsString(place));
    Set<String> kept = new HashSet<>(place.files());
    kept.addAll(List.of(PLACE, OWNER));
    for (FileStatus old : files.listStatus(state)) {
      if (!kept.contains(old.getPath().getName())) {
        files.delete(old.getPath(), true);
      }
    }
  }

  /** Writes the best weights so far. */
  void saveBest(Consumer<java.nio.file.Path> writer) throws IOException {
    requireOwned();
    publish(weights(), writer);
  }

  /**
   * Makes files of the state the best weights so far.
   *
   * @param from folder in the state
   * @param names of the files, the weights last
   */
  void adopt(String from, List<String> names) throws IOException {
    requireOwned();
    for (String name : names) {
      StoredFile.place(new Path(new Path(state, from), name), new Path(folder, name), hadoop);
    }
  }

  /** The record of another training that this one is to replace, if it is there and whole. */
  Optional<JsonNode> replaced() throws IOException {
    Path record = new Path(output, PROVENANCE);
    if (folder.equals(output) || !files.exists(record)) {
      return Optional.empty();
    }
    try (InputStream in = files.open(record)) {
      return Optional.of(JSON.readTree(in));
    } catch (JsonProcessingException damaged) {
      return Optional.empty();
    }
  }

  /** Where this training writes until it has ended. */
  String writtenUri() {
    return Locations.uri(folder);
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

  /** What is done with a local file. */
  interface Use<T> {
    T of(java.nio.file.Path local) throws IOException;
  }

  /** Lends a file on the local disk that is gone behind that. */
  static <T> T withLocal(Use<T> use) throws IOException {
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
