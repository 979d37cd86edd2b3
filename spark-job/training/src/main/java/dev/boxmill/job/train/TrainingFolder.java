package dev.boxmill.job.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.boxmill.checkpoint.SafetensorsWriter;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.error.FailureReason;
import dev.boxmill.job.storage.Locations;
import dev.boxmill.job.storage.StoredFile;
import dev.boxmill.job.train.TrainingState.TrainingPosition;
import dev.boxmill.refiners.refinebox.RefineBoxFactory;
import dev.boxmill.refiners.refinebox.training.ParameterLayout;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Map;
import java.util.Optional;
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
 */
final class TrainingFolder {

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
  private static final String PLACE = "place.json";
  private static final String PROVENANCE = "training.json";

  private final Path folder;
  private final Path state;
  private final Configuration hadoop;
  private final FileSystem files;

  private TrainingFolder(Path folder, Configuration hadoop) throws IOException {
    this.folder = folder;
    this.state = new Path(folder, "_state");
    this.hadoop = hadoop;
    this.files = Locations.filesystem(folder, hadoop);
  }

  /**
   * Looks at it; changes nothing.
   *
   * @throws BadInputException if it can't be a folder of a training
   */
  static TrainingFolder at(String output, Configuration hadoop) {
    try {
      TrainingFolder folder = new TrainingFolder(Locations.absolute(output, hadoop), hadoop);
      folder.refuseForeign(output);
      return folder;
    } catch (IOException | IllegalArgumentException e) {
      throw new BadInputException(
          "Cannot write to " + output + ": " + FailureReason.of(e) + " (name a folder)", e);
    }
  }

  private void refuseForeign(String output) throws IOException {
    if (!files.exists(folder)) {
      return;
    }
    boolean ours = files.exists(new Path(state, PLACE)) || files.exists(provenance());
    if (files.getFileStatus(folder).isFile() || (files.listStatus(folder).length > 0 && !ours)) {
      throw new BadInputException(
          "Cannot train into " + output + ": something else lies there (name another folder)");
    }
  }

  private Path provenance() {
    return new Path(folder, PROVENANCE);
  }

  /** As the user may be told. */
  String uri() {
    return Locations.uri(folder);
  }

  Path weights() {
    return new Path(folder, RefineBoxFactory.WEIGHTS);
  }

  /** Forgets a training that lies there. */
  void clear() throws IOException {
    files.delete(folder, true);
  }

  /** The state of a training that lies there. */
  Optional<TrainingState> resume(ParameterLayout layout) throws IOException {
    Path place = new Path(state, PLACE);
    if (!files.exists(place)) {
      return Optional.empty();
    }
    try (InputStream in = files.open(place)) {
      TrainingPosition found = JSON.readValue(in, TrainingPosition.class);
      return Optional.of(
          withLocal(
              local -> {
                files.copyToLocalFile(false, tensors(found), new Path(local.toUri()), true);
                return TrainingState.read(local, found, layout);
              }));
    }
  }

  private Path tensors(TrainingPosition place) {
    return new Path(state, "step-" + place.steps() + "-" + place.epoch() + ".safetensors");
  }

  void save(TrainingState training) throws IOException {
    Path tensors = tensors(training.place());
    publish(tensors, training::write);
    writeText(new Path(state, PLACE), JSON.writeValueAsString(training.place()));
    for (FileStatus old : files.listStatus(state)) {
      String name = old.getPath().getName();
      if (!name.equals(tensors.getName()) && !name.equals(PLACE)) {
        files.delete(old.getPath(), false);
      }
    }
  }

  void saveBest(float[] row, ParameterLayout layout, Map<String, String> metadata)
      throws IOException {
    publish(weights(), file -> SafetensorsWriter.write(file, layout.tensors(row), metadata));
  }

  void saveProvenance(Object provenance) throws IOException {
    writeText(provenance(), JSON.writeValueAsString(provenance) + "\n");
  }

  void saveCurve(TrainingCurve curve) throws IOException {
    writeText(new Path(folder, "curve.csv"), curve.csv());
    writeText(new Path(folder, "curve.svg"), curve.svg());
  }

  private void writeText(Path target, String text) throws IOException {
    StoredFile.write(target, text.getBytes(StandardCharsets.UTF_8), hadoop);
  }

  private void publish(Path target, Consumer<java.nio.file.Path> writer) throws IOException {
    withLocal(
        local -> {
          writer.accept(local);
          Path unfinished = target.suffix(".unfinished");
          files.copyFromLocalFile(false, true, new Path(local.toUri()), unfinished);
          StoredFile.place(unfinished, target, hadoop);
          files.delete(unfinished, false);
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
      Files.deleteIfExists(folder.resolve(".tensors.safetensors.crc"));
      Files.delete(folder);
    }
  }
}
