package dev.boxmill.refiners.refinebox;

import dev.boxmill.checkpoint.Checkpoint;
import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.StoredTensor;
import dev.boxmill.checkpoint.TensorNames;
import dev.boxmill.torchscript.Weight;
import java.net.URI;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Trained weights on disk, checked against the detector that they are to refine for. */
public final class RefineBoxWeights implements AutoCloseable {
  private final Checkpoint checkpoint;
  private final Map<String, Weight> tensors;

  private RefineBoxWeights(Checkpoint checkpoint, Map<String, Weight> tensors) {
    this.checkpoint = checkpoint;
    this.tensors = tensors;
  }

  /**
   * Where the weights lie.
   *
   * @param weights a name in the detector's directory, else a path or a {@code file:} URI
   * @throws CheckpointException if there is no such file, saying where it was looked for
   */
  static Path find(String weights, Optional<Path> detectorDirectory) {
    Path named = path(weights);
    List<Path> places = new ArrayList<>();
    detectorDirectory.ifPresent(directory -> places.add(directory.resolve(named)));
    places.add(named.toAbsolutePath());
    return places.stream()
        .filter(Files::isRegularFile)
        .findFirst()
        .orElseThrow(
            () ->
                new CheckpointException(
                    "Cannot find RefineBox weights '%s': no such file as %s (%s)"
                        .formatted(
                            weights,
                            String.join(
                                " or ", places.stream().map(Path::toString).distinct().toList()),
                            "train them with train-refiner, or say where they are with"
                                + " refinebox:weights=FILE, or do without: --refiner none")));
  }

  private static Path path(String weights) {
    try {
      return weights.startsWith("file:") ? Path.of(URI.create(weights)) : Path.of(weights);
    } catch (IllegalArgumentException e) {
      throw invalid(weights, e);
    }
  }

  private static CheckpointException invalid(String weights, IllegalArgumentException cause) {
    return new CheckpointException(
        "Invalid weights: '" + weights + "' (must be a file's name, path or file: URI)", cause);
  }

  /**
   * Opens and checks them.
   *
   * @param featureChannels of the detector's C2 and the maps after it
   * @throws CheckpointException if the file is damaged, is no RefineBox, or one for other feature
   *     maps than these
   */
  public static RefineBoxWeights open(Path file, List<Integer> featureChannels) {
    if (featureChannels.isEmpty()) {
      throw new CheckpointException(
          "Cannot refine by "
              + file
              + ": the detector offers no feature maps (take another detector or --refiner none)");
    }
    Checkpoint checkpoint = Checkpoint.openFile(file);
    try {
      checkChannels(checkpoint, featureChannels);
      Map<String, Weight> tensors =
          TensorNames.select(checkpoint, NetworkTensors.of(featureChannels), Set.of());
      checkFinite(checkpoint);
      return new RefineBoxWeights(checkpoint, tensors);
    } catch (RuntimeException e) {
      checkpoint.close();
      throw e;
    }
  }

  /** The most common mistake, with a message of its own: a refiner of another detector. */
  private static void checkChannels(Checkpoint checkpoint, List<Integer> featureChannels) {
    List<Long> found = new ArrayList<>();
    for (int level = 0; checkpoint.names().contains(NetworkTensors.lateral(level)); level++) {
      List<Long> shape = checkpoint.tensor(NetworkTensors.lateral(level)).shape();
      if (shape.size() != 4) {
        return;
      }
      found.add(shape.get(1));
    }
    if (!found.isEmpty()
        && !found.equals(featureChannels.stream().map(Integer::longValue).toList())) {
      throw new CheckpointException(
          "Cannot refine by %s: it is for feature maps of %s channels, the detector's have %s"
                  .formatted(checkpoint.location(), found, featureChannels)
              + " (train a refiner for this detector, or --refiner none)");
    }
  }

  private static void checkFinite(Checkpoint checkpoint) {
    for (String name : checkpoint.names()) {
      StoredTensor tensor = checkpoint.tensor(name);
      FloatBuffer values = tensor.values();
      while (values.hasRemaining()) {
        float value = values.get();
        if (!Float.isFinite(value)) {
          throw new CheckpointException(
              "Cannot refine by %s: its %s holds %s (the training failed: take other weights)"
                  .formatted(checkpoint.location(), name, value));
        }
      }
    }
  }

  /** By program name, to be read while this is open. */
  public Map<String, Weight> tensors() {
    return tensors;
  }

  @Override
  public void close() {
    checkpoint.close();
  }
}
