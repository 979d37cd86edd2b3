package dev.boxmill.job.export;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.error.FailureReason;
import dev.boxmill.job.export.ExportFormat.Shape;
import dev.boxmill.job.export.ExportRequest.ExistingExport;
import dev.boxmill.job.storage.FolderSwap;
import dev.boxmill.job.storage.Locations;
import dev.boxmill.job.storage.StoredFile;
import dev.boxmill.job.storage.WritablePlace;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The files of an export. They are written into a hidden folder beside the output, and are put into
 * their place when all are whole; what is closed before that is thrown away.
 */
final class ExportFiles implements Closeable {

  private static final int BUFFER_BYTES = 1 << 18;

  private final Path output;
  private final Path unfinished;
  private final Shape shape;
  private final Configuration hadoop;
  private final FileSystem files;
  private final List<Path> written = new ArrayList<>();

  private ExportFiles(Path output, Shape shape, Configuration hadoop) throws IOException {
    this.output = output;
    this.unfinished = FolderSwap.unfinished(output);
    this.shape = shape;
    this.hadoop = hadoop;
    this.files = Locations.filesystem(output, hadoop);
  }

  /**
   * Looks whether an export may be written there; changes nothing.
   *
   * @throws BadInputException if something lies there that must stay
   */
  static ExportFiles claim(ExportRequest request, Configuration hadoop) {
    String output = request.output();
    try {
      Path path = Locations.absolute(output, hadoop);
      if (path.isRoot()) {
        throw refusal(path, "it is the root of a filesystem", "name something below it");
      }
      ExportFiles files = new ExportFiles(path, request.format().shape(), hadoop);
      files.requireFree(request);
      WritablePlace.require(path, hadoop);
      return files;
    } catch (IOException | IllegalArgumentException failure) {
      throw new BadInputException(
          "Cannot write export "
              + output
              + ": "
              + FailureReason.of(failure)
              + " (name another output)",
          failure);
    }
  }

  private void requireFree(ExportRequest request) throws IOException {
    if (!files.exists(output)) {
      return;
    }
    boolean isFolder = files.getFileStatus(output).isDirectory();
    if (isFolder && shape == Shape.FILE) {
      throw refusal(output, "it is a folder", "name a file");
    }
    if (!isFolder && shape == Shape.FOLDER) {
      throw refusal(output, "it is a file", "name a folder");
    }
    if (isFolder && !files.exists(new Path(output, request.format().mark()))) {
      throw refusal(output, "it holds what is no such export", "name another folder");
    }
    if (request.existing() == ExistingExport.REFUSE) {
      throw refusal(output, "it is there already", "--overwrite replaces it");
    }
  }

  private static BadInputException refusal(Path output, String reason, String remedy) {
    return new BadInputException(
        "Cannot write export " + Locations.uri(output) + ": " + reason + " (" + remedy + ")");
  }

  /** As the user will find it. */
  String uri() {
    return Locations.uri(output);
  }

  /** The export's one file. */
  OutputStream file() throws IOException {
    return create(output.getName());
  }

  /** A file beside the export's one file: its name with another extension. */
  OutputStream beside(String extension) throws IOException {
    String name = output.getName();
    int dot = name.lastIndexOf('.');
    return create((dot > 0 ? name.substring(0, dot) : name) + extension);
  }

  /**
   * A file in the export's folder.
   *
   * @param name relative, with slashes
   * @throws IOException if there is one of that name
   */
  OutputStream create(String name) throws IOException {
    Path file = new Path(unfinished + "/" + name);
    if (shape == Shape.FILE) {
      written.add(file);
    }
    return new BufferedOutputStream(files.create(file, false), BUFFER_BYTES);
  }

  /** Sweeps what a killed export left. */
  void begin() throws IOException {
    files.delete(unfinished, true);
    files.mkdirs(unfinished);
  }

  /**
   * Puts what was written into its place, in the order in which it was made.
   *
   * @param warnings takes what went wrong without harm to the export
   */
  void publish(Consumer<String> warnings) throws IOException {
    if (shape == Shape.FOLDER) {
      FolderSwap.swap(unfinished, output, hadoop, warnings);
      return;
    }
    for (Path file : written) {
      StoredFile.place(file, new Path(output.getParent(), file.getName()), hadoop);
    }
  }

  @Override
  public void close() throws IOException {
    files.delete(unfinished, true);
  }
}
