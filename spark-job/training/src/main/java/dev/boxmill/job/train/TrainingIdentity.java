package dev.boxmill.job.train;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * All that decides which weights a training comes to, by name, but for the number of epochs: more
 * of them go on from where it stands.
 */
record TrainingIdentity(@JsonValue Map<String, String> settings) {

  private static final int SHOWN_CHARACTERS = 80;

  @JsonCreator
  TrainingIdentity {
    settings = new LinkedHashMap<>(settings);
  }

  String hash() {
    String lines =
        settings.entrySet().stream()
            .map(setting -> setting.getKey() + " " + setting.getValue())
            .collect(Collectors.joining("\n"));
    return DigestUtils.sha256Hex(lines);
  }

  /** Each setting that another training has otherwise: {@code batch 16, now 8}. */
  List<String> differences(TrainingIdentity now) {
    TreeSet<String> names = new TreeSet<>(settings.keySet());
    names.addAll(now.settings.keySet());
    List<String> differences = new ArrayList<>();
    for (String name : names) {
      String before = settings.getOrDefault(name, "none");
      String after = now.settings.getOrDefault(name, "none");
      if (!before.equals(after)) {
        differences.add(name + " " + shown(before) + ", now " + shown(after));
      }
    }
    return differences;
  }

  private static String shown(String value) {
    return value.length() > SHOWN_CHARACTERS ? value.substring(0, SHOWN_CHARACTERS) + "…" : value;
  }
}
