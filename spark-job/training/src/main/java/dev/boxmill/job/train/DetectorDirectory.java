package dev.boxmill.job.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.boxmill.checkpoint.SafetensorsWriter;
import dev.boxmill.detr.DetectorFiles;
import dev.boxmill.job.storage.StoredFile;
import dev.boxmill.job.train.DetectorSettings.Dtype;
import dev.boxmill.torchscript.Weight;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * The directory of a trained detector: Hugging Face's, {@code config.json} and the image
 * processor's file as the detector had them, with the classes that it learned. A detector that was
 * a state dict becomes one again, with its class names beside it.
 *
 * @param small what lies beside the weights, by name
 * @param weights name of the file of weights
 * @param dtype its numbers
 */
record DetectorDirectory(Map<String, byte[]> small, String weights, Dtype dtype)
    implements Serializable {

  /** Of class names, where there is no configuration. */
  static final String CLASS_NAMES = "class_names.json";

  /** Of the weights, where there is a configuration and where there is none. */
  static final String WEIGHTS = "model.safetensors";

  static final String STATE_DICT = "state_dict.safetensors";

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  DetectorDirectory {
    small = Map.copyOf(small);
  }

  /** Beside a detector's files, for what it learns. */
  static DetectorDirectory of(DetectorFiles files, Map<Integer, String> classNames, Dtype dtype) {
    return of(files.configurations(), classNames, dtype);
  }

  /**
   * Of a configuration.
   *
   * @param configurations its files; none of a state dict
   */
  static DetectorDirectory of(
      List<java.nio.file.Path> configurations, Map<Integer, String> classNames, Dtype dtype) {
    Map<String, byte[]> small = new HashMap<>();
    try {
      if (configurations.isEmpty()) {
        small.put(CLASS_NAMES, JSON.writeValueAsBytes(new TreeMap<>(classNames)));
        return new DetectorDirectory(small, STATE_DICT, dtype);
      }
      for (java.nio.file.Path file : configurations) {
        small.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
      small.computeIfPresent("config.json", (name, bytes) -> configured(bytes, classNames, dtype));
      return new DetectorDirectory(small, WEIGHTS, dtype);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read the detector's configuration", e);
    }
  }

  private static byte[] configured(byte[] bytes, Map<Integer, String> classNames, Dtype dtype) {
    try {
      ObjectNode config = (ObjectNode) JSON.readTree(bytes);
      ObjectNode names = config.putObject("id2label");
      ObjectNode ids = config.putObject("label2id");
      new TreeMap<>(classNames)
          .forEach(
              (id, name) -> {
                names.put(String.valueOf(id), name);
                ids.put(name, id);
              });
      if (config.has("num_labels")) {
        config.put("num_labels", classNames.size());
      }
      for (String key : List.of("dtype", "torch_dtype")) {
        if (config.has(key)) {
          config.put(key, dtype.text());
        }
      }
      return JSON.writeValueAsBytes(config);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write config.json", e);
    }
  }

  /** Names of all files. */
  List<String> files() {
    List<String> names = new ArrayList<>(small.keySet());
    names.add(weights);
    return names;
  }

  /** Writes a directory, the weights last. */
  void write(
      String target,
      Map<String, Weight> tensors,
      Map<String, String> metadata,
      Configuration hadoop)
      throws IOException {
    for (Map.Entry<String, byte[]> file : small.entrySet()) {
      StoredFile.write(new Path(target, file.getKey()), file.getValue(), hadoop);
    }
    Map<String, String> texts = new TreeMap<>(metadata);
    texts.put("format", "pt");
    TrainingFolder.withLocal(
        local -> {
          SafetensorsWriter.write(local, tensors, texts, dtype.stored());
          StoredFile.write(new Path(target, weights), stream -> Files.copy(local, stream), hadoop);
          return target;
        });
  }
}
