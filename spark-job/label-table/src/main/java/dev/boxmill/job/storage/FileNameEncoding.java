package dev.boxmill.job.storage;

import dev.boxmill.job.error.BadInputException;
import java.util.Locale;
import java.util.Optional;

/**
 * How this JVM reads the names of local files and its own arguments: in the encoding of the locale
 * that it was started under, which is ASCII in many a cron job, service and container. Java 17
 * takes no other choice.
 */
public final class FileNameEncoding {

  private static final String HERE = System.getProperty("sun.jnu.encoding", "UTF-8");
  private static final char LOST = '\uFFFD';

  private FileNameEncoding() {}

  /** Whether all names can be read. */
  public static boolean isUtf8() {
    return isUtf8(HERE);
  }

  static boolean isUtf8(String encoding) {
    return encoding.toUpperCase(Locale.ROOT).replace("-", "").equals("UTF8");
  }

  /** What is wrong here, without the remedy; empty if nothing is. */
  public static Optional<String> complaint() {
    return complaint(HERE);
  }

  static Optional<String> complaint(String encoding) {
    return isUtf8(encoding)
        ? Optional.empty()
        : Optional.of(
            "Java reads file names as "
                + encoding
                + " here, not as UTF-8: names of other letters may be lost");
  }

  /** What to do about {@link #complaint}. */
  public static String remedy() {
    return "set LC_ALL=C.UTF-8; for executors, spark.executorEnv.LC_ALL";
  }

  /**
   * Refuses a text that a user gave and that did not get here whole.
   *
   * @throws BadInputException if characters of it are lost
   */
  public static void refuseLost(String text) {
    if (!isUtf8() && text.indexOf(LOST) >= 0) {
      throw lost(text, HERE);
    }
  }

  static BadInputException lost(String text, String encoding) {
    return new BadInputException(
        "Cannot read the name "
            + text
            + ": Java reads names as "
            + encoding
            + " here ("
            + remedy()
            + ")");
  }
}
