package dev.boxmill.job.session;

import dev.boxmill.detr.Detector;
import dev.boxmill.job.BadInputException;
import dev.boxmill.job.source.Locations;
import java.io.IOException;
import java.nio.file.Files;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;

/** Brings a checkpoint's directory to the local disk, where its weights can be mapped. */
final class DetectorDirectory {
  private static final Pattern NEEDED = Pattern.compile(".+\\.(json|safetensors|pth)");

  private DetectorDirectory() {}

  /**
   * The detector as executors will find it, whatever their working directory: {@link
   * LabelSettings#EMBEDDED} or an absolute URI.
   *
   * @throws BadInputException if there is no such directory
   */
  static String uri(String detector, Configuration hadoop) {
    if (detector.equals(LabelSettings.EMBEDDED)) {
      return detector;
    }
    try {
      Path path = Locations.absolute(detector, hadoop);
      if (!Locations.store(path, hadoop).getFileStatus(path).isDirectory()) {
        throw unreadable(detector, "it is a file", null);
      }
      return path.toString();
    } catch (IOException | IllegalArgumentException e) {
      throw unreadable(detector, e.getMessage(), e);
    }
  }

  /**
   * A local directory with the detector's files: the directory itself if it is local, else a copy
   * of its configuration and weights that is deleted when the JVM ends.
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

  private static java.nio.file.Path copy(Path directory, FileSystem files) throws IOException {
    java.nio.file.Path copy = Files.createTempDirectory("boxmill-detector-");
    copy.toFile().deleteOnExit();
    for (FileStatus file : files.listStatus(directory)) {
      String name = file.getPath().getName();
      if (file.isFile() && NEEDED.matcher(name).matches()) {
        java.nio.file.Path target = copy.resolve(name);
        target.toFile().deleteOnExit();
        files.copyToLocalFile(false, file.getPath(), new Path(target.toUri()), true);
      }
    }
    return copy;
  }

  private static BadInputException unreadable(String detector, String reason, Exception cause) {
    return new BadInputException(
        "Cannot read detector "
            + detector
            + ": "
            + reason
            + " (name a Hugging Face checkpoint directory)",
        cause);
  }
}
