package dev.boxmill.job.source;

import dev.boxmill.job.images.FileContent;
import dev.boxmill.job.images.ImageInput;
import dev.boxmill.job.images.ImageInputException;
import dev.boxmill.job.manifest.ListedFile;
import dev.boxmill.job.storage.SignedAddress;
import dev.boxmill.schemas.ErrorCategory;
import java.io.IOException;
import java.io.Serializable;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;

/** A row of a table that holds an image, names its file, or can't be read. */
final class TableImage implements Serializable {

  private static final long serialVersionUID = 1;

  /** In place of a row's number: a file of which no row can be read. */
  static final long WHOLE_FILE = -1;

  private final String file;
  private final long row;

  /** As it stands in the table, perhaps signed. */
  private final String written;

  private final String name;

  /** A file in the folder where relative addresses start. */
  private final String base;

  private final byte[] bytes;
  private final Row kept;
  private final ErrorCategory category;
  private final String problem;

  private TableImage(
      String file,
      long row,
      String written,
      String name,
      String base,
      byte[] bytes,
      Row kept,
      ErrorCategory category,
      String problem) {
    this.file = file;
    this.row = row;
    this.written = written;
    this.base = base;
    this.name = withoutSignature(name);
    this.bytes = bytes;
    this.kept = kept;
    this.category = category;
    this.problem = problem;
  }

  /**
   * One that was read.
   *
   * @param name null if it has none
   * @param bytes null if it has none
   * @param kept what is carried along; null if nothing
   */
  static TableImage read(String file, long row, String name, byte[] bytes, Row kept) {
    return new TableImage(file, row, name, name, file, bytes, kept, null, null);
  }

  /**
   * One that the reader of a table of many files gave.
   *
   * @param written its name as it stands there; null if it has none
   * @param name the same as the label table has it
   * @param base a file in the folder where relative addresses start
   */
  static TableImage ofTable(
      String file, long row, String written, String name, String base, byte[] bytes, Row kept) {
    return new TableImage(file, row, written, name, base, bytes, kept, null, null);
  }

  /**
   * One that can't be read.
   *
   * @param name null if it is not known
   */
  static TableImage lost(
      String file, long row, String name, ErrorCategory category, String problem) {
    return new TableImage(file, row, name, name, file, null, null, category, problem);
  }

  String file() {
    return file;
  }

  long row() {
    return row;
  }

  /** May be null. */
  String name() {
    return name;
  }

  /** A row's name as it gets into the table: an address may be signed. */
  static String withoutSignature(String name) {
    return name == null ? null : SignedAddress.of(name).uri();
  }

  ImageInput input(String uri, Configuration hadoop) {
    return new ImageInput(
        uri, () -> content(uri, hadoop), Optional.empty(), Optional.ofNullable(kept));
  }

  private byte[] content(String uri, Configuration hadoop) throws IOException {
    if (problem != null) {
      throw new ImageInputException(category, "Cannot read " + uri + ": " + problem, null);
    }
    return bytes == null ? named(uri, hadoop) : bytes;
  }

  /** Without bytes, its name is the address of a file. */
  private byte[] named(String uri, Configuration hadoop) throws IOException {
    if (name == null || name.isBlank()) {
      throw new ImageInputException(
          ErrorCategory.STORAGE, "Cannot read " + uri + ": its row holds no bytes", null);
    }
    SignedAddress address = TableAddresses.of(written, base, hadoop);
    try {
      return new FileContent(ListedFile.image(address), hadoop).read();
    } catch (ImageInputException failure) {
      throw address.uri().equals(uri) ? failure : withoutBytes(uri, failure);
    }
  }

  private static ImageInputException withoutBytes(String uri, ImageInputException failure) {
    return new ImageInputException(
        failure.category(),
        "Cannot read " + uri + ": its row holds no bytes, and: " + failure.getMessage(),
        failure);
  }
}
