package dev.boxmill.job.export;

import java.io.Closeable;
import java.io.IOException;

/** Writes one format, image by image; holds no image longer than its call. */
interface ExportWriter extends Closeable {

  void write(ExportedImage image) throws IOException;

  /** Called once after the last image; what is not finished is thrown away. */
  void finish() throws IOException;
}
