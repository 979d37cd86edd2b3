package dev.boxmill.job.table;

import java.util.Optional;

/** The version of this build. */
public final class Version {

  private Version() {}

  /** As the jar's manifest says; {@code development} where there is no jar. */
  public static String text() {
    return Optional.ofNullable(Version.class.getPackage().getImplementationVersion())
        .orElse("development");
  }
}
