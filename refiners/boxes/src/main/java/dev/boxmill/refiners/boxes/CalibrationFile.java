package dev.boxmill.refiners.boxes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.boxmill.refiners.spi.RefinerContext;
import dev.boxmill.schemas.calibration.Calibration;
import dev.boxmill.schemas.calibration.IsotonicCurve;
import dev.boxmill.schemas.calibration.PlattCurve;
import dev.boxmill.schemas.calibration.ScoreCurve;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The file that {@code boxmill calibrate} writes. */
record CalibrationFile(Path path) {

  private static final String REMEDY = "make it with 'boxmill calibrate'";

  private static final String ASK =
      "calibrate the labels of this detector, or say any-detector=true";

  /**
   * A file as the user names it: in the detector's directory, else anywhere.
   *
   * @throws IllegalArgumentException if there is none
   */
  static CalibrationFile find(String name, Optional<Path> detectorDirectory) {
    List<Path> places = new ArrayList<>();
    Path named = path(name);
    detectorDirectory.ifPresent(directory -> places.add(directory.resolve(named)));
    places.add(named.toAbsolutePath());
    return places.stream()
        .filter(Files::isRegularFile)
        .findFirst()
        .map(CalibrationFile::new)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    ("Cannot find calibration '%s': no such file as %s"
                            + " (%s, or say where it is with calibrate:file=FILE)")
                        .formatted(
                            name,
                            String.join(
                                " or ", places.stream().map(Path::toString).distinct().toList()),
                            REMEDY)));
  }

  private static Path path(String name) {
    try {
      return Path.of(name);
    } catch (InvalidPathException invalid) {
      throw new IllegalArgumentException(
          "Invalid file: '" + name + "' (must be the name of a calibration's file)", invalid);
    }
  }

  /**
   * Reads it for a detector.
   *
   * @throws IllegalArgumentException if it is of another one, or of other classes
   */
  Calibration readFor(RefinerContext context) {
    Calibration calibration = read();
    if (!calibration.classNames().equals(context.classNames())) {
      throw refused(
          "it is of other classes (%s; the detector's: %s)"
              .formatted(
                  examples(calibration.classNames(), context.classNames()),
                  examples(context.classNames(), calibration.classNames())),
          ASK);
    }
    if (!context.detectorSha256().equals(Optional.of(calibration.detectorSha256()))) {
      throw refused(
          "it is of another detector, %s (this one is %s)"
              .formatted(
                  shortened(calibration.detectorSha256()),
                  context.detectorSha256().map(CalibrationFile::shortened).orElse("not known")),
          ASK);
    }
    return calibration;
  }

  private static String shortened(String sha256) {
    return sha256.substring(0, Math.min(12, sha256.length()));
  }

  /** Some of the classes that the other list does not have. */
  private static String examples(Map<Integer, String> classes, Map<Integer, String> others) {
    List<String> own =
        new TreeMap<>(classes)
            .entrySet().stream()
                .filter(entry -> !entry.getValue().equals(others.get(entry.getKey())))
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .limit(3)
                .toList();
    return own.isEmpty() ? "no others" : String.join(", ", own);
  }

  /**
   * Reads it, whatever it is of.
   *
   * @throws IllegalArgumentException if it is no calibration
   */
  Calibration read() {
    try {
      JsonNode root = new ObjectMapper().readTree(Files.readAllBytes(path));
      int version = root.path("calibration_version").asInt();
      if (version != Calibration.VERSION) {
        throw refused(
            version == 0 ? "it is no calibration" : "it is of version " + version, REMEDY);
      }
      return new Calibration(
          text(root, "detector_sha256"),
          classNames(root),
          curve(root.path("pooled")),
          curves(root.path("classes")));
    } catch (JsonProcessingException damaged) {
      throw refused("it is no JSON: " + damaged.getOriginalMessage(), REMEDY);
    } catch (IOException unreadable) {
      throw refused(unreadable.getMessage(), REMEDY);
    }
  }

  private String text(JsonNode node, String name) {
    if (!node.path(name).isTextual()) {
      throw refused("it has no " + name, REMEDY);
    }
    return node.path(name).textValue();
  }

  private Map<Integer, String> classNames(JsonNode root) {
    Map<Integer, String> names = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : root.path("class_names").properties()) {
      try {
        names.put(Integer.parseInt(entry.getKey()), entry.getValue().asText());
      } catch (NumberFormatException damaged) {
        throw refused("class '" + entry.getKey() + "' has no number", REMEDY);
      }
    }
    return names;
  }

  private Map<String, ScoreCurve> curves(JsonNode classes) {
    Map<String, ScoreCurve> curves = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> entry : classes.properties()) {
      if (entry.getValue().has("curve")) {
        curves.put(entry.getKey(), curve(entry.getValue().path("curve")));
      }
    }
    return curves;
  }

  private ScoreCurve curve(JsonNode node) {
    try {
      if (node.has("slope")) {
        return new PlattCurve(number(node.path("slope")), number(node.path("intercept")));
      }
      return new IsotonicCurve(numbers(node.path("scores")), numbers(node.path("probabilities")));
    } catch (IllegalArgumentException invalid) {
      throw refused(invalid.getMessage(), REMEDY);
    }
  }

  private static List<Double> numbers(JsonNode array) {
    List<Double> numbers = new ArrayList<>();
    array.forEach(node -> numbers.add(number(node)));
    return numbers;
  }

  private static double number(JsonNode node) {
    return node.isNumber() ? node.doubleValue() : Double.NaN;
  }

  private IllegalArgumentException refused(String reason, String remedy) {
    return new IllegalArgumentException(
        "Cannot use calibration %s: %s (%s)".formatted(path, reason, remedy));
  }
}
