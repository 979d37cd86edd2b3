package dev.boxmill.job.table;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.boxmill.job.storage.Locations;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;

/**
 * How the labels of a table were made; lies beside them as {@value #FILE_NAME}, so that no other
 * run mixes its own among them.
 *
 * @param startedAt time of the first run, UTC
 * @param model the detector as the user named it
 * @param refiners with their settings, in order
 * @param fingerprint hash of the settings
 * @param settings all that decides a row's labels, by name
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record RunRecord(
    @JsonProperty("started_at") String startedAt,
    @JsonProperty("model") String model,
    @JsonProperty("refiners") String refiners,
    @JsonProperty("fingerprint") String fingerprint,
    @JsonProperty("settings") Map<String, String> settings) {

  static final String FILE_NAME = "run.json";

  /** Tables of old say {@code auto}, which is none. */
  private static final Set<String> KNOWN_PRECISIONS = Set.of("fp32", "bf16", "fp16");

  private static final int SHOWN_CHARACTERS = 60;
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  public RunRecord {
    settings = settings == null ? Map.of() : new LinkedHashMap<>(settings);
  }

  /** The same, with more settings. */
  public RunRecord with(Map<String, String> more) {
    Map<String, String> all = new LinkedHashMap<>(settings);
    all.putAll(more);
    return new RunRecord(startedAt, model, refiners, fingerprint, all);
  }

  /** Each setting that another run has otherwise: {@code min-score 0.05, now 0.3}. */
  List<String> differences(RunRecord now) {
    List<String> differences = new ArrayList<>();
    TreeSet<String> names = new TreeSet<>(settings.keySet());
    names.addAll(now.settings.keySet());
    for (String name : names) {
      String before = settings.getOrDefault(name, "none");
      String after = now.settings.getOrDefault(name, "none");
      if (!before.equals(after)) {
        differences.add(name + " " + shown(name, before) + ", now " + now.shown(name, after));
      }
    }
    if (differences.isEmpty() && !fingerprint.equals(now.fingerprint)) {
      differences.add("fingerprint " + fingerprint + ", now " + now.fingerprint);
    }
    return differences;
  }

  /** What makes labels like these, if another run differs in its precision alone. */
  Optional<String> samePrecision(RunRecord now) {
    String name = TableProvenance.PRECISION;
    Map<String, String> same = new LinkedHashMap<>(now.settings);
    same.put(name, settings.getOrDefault(name, ""));
    return same.equals(settings) && KNOWN_PRECISIONS.contains(same.get(name))
        ? Optional.of("--precision " + same.get(name) + " goes on as before")
        : Optional.empty();
  }

  /** A detector's hash means nothing to people without its name. */
  private String shown(String name, String value) {
    String text = name.equals("detector") ? model + " (" + value + ")" : value;
    return text.isEmpty()
        ? "none"
        : text.length() > SHOWN_CHARACTERS ? text.substring(0, SHOWN_CHARACTERS) + "…" : text;
  }

  /** Of the labels in that folder; empty if it has none that can be read. */
  static Optional<RunRecord> in(Path table, Configuration hadoop) {
    Path file = new Path(new Path(table, OutputFolder.WORK), FILE_NAME);
    try (FSDataInputStream stream = Locations.filesystem(file, hadoop).open(file)) {
      return Optional.of(parse(stream.readAllBytes()));
    } catch (IOException missing) {
      return Optional.empty();
    }
  }

  byte[] json() throws IOException {
    return JSON.writeValueAsBytes(this);
  }

  static RunRecord parse(byte[] json) throws IOException {
    return JSON.readValue(json, RunRecord.class);
  }
}
