package dev.boxmill.job.session;

import dev.boxmill.detr.Detector;
import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.storage.Locations;
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
final class DetectorLocation {
  private static final String BARE = ".pth";
  private static final Pattern NEEDED = Pattern.compile(".+\\.(json|safetensors|pth)");

  private DetectorLocation() {}

  /**
   * The detector as executors will find it, whatever their working directory: {@link
   * LabelSettings#EMBEDDED} or an absolute URI.
   *
   * @throws BadInputException if there is no such directory or {@code .pth} file
   */
  static String uri(String detector, Configuration hadoop) {
    if (detector.equals(LabelSettings.EMBEDDED)) {
      return detector;
    }
    try {
      Path path = Locations.absolute(detector, hadoop);
      FileStatus status = Locations.store(path, hadoop).getFileStatus(path);
      if (!status.isDirectory() && !path.getName().endsWith(BARE)) {
        throw unreadable(detector, "it is a file, and no " + BARE, null);
      }
      return path.toString();
    } catch (IOException | IllegalArgumentException e) {
      throw unreadable(detector, e.getMessage(), e);
    }
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
      return Detector.embeddedDirectory();
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
