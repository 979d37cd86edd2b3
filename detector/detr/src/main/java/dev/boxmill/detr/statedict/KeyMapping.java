package dev.boxmill.detr.statedict;

import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.checkpoint.ExpectedTensor.Part;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a code base's tensor names differ from those of Hugging Face's checkpoints. A table is text,
 * a line for each pair of beginnings:
 *
 * <pre>
 * model.decoder.layernorm.                  transformer.decoder.norm.
 * model.encoder.layers.*.self_attn.k_proj.  transformer.encoder.layers.*.self_attn.in_proj_  2/3
 * </pre>
 *
 * A name that begins as the left side does is called there as the right side says, its end kept; a
 * {@code *} stands for a number, the same on both sides. A name that several lines fit has several
 * names there: tied copies, or what different releases called it. {@code 2/3} says that the tensor
 * is the second of three equal parts, below each other, of the one there.
 */
public final class KeyMapping {
  private final List<Line> lines;

  private KeyMapping(List<Line> lines) {
    this.lines = List.copyOf(lines);
  }

  private record Line(Pattern ours, String theirs, Part part) {

    static Line parse(String text) {
      String[] words = text.strip().split("\\s+");
      if (words.length < 2 || words.length > 3) {
        throw new IllegalArgumentException(
            "Invalid line of names: '" + text + "' (must be two names, and n/m behind a part's)");
      }
      return new Line(pattern(words[0]), words[1], words.length == 3 ? part(words[2]) : Part.WHOLE);
    }

    private static Pattern pattern(String name) {
      return Pattern.compile(
          Pattern.quote(name).replace("*", "\\E(\\d+)\\Q") + "(?<end>.*)", Pattern.DOTALL);
    }

    private static Part part(String text) {
      String[] numbers = text.split("/");
      return new Part(Integer.parseInt(numbers[0]) - 1, Integer.parseInt(numbers[1]));
    }

    Optional<String> theirs(String name) {
      Matcher matcher = ours.matcher(name);
      if (!matcher.matches()) {
        return Optional.empty();
      }
      String found = theirs;
      for (int number = 1; found.contains("*"); number++) {
        found = found.replaceFirst("\\*", matcher.group(number));
      }
      return Optional.of(found + matcher.group("end"));
    }
  }

  /** The table of a text; empty lines don't count. */
  public static KeyMapping parse(String text) {
    return new KeyMapping(
        text.lines().filter(Predicate.not(String::isBlank)).map(Line::parse).toList());
  }

  /**
   * The table of a resource file.
   *
   * @param anchor class beside which it lies
   */
  public static KeyMapping read(Class<?> anchor, String file) {
    try (InputStream in = anchor.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalArgumentException(
            "Cannot read names " + file + ": no such resource beside " + anchor.getName());
      }
      return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read names " + file, e);
    }
  }

  /** This table and another's lines. */
  public KeyMapping and(KeyMapping other) {
    List<Line> all = new ArrayList<>(lines);
    all.addAll(other.lines);
    return new KeyMapping(all);
  }

  /**
   * The tensor under its names there: those of each of its names here that the table knows.
   *
   * @throws IllegalStateException if it does not know the first
   */
  public ExpectedTensor translated(ExpectedTensor tensor) {
    String name = tensor.checkpointNames().get(0);
    if (translated(name).isEmpty()) {
      throw new IllegalStateException("Missing name of " + name + " in this mapping");
    }
    List<String> names =
        tensor.checkpointNames().stream()
            .flatMap(own -> translated(own).stream())
            .distinct()
            .toList();
    Part part = tensor.part().equals(Part.WHOLE) ? part(name) : tensor.part();
    return new ExpectedTensor(names, tensor.programName(), tensor.shape(), part);
  }

  /** All names there; none if the table doesn't know it. */
  public List<String> translated(String name) {
    return lines.stream().flatMap(line -> line.theirs(name).stream()).toList();
  }

  private Part part(String name) {
    List<Part> parts =
        lines.stream().filter(l -> l.theirs(name).isPresent()).map(Line::part).distinct().toList();
    if (parts.size() != 1) {
      throw new IllegalStateException(
          "Invalid names of " + name + ": parts " + parts + " (must be one)");
    }
    return parts.get(0);
  }
}
