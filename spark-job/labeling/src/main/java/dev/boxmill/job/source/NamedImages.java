package dev.boxmill.job.source;

import dev.boxmill.job.error.BadInputException;
import dev.boxmill.job.lists.ListFields;
import dev.boxmill.job.lists.ListReader;
import dev.boxmill.job.text.Plural;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.Path;

/** The images of one manifest. */
final class NamedImages implements ListReader {

  private final FileCollection files;
  private final Path manifest;
  private final KeptFields kept;
  private long count;
  private long unreadable;
  private long noAddresses;
  private Optional<BadInputException> firstProblem = Optional.empty();
  private final Map<String, Long> leftOut = new TreeMap<>();

  NamedImages(FileCollection files, Path manifest, KeptFields kept) {
    this.files = files;
    this.kept = kept;
    this.manifest = manifest;
  }

  @Override
  public void add(String address, ListFields fields) {
    Optional<BadInputException> problem = files.addNamed(address, manifest, kept.of(fields));
    count++;
    if (problem.isPresent()) {
      unreadable++;
      firstProblem = firstProblem.or(() -> problem);
    }
  }

  @Override
  public void addUnreadable(long line, String problem) {
    BadInputException failure = files.addUnreadable(line, problem, manifest);
    count++;
    noAddresses++;
    firstProblem = firstProblem.or(() -> Optional.of(failure));
  }

  @Override
  public void leaveOut(String what) {
    leftOut.merge(what, 1L, Long::sum);
  }

  /** How many it names. */
  long count() {
    return count;
  }

  /** Their number, for people. */
  String note() {
    return Plural.of(count, "image")
        + failing(unreadable, "of addresses that nothing here reads")
        + failing(noAddresses, "of lines that name none")
        + leftOut();
  }

  private static String failing(long count, String what) {
    return count == 0 ? "" : " (" + count + " " + what + ": they will fail)";
  }

  /** What was left out, for people; empty if nothing was. */
  String leftOut() {
    return leftOut.entrySet().stream()
        .map(entry -> ", " + Plural.of(entry.getValue(), entry.getKey()) + " left out")
        .collect(Collectors.joining());
  }

  /**
   * One such address costs its own row; where no other is, the request is wrong.
   *
   * @throws BadInputException that says so of the first
   */
  void refuseIfAllUnreadable() {
    if (count > 0 && unreadable + noAddresses == count) {
      throw firstProblem.orElseThrow();
    }
  }
}
