package dev.boxmill.job;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Tells a full disk from other faults: one line says all that there is to know. */
final class FullDisk {

  /** As the operating system says it: of a disk, of a user's share, of a process' limit. */
  private static final List<String> SIGNS =
      List.of("No space left on device", "Disk quota exceeded", "File too large");

  /** What was written, in Spark's message of a task and in the JDK's of a file. */
  private static final Pattern WRITTEN =
      Pattern.compile(
          "(?:writing rows to |^)((?:[a-z0-9]+:)?/.+?)(?:/_boxmill/|\\. SQLSTATE| \\()");

  private FullDisk() {}

  /** What to say of a failure that a full disk caused; empty if another did. */
  static Optional<String> explanation(Throwable failure) {
    List<String> messages = messages(failure);
    return SIGNS.stream()
        .filter(sign -> messages.stream().anyMatch(message -> message.contains(sign)))
        .findFirst()
        .map(sign -> "The run broke off: " + sign + " (" + where(messages) + remedy());
  }

  private static String where(List<String> messages) {
    return messages.stream()
        .map(WRITTEN::matcher)
        .filter(Matcher::find)
        .map(written -> "writing " + written.group(1))
        .findFirst()
        .orElse("in the output, or in Spark's temporary folder, spark.local.dir");
  }

  private static String remedy() {
    return "; make room, and the same command goes on)";
  }

  /** The deepest cause first: it is the nearest to what happened. */
  private static List<String> messages(Throwable failure) {
    List<String> messages = new ArrayList<>();
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause.getMessage() != null) {
        messages.add(0, cause.getMessage());
      }
    }
    return messages;
  }
}
