package dev.boxmill.job.evaluate;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the annotated image that a URI means, by its file name: the last part of the path, and
 * where several images share that, as many folders as it takes.
 */
public final class NamedImages implements Serializable {

  private static final long serialVersionUID = 1;

  /** No annotated image has that name. */
  public static final int UNKNOWN = -1;

  /** Several annotated images have that name, and the folders do not tell which is meant. */
  public static final int AMBIGUOUS = -2;

  private final Map<String, List<Integer>> byBaseName = new HashMap<>();
  private final List<String> names = new ArrayList<>();

  /**
   * Names images by their position.
   *
   * @param fileNames as in the ground truth; empty ones are never found
   */
  public NamedImages(List<String> fileNames) {
    for (String fileName : fileNames) {
      String name = fileName.replace('\\', '/');
      if (!name.isEmpty()) {
        byBaseName.computeIfAbsent(baseName(name), none -> new ArrayList<>()).add(names.size());
      }
      names.add(name);
    }
  }

  /** Position of the image, {@link #UNKNOWN} or {@link #AMBIGUOUS}. */
  public int find(String uri) {
    List<Integer> candidates = byBaseName.getOrDefault(baseName(uri), List.of());
    if (candidates.isEmpty()) {
      return UNKNOWN;
    }
    if (candidates.size() == 1) {
      return candidates.get(0);
    }
    int found = AMBIGUOUS;
    int longest = 0;
    for (int candidate : candidates) {
      int shared = sharedFolders(uri, names.get(candidate));
      if (shared == longest) {
        found = AMBIGUOUS;
      } else if (shared > longest) {
        found = candidate;
        longest = shared;
      }
    }
    return found;
  }

  /**
   * How well a URI fits an image that {@link #find} found: how many parts of their paths are equal,
   * from their ends. Of several files with one base name the best one is meant.
   */
  int fit(String uri, int image) {
    return sharedFolders(uri, names.get(image));
  }

  /** How many parts of two paths are equal, from their ends. */
  private static int sharedFolders(String uri, String name) {
    String[] a = uri.split("/");
    String[] b = name.split("/");
    int shared = 0;
    while (shared < a.length
        && shared < b.length
        && a[a.length - 1 - shared].equals(b[b.length - 1 - shared])) {
      shared++;
    }
    return shared;
  }

  private static String baseName(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
