package dev.boxmill.job.preflight;

import dev.boxmill.job.storage.FileNameEncoding;
import java.util.Optional;

/** Whether a JVM reads all names of local files. */
final class NamesCheck {

  private NamesCheck() {}

  /** A warning if this JVM does not. */
  static Optional<Finding> here() {
    return of(FileNameEncoding.complaint());
  }

  static Optional<Finding> of(Optional<String> complaint) {
    return complaint.map(lost -> Finding.warning(Check.JAVA, lost, FileNameEncoding.remedy()));
  }
}
