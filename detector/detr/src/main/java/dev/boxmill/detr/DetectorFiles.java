package dev.boxmill.detr;

import dev.boxmill.checkpoint.Checkpoint;
import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.JsonConfig;
import dev.boxmill.checkpoint.TensorNames;
import dev.boxmill.detr.image.Preprocessing;
import dev.boxmill.torchscript.Weight;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * A detector as it lies on disk: {@code config.json}, {@code preprocessor_config.json} and the
 * weights, read and checked against each other without loading anything native.
 */
public final class DetectorFiles implements AutoCloseable {
  private final Path directory;
  private final Architecture architecture;
  private final Preprocessing preprocessing;
  private final Checkpoint checkpoint;

  private DetectorFiles(
      Path directory,
      Architecture architecture,
      Preprocessing preprocessing,
      Checkpoint checkpoint) {
    this.directory = directory;
    this.architecture = architecture;
    this.preprocessing = preprocessing;
    this.checkpoint = checkpoint;
  }

  /**
   * Opens a Hugging Face directory.
   *
   * @throws CheckpointException if a file is missing, damaged, or asks for what is not supported
   */
  public static DetectorFiles open(Path directory) {
    Architecture architecture =
        Architecture.parse(JsonConfig.read(directory.resolve("config.json")));
    Preprocessing preprocessing =
        Preprocessing.parse(JsonConfig.read(directory.resolve("preprocessor_config.json")));
    return new DetectorFiles(directory, architecture, preprocessing, Checkpoint.open(directory));
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

  /** SHA-256 over the contents of all files that decide what the detector finds. */
  public String sha256() {
    List<Path> files = new ArrayList<>();
    files.add(directory.resolve("config.json"));
    files.add(directory.resolve("preprocessor_config.json"));
    files.addAll(checkpoint.files());
    MessageDigest digest = digest();
    byte[] buffer = new byte[1 << 20];
    for (Path file : files) {
      try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
        while (in.read(buffer) >= 0) {
          // The digest is all that is wanted of the bytes.
        }
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot read " + file, e);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Missing SHA-256: every Java platform has it", e);
    }
  }

  @Override
  public void close() {
    checkpoint.close();
  }
}
