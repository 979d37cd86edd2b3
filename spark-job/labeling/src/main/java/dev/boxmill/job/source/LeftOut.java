package dev.boxmill.job.source;

import dev.boxmill.job.text.Plural;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.Path;

/** What a listing of a folder left out, counted by reason, for the user. */
final class LeftOut {

  private static final int MOST_NAMED = 3;

  private final Map<Reason, TreeSet<String>> named = new EnumMap<>(Reason.class);
  private final Set<Path> hiddenFolders = new HashSet<>();
  private boolean denied;
  private final Map<Reason, Long> counts = new EnumMap<>(Reason.class);

  /** Why it is left out. */
  enum Reason {
    HIDDEN("folder", "names that begin with _ or ."),
    SYSTEM("folder", "a system's own"),
    DENIED("folder", "permission denied"),
    LOOP("folder", "a link back to a folder around it"),
    JUNK("file", "hidden, or left behind by a system"),
    SPECIAL("file", "a pipe, a socket, a device or a link to nothing");

    private final String noun;
    private final String text;

    Reason(String noun, String text) {
      this.noun = noun;
      this.text = text;
    }
  }

  /** Counts a folder whose name says that it is not meant. */
  void addHidden(Path folder) {
    hiddenFolders.add(folder);
    String name = folder.getName();
    boolean marked = name.startsWith("_") || name.startsWith(".");
    add(marked ? Reason.HIDDEN : Reason.SYSTEM, name);
  }

  /** Paths of the hidden folders. */
  Set<Path> hiddenFolders() {
    return hiddenFolders;
  }

  /** Whether something was left out that may hold images. */
  boolean hasDenied() {
    return denied;
  }

  /** Counts a file or folder once, however often its name is met. */
  void add(Reason reason, String name) {
    denied |= reason == Reason.DENIED;
    TreeSet<String> names = named.computeIfAbsent(reason, first -> new TreeSet<>());
    if (names.add(name)) {
      counts.merge(reason, 1L, Long::sum);
    }
  }

  /** Counts one file of many: each, and only some are named. */
  void addOneOfMany(Reason reason, String name) {
    TreeSet<String> names = named.computeIfAbsent(reason, first -> new TreeSet<>());
    if (names.size() <= MOST_NAMED) {
      names.add(name);
    }
    counts.merge(reason, 1L, Long::sum);
  }

  /** For example {@code , 2 folders left out: permission denied (a, b)}; empty without any. */
  String note() {
    return named.entrySet().stream()
        .map(entry -> ", " + note(entry.getKey(), entry.getValue()))
        .collect(Collectors.joining());
  }

  /** The same, for the first who asks. */
  String takeNote() {
    String note = note();
    named.clear();
    counts.clear();
    return note;
  }

  private String note(Reason reason, Set<String> names) {
    String more = names.size() > MOST_NAMED ? ", …" : "";
    return Plural.of(counts.get(reason), reason.noun)
        + " left out: "
        + reason.text
        + names.stream().limit(MOST_NAMED).collect(Collectors.joining(", ", " (", more + ")"));
  }
}
