package dev.boxmill.job.session;

import dev.boxmill.detr.Detector;
import dev.boxmill.job.BadInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;

/** Brings a checkpoint's directory to the local disk, where its weights can be mapped. */
final class DetectorDirectory {

  private DetectorDirectory() {}

  /**
   * A local directory with the detector's files: the directory itself if it is local, else a copy
   * that is deleted when the JVM ends.
   *
   * @throws BadInputException if there is no such directory, or it can't be read
   * @param detector {@link LabelSettings#EMBEDDED} or a directory on any Hadoop filesystem
   */
  static Path local(String detector, Configuration hadoop) {
    if (detector.equals(LabelSettings.EMBEDDED)) {
      return Detector.embeddedDirectory();
    }
    Path plain = Path.of(detector.startsWith("file:") ? localPath(detector) : detector);
    if (Files.isDirectory(plain)) {
      return plain;
    }
    try {
      return copy(new org.apache.hadoop.fs.Path(detector), hadoop);
    } catch (IOException e) {
      throw new BadInputException(
          "Cannot read detector "
              + detector
              + ": "
              + e.getMessage()
              + " (name a Hugging Face checkpoint directory)",
          e);
    }
  }

  private static String localPath(String uri) {
    return new org.apache.hadoop.fs.Path(uri).toUri().getPath();
  }

  private static Path copy(org.apache.hadoop.fs.Path directory, Configuration hadoop)
      throws IOException {
    FileSystem files = directory.getFileSystem(hadoop);
    Path copy = Files.createTempDirectory("boxmill-detector-");
    copy.toFile().deleteOnExit();
    for (FileStatus file : files.listStatus(directory)) {
      if (file.isFile()) {
        Path target = copy.resolve(file.getPath().getName());
        target.toFile().deleteOnExit();
        files.copyToLocalFile(
            false, file.getPath(), new org.apache.hadoop.fs.Path(target.toUri()), true);
      }
    }
    return copy;
  }
}
