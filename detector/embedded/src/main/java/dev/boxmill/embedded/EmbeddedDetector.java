package dev.boxmill.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The small detector that ships in the jar, unpacked to disk once per JVM so that its weights can
 * be mapped.
 */
public final class EmbeddedDetector {
  private static final List<String> FILES =
      List.of("config.json", "preprocessor_config.json", "model.safetensors");

  /** Lies beside the detector where a refiner was trained for it. */
  private static final String REFINER = "refinebox.safetensors";

  private EmbeddedDetector() {}

  /** A directory with its files, deleted when the JVM ends. */
  public static Path directory() {
    return Unpacked.DIRECTORY;
  }

  private static final class Unpacked {
    private static final Path DIRECTORY = unpack();

    private static Path unpack() {
      try {
        Path directory = Files.createTempDirectory("boxmill-embedded-");
        directory.toFile().deleteOnExit();
        for (String name : FILES) {
          unpack(name, directory);
        }
        if (EmbeddedDetector.class.getResource(REFINER) != null) {
          unpack(REFINER, directory);
        }
        return directory;
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot unpack the embedded detector", e);
      }
    }

    private static void unpack(String name, Path directory) throws IOException {
      Path file = directory.resolve(name);
      file.toFile().deleteOnExit();
      try (InputStream in = EmbeddedDetector.class.getResourceAsStream(name)) {
        Files.copy(in, file);
      }
    }
  }
}
