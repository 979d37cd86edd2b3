package dev.boxmill.job.table;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.error.FailureReason;
import dev.boxmill.job.storage.Locations;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;

/** Tells a file whose content is damaged from a store that did not give it. */
public final class DamagedPart {

  private static final int DEEPEST_CAUSE = 20;

  private static final List<String> OF_STORES =
      List.of("java.net.", "javax.net.", "org.apache.hadoop.", "software.amazon.");

  /** As messages of Spark and Parquet name a file: without blanks, which are escaped. */
  private static final Pattern FILE =
      Pattern.compile("(/\\S*/|[a-z0-9+.-]+:/\\S*/)([^/\\s]+\\.parquet)");

  private DamagedPart() {}

  /**
   * What to tell a user whose read of a table failed at a damaged file: which one, and what heals
   * it. Empty if no file's content is to blame.
   */
  public static Optional<BadInputException> refusal(Throwable failure) {
    if (!isOfContent(failure)) {
      return Optional.empty();
    }
    return chain(failure)
        .map(next -> FILE.matcher(String.valueOf(next.getMessage())))
        .filter(Matcher::find)
        .map(named -> refusal(named.group(1) + named.group(2), named.group(2), failure))
        .findFirst();
  }

  private static BadInputException refusal(String file, String name, Throwable failure) {
    return refusal(shown(file), name, reason(failure), failure);
  }

  private static String shown(String file) {
    try {
      return Locations.uri(new Path(URI.create(file)));
    } catch (IllegalArgumentException notEscaped) {
      return file;
    }
  }

  /** Spark passes over a file of no bytes without a word. */
  static BadInputException empty(Path file) {
    return refusal(Locations.uri(file), file.getName(), "it is damaged: it holds no row", null);
  }

  private static BadInputException refusal(
      String shown, String name, String reason, Throwable failure) {
    String remedy =
        ChunkStore.isPart(name)
            ? "delete this file and run the 'label' that wrote it again: only its images are"
                + " labeled again"
            : "write the table again";
    return new BadInputException(
        (ChunkStore.isPart(name) ? "Cannot read labels " : "Cannot read table ")
            + shown
            + ": "
            + reason
            + " ("
            + remedy
            + ")",
        failure);
  }

  /**
   * The chunk whose file a failed read names; empty if its content is not to blame.
   *
   * @param part of files' names; its group is the chunk
   */
  static Optional<String> chunk(Throwable failure, Pattern part) {
    if (!isOfContent(failure)) {
      return Optional.empty();
    }
    return chain(failure)
        .map(next -> part.matcher(String.valueOf(next.getMessage())))
        .filter(Matcher::find)
        .map(named -> named.group(1))
        .findFirst();
  }

  private static boolean isOfContent(Throwable failure) {
    return chain(failure).noneMatch(DamagedPart::isOfStore)
        && chain(failure).anyMatch(DamagedPart::isDamage);
  }

  /** A store may fail in the middle of a sound file: nobody should delete it for that. */
  private static boolean isOfStore(Throwable failure) {
    String type = failure.getClass().getName();
    return OF_STORES.stream().anyMatch(type::startsWith);
  }

  private static boolean isDamage(Throwable failure) {
    String type = failure.getClass().getName().toLowerCase(Locale.ROOT);
    String message = String.valueOf(failure.getMessage());
    return type.contains("parquet.")
        || type.contains(".zstd")
        || message.contains("is not a Parquet file")
        || message.contains("can not read class org.apache.parquet");
  }

  /** Its first line in words, without the file's name. */
  static String reason(Throwable failure) {
    Throwable root = chain(failure).reduce((first, second) -> second).orElse(failure);
    String line = FailureReason.of(root).lines().findFirst().orElse("");
    return line.isBlank() ? "it is damaged" : "it is damaged: " + line;
  }

  private static Stream<Throwable> chain(Throwable failure) {
    return Stream.iterate(failure, Objects::nonNull, Throwable::getCause).limit(DEEPEST_CAUSE);
  }
}
