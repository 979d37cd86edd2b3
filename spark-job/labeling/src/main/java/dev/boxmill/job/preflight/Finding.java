package dev.boxmill.job.preflight;

import java.io.Serializable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a check found in one place.
 *
 * @param where the driver or an executor, for people; blank until the driver knows
 * @param what the result in words
 * @param remedy what to do; blank where all is well
 */
record Finding(Check check, String where, Status outcome, String what, String remedy)
    implements Serializable {

  static final String DRIVER = "driver";

  /** How a check ended. */
  enum Status {
    OK("ok"),
    /** A run would work, though not as well as it could. */
    WARNING("warning"),
    FAILED("FAILED"),
    /** Not looked at, because something else failed. */
    SKIPPED("skipped");

    private final String title;

    Status(String title) {
      this.title = title;
    }

    String title() {
      return title;
    }
  }

  /** The remedy at the end of an error message, which may hold one pair of parentheses itself. */
  private static final Pattern REMEDY =
      Pattern.compile("(.*\\S) \\(((?:[^()]|\\([^()]*\\))+)\\)", Pattern.DOTALL);

  static Finding ok(Check check, String what) {
    return new Finding(check, DRIVER, Status.OK, what, "");
  }

  static Finding warning(Check check, String what, String remedy) {
    return new Finding(check, DRIVER, Status.WARNING, what, remedy);
  }

  static Finding failed(Check check, String what, String remedy) {
    return new Finding(check, DRIVER, Status.FAILED, what, remedy);
  }

  static Finding skipped(Check check, String why) {
    return new Finding(check, DRIVER, Status.SKIPPED, why, "");
  }

  /**
   * What an exception says.
   *
   * @param remedy for a message that names none in parentheses at its end
   */
  static Finding failed(Check check, Throwable why, String remedy) {
    String message = message(why);
    Matcher parts = REMEDY.matcher(message);
    return parts.matches()
        ? failed(check, parts.group(1), parts.group(2))
        : failed(check, message, remedy);
  }

  private static String message(Throwable why) {
    String message = why.getMessage();
    String text =
        why instanceof Error || message == null || message.isBlank() ? why.toString() : message;
    return text.lines().findFirst().orElse("").strip();
  }

  boolean isFailed() {
    return outcome == Status.FAILED;
  }

  /** The same found elsewhere. */
  Finding at(String place) {
    return new Finding(check, place, outcome, what, remedy);
  }
}
