package dev.boxmill.job.images;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;

/**
 * Links of an archive that have an image's name. What a link leads to is known at the archive's end
 * only: links may stand before and after it.
 */
final class TarLinks {

  private static final int MOST_LINKS_IN_A_CHAIN = 40; // as Linux follows

  private final Map<String, String> targets = new LinkedHashMap<>();

  void add(TarArchiveEntry link) {
    String target = link.getLinkName();
    boolean besideLink = link.isSymbolicLink() && !target.startsWith("/");
    String folder = besideLink ? folder(link.getName()) : "";
    targets.put(link.getName(), normal(folder + target));
  }

  boolean isEmpty() {
    return targets.isEmpty();
  }

  /**
   * Links that lead to no image that was given, by the entry that they lead to, which may have
   * another name than an image's or be missing.
   *
   * @param given names of images
   */
  Map<String, List<String>> open(Set<String> given) {
    Set<String> images = given.stream().map(TarLinks::normal).collect(Collectors.toSet());
    Map<String, String> byNormalName = new HashMap<>();
    targets.forEach((name, target) -> byNormalName.put(normal(name), target));
    Map<String, List<String>> open = new LinkedHashMap<>();
    targets.forEach(
        (name, target) -> {
          String end = end(target, byNormalName);
          if (!images.contains(end) && !given.contains(name)) {
            open.computeIfAbsent(end, first -> new ArrayList<>()).add(name);
          }
        });
    return open;
  }

  int size() {
    return targets.size();
  }

  private static String end(String target, Map<String, String> targets) {
    String end = target;
    for (int i = 0; i < MOST_LINKS_IN_A_CHAIN && targets.containsKey(end); i++) {
      end = targets.get(end);
    }
    return end;
  }

  private static String folder(String name) {
    return name.substring(0, name.lastIndexOf('/') + 1);
  }

  /** Without {@code .} and {@code ..}, and without a slash at its start. */
  static String normal(String name) {
    Deque<String> parts = new ArrayDeque<>();
    for (String part : name.split("/")) {
      if (part.equals("..") && !parts.isEmpty() && !parts.peekLast().equals("..")) {
        parts.removeLast();
      } else if (!part.isEmpty() && !part.equals(".")) {
        parts.addLast(part);
      }
    }
    return String.join("/", parts);
  }
}
