package dev.boxmill.detr;

import dev.boxmill.checkpoint.Checkpoint;
import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.checkpoint.TensorNames;
import dev.boxmill.detr.architecture.Architecture;
import dev.boxmill.detr.preprocess.Preprocessing;
import dev.boxmill.torchscript.Weight;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * A detector as it lies on disk: a Hugging Face directory with {@code config.json}, {@code
 * preprocessor_config.json} and the weights, or a single {@code .pth} whose tensors say what
 * network it is. Read and checked without loading anything native.
 */
public final class DetectorFiles implements AutoCloseable {
  private static final String CONFIG = "config.json";
  private static final String PREPROCESSOR = "preprocessor_config.json";
  private static final String STATE_DICT = ".pth";

  private final List<Path> configurations;
  private final Architecture architecture;
  private final Preprocessing preprocessing;
  private final Checkpoint checkpoint;
  private Optional<String> sha256 = Optional.empty();

  private DetectorFiles(
      List<Path> configurations,
      Architecture architecture,
      Preprocessing preprocessing,
      Checkpoint checkpoint) {
    this.configurations = List.copyOf(configurations);
    this.architecture = architecture;
    this.preprocessing = preprocessing;
    this.checkpoint = checkpoint;
  }

  /**
   * Opens a detector that needs no options.
   *
   * @throws CheckpointException as {@link #open(Path, DetectorOptions)}
   */
  public static DetectorFiles open(Path path) {
    return open(path, DetectorOptions.NONE);
  }

  /**
   * Opens a Hugging Face directory, a {@code .pth}, or a directory that holds one {@code .pth} and
   * no {@code config.json}.
   *
   * @throws CheckpointException if a file is missing, damaged, asks for what is not supported, or
   *     leaves open what the options don't say
   */
  public static DetectorFiles open(Path path, DetectorOptions options) {
    return stateDict(path)
        .map(file -> openStateDict(file, options))
        .orElseGet(() -> openDirectory(path, options));
  }

  private static Optional<Path> stateDict(Path path) {
    if (Files.isRegularFile(path)) {
      return Optional.of(path);
    }
    if (!Files.isDirectory(path) || Files.exists(path.resolve(CONFIG))) {
      return Optional.empty();
    }
    List<Path> files = stateDicts(path);
    if (files.size() > 1) {
      throw new CheckpointException(
          "Cannot read detector %s: it has %d files %s (name one of them: %s)"
              .formatted(path, files.size(), STATE_DICT, files));
    }
    return files.stream().findFirst();
  }

  private static List<Path> stateDicts(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> file.toString().endsWith(STATE_DICT)).sorted().toList();
    } catch (IOException e) {
      throw new CheckpointException("Cannot list " + directory + ": " + e.getMessage(), e);
    }
  }

  private static DetectorFiles openStateDict(Path file, DetectorOptions options) {
    Checkpoint checkpoint = Checkpoint.openFile(file);
    try {
      Architecture architecture = DetrFamily.recognize(checkpoint, options.architecture());
      return new DetectorFiles(
          List.of(), withClassNames(architecture, options), Preprocessing.original(), checkpoint);
    } catch (RuntimeException e) {
      checkpoint.close();
      throw e;
    }
  }

  private static DetectorFiles openDirectory(Path directory, DetectorOptions options) {
    Path config = directory.resolve(CONFIG);
    Path preprocessor = directory.resolve(PREPROCESSOR);
    Architecture architecture = DetrFamily.parse(JsonConfig.read(config));
    if (!options.architecture().isEmpty()) {
      throw new CheckpointException(
          "Invalid --architecture: %s (must be left out: %s says what the network is)"
              .formatted(options.architecture(), config));
    }
    return new DetectorFiles(
        List.of(config, preprocessor),
        withClassNames(architecture, options),
        Preprocessing.parse(JsonConfig.read(preprocessor)),
        Checkpoint.open(directory));
  }

  private static Architecture withClassNames(Architecture architecture, DetectorOptions options) {
    return options.classNames().isEmpty()
        ? architecture
        : new ArchitectureWithClassNames(architecture, options.classNames());
  }

  public Architecture architecture() {
    return architecture;
  }

  public Preprocessing preprocessing() {
    return preprocessing;
  }

  /**
   * The weights under their program names, to be read while this is open.
   *
   * @throws CheckpointException listing all missing, unused and misshapen tensors
   */
  public Map<String, Weight> weights() {
    return TensorNames.select(checkpoint, architecture.tensors(), architecture.ignoredTensors());
  }

  /**
   * Makes sure that the weights fit the configuration.
   *
   * @throws CheckpointException as {@link #weights}
   */
  public void check() {
    weights();
  }

  /**
   * SHA-256 over the contents of all files that decide what the detector finds. The files are read
   * at the first call.
   */
  public synchronized String sha256() {
    if (sha256.isEmpty()) {
      sha256 = Optional.of(hashFiles());
    }
    return sha256.get();
  }

  private String hashFiles() {
    List<Path> files = new ArrayList<>(configurations);
    files.addAll(checkpoint.files());
    MessageDigest digest = DigestUtils.getSha256Digest();
    for (Path file : files) {
      try {
        DigestUtils.updateDigest(digest, file.toFile());
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot read " + file, e);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  @Override
  public void close() {
    checkpoint.close();
  }
}
