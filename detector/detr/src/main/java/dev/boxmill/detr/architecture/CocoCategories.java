package dev.boxmill.detr.architecture;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** The 80 categories of COCO 2017; their ids run from 1 to 90 with gaps. */
final class CocoCategories {

  /** Outputs of a network whose class index is COCO's id. */
  static final int IDS = 91;

  /** Categories. */
  static final int COUNT = 80;

  private static final String NONE = "N/A";

  private CocoCategories() {}

  /** Names by id, 0 to 90. */
  static Map<Integer, String> byId() {
    Map<Integer, String> names = new TreeMap<>();
    for (int id = 0; id < IDS; id++) {
      names.put(id, NONE);
    }
    names.putAll(read());
    return names;
  }

  /** Names by their index among the ids, 0 to 79. */
  static Map<Integer, String> inOrder() {
    Map<Integer, String> names = new TreeMap<>();
    read().values().forEach(name -> names.put(names.size(), name));
    return names;
  }

  private static NavigableMap<Integer, String> read() {
    TreeMap<Integer, String> names = new TreeMap<>();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                CocoCategories.class.getResourceAsStream("coco.txt"), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] idAndName = line.split(" ", 2);
        names.put(Integer.valueOf(idAndName[0]), idAndName[1]);
      }
      return names;
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read coco.txt", e);
    }
  }
}
