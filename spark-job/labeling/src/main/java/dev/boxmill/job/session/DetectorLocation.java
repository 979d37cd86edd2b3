package dev.boxmill.job.session;

import dev.boxmill.detr.DetectorFiles;
import dev.boxmill.embedded.EmbeddedDetector;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.storage.Locations;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Brings a checkpoint, a directory or a {@code .pth}, to the local disk, where it can be mapped.
 */
public final class DetectorLocation {
  private static final String BARE = ".pth";
  private static final String CONFIG = "config.json";
  private static final Pattern NEEDED =
      Pattern.compile(".+\\.(json|safetensors|pth|ckpt)|pytorch_model.*\\.bin|vocab\\.txt");

  private DetectorLocation() {}

  /**
   * The detector as executors will find it, whatever their working directory: {@link
   * LabelSettings#EMBEDDED} or an absolute URI. A name on the Hugging Face Hub means what lies in
   * its local cache, where there is no such path.
   *
   * @throws BadInputException if there is no such directory or file of weights
   */
  static String uri(String detector, Configuration hadoop) {
    HubCache cache =
        HubCache.of(System.getenv(), java.nio.file.Path.of(System.getProperty("user.home")));
    return uri(detector, cache, hadoop);
  }

  static String uri(String detector, HubCache cache, Configuration hadoop) {
    if (detector.equals(LabelSettings.EMBEDDED)) {
      return detector;
    }
    try {
      Path path = Locations.absolute(detector, hadoop);
      FileStatus status = Locations.store(path, hadoop).getFileStatus(path);
      if (!status.isDirectory()
          && !DetectorFiles.isStateDict(java.nio.file.Path.of(path.getName()))) {
        throw unreadable(detector, "it is a file, and no " + BARE, null);
      }
      return path.toString();
    } catch (FileNotFoundException e) {
      if (!HubCache.isId(detector)) {
        throw unreadable(detector, e.getMessage(), e);
      }
      return cached(detector, cache, e);
    } catch (IOException | IllegalArgumentException e) {
      throw unreadable(detector, e.getMessage(), e);
    }
  }

  private static String cached(String id, HubCache cache, FileNotFoundException missing) {
    return cache
        .snapshot(id)
        .map(directory -> new Path("file", null, directory.toAbsolutePath().toString()).toString())
        .orElseThrow(
            () ->
                new BadInputException(
                    "Cannot read detector %s: there is no such path, nor is it in %s (%s)"
                        .formatted(id, cache.folder(), HubCache.remedy(id)),
                    missing));
  }

  /**
   * A directory on the local disk that holds a detector's configuration.
   *
   * @param given a detector's directory, its {@code config.json}, or {@link LabelSettings#EMBEDDED}
   * @throws BadInputException if it can't be read
   */
  public static java.nio.file.Path ofConfiguration(String given, Configuration hadoop) {
    String directory = given.equals(CONFIG) ? "." : given;
    if (directory.endsWith("/" + CONFIG)) {
      directory = directory.substring(0, directory.length() - CONFIG.length());
    }
    return local(uri(directory, hadoop), hadoop);
  }

  /**
   * The detector on the local disk: the directory or file itself if it is local, else a copy of its
   * configuration and weights that is deleted when the JVM ends.
   *
   * @param uri from {@link #uri}
   * @throws BadInputException if it can't be read
   */
  static java.nio.file.Path local(String uri, Configuration hadoop) {
    if (uri.equals(LabelSettings.EMBEDDED)) {
      return EmbeddedDetector.directory();
    }
    try {
      Path path = new Path(uri);
      FileSystem files = Locations.store(path, hadoop);
      return files instanceof LocalFileSystem
          ? java.nio.file.Path.of(path.toUri().getPath())
          : copy(path, files);
    } catch (IOException e) {
      throw unreadable(uri, e.getMessage(), e);
    }
  }

  /**
   * Where a refiner's weights may lie beside a detector's.
   *
   * @param local from {@link #local}
   */
  static Optional<java.nio.file.Path> directory(java.nio.file.Path local) {
    return Files.isDirectory(local) ? Optional.of(local) : Optional.empty();
  }

  private static java.nio.file.Path copy(Path source, FileSystem files) throws IOException {
    java.nio.file.Path copy = Files.createTempDirectory("boxmill-detector-");
    copy.toFile().deleteOnExit();
    if (files.getFileStatus(source).isFile()) {
      return copyFile(source, files, copy);
    }
    for (FileStatus file : files.listStatus(source)) {
      if (file.isFile() && NEEDED.matcher(file.getPath().getName()).matches()) {
        copyFile(file.getPath(), files, copy);
      }
    }
    return copy;
  }

  private static java.nio.file.Path copyFile(
      Path file, FileSystem files, java.nio.file.Path directory) throws IOException {
    java.nio.file.Path target = directory.resolve(file.getName());
    target.toFile().deleteOnExit();
    files.copyToLocalFile(false, file, new Path(target.toUri()), true);
    return target;
  }

  private static BadInputException unreadable(String detector, String reason, Exception cause) {
    return new BadInputException(
        "Cannot read detector "
            + detector
            + ": "
            + reason
            + " (name a Hugging Face checkpoint directory or a .pth file)",
        cause);
  }
}
