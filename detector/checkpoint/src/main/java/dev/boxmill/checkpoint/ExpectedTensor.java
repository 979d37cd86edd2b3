package dev.boxmill.checkpoint;

import dev.boxmill.torchscript.Weight;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A tensor that an architecture reads from its checkpoint.
 *
 * @param checkpointNames the names it may have there, at least one: those of several library
 *     versions, or of tied copies. The first that the checkpoint has is read; further ones that it
 *     has too must hold the same values.
 * @param programName its key in the program's {@code Dict[str, Tensor]}
 * @param shape what it must have, outermost dimension first
 * @param part which rows of the checkpoint's tensor it is; it has the shape, the checkpoint's
 *     tensor more rows
 * @param otherwise how else the checkpoint may hold it, where it has none of the names
 */
public record ExpectedTensor(
    List<String> checkpointNames,
    String programName,
    List<Long> shape,
    Part part,
    Optional<ExpectedTensor> otherwise) {

  /**
   * One of several equally large parts that lie below each other in one tensor, as query, key and
   * value do in a fused projection.
   *
   * @param index from 0
   * @param count of parts
   */
  public record Part(int index, int count) {

    /** All rows. */
    public static final Part WHOLE = new Part(0, 1);

    public Part {
      if (index < 0 || index >= count) {
        throw new IllegalArgumentException(
            "Invalid part: " + index + " of " + count + " (must count from 0)");
      }
    }

    /** The shape of the tensor that has parts of that shape. */
    List<Long> wholeShape(List<Long> shape) {
      List<Long> whole = new ArrayList<>(shape);
      if (count > 1) {
        whole.set(0, shape.get(0) * count);
      }
      return List.copyOf(whole);
    }

    /** The part of a tensor whose shape is {@link #wholeShape}. */
    Weight of(Weight whole) {
      return count == 1 ? whole : new WeightPart(whole, this);
    }
  }

  public ExpectedTensor {
    checkpointNames = List.copyOf(checkpointNames);
    shape = List.copyOf(shape);
    if (checkpointNames.isEmpty()) {
      throw new IllegalArgumentException(
          "Invalid checkpointNames: [] (must be at least one for " + programName + ")");
    }
  }

  public ExpectedTensor(
      List<String> checkpointNames, String programName, List<Long> shape, Part part) {
    this(checkpointNames, programName, shape, part, Optional.empty());
  }

  public ExpectedTensor(List<String> checkpointNames, String programName, List<Long> shape) {
    this(checkpointNames, programName, shape, Part.WHOLE);
  }

  public ExpectedTensor(String checkpointName, String programName, List<Long> shape) {
    this(List.of(checkpointName), programName, shape);
  }

  public static ExpectedTensor of(String checkpointName, String programName, long... shape) {
    return new ExpectedTensor(checkpointName, programName, Arrays.stream(shape).boxed().toList());
  }

  /** The same, or that one in a checkpoint that has none of the names. */
  public ExpectedTensor orElse(ExpectedTensor other) {
    return new ExpectedTensor(checkpointNames, programName, shape, part, Optional.of(other));
  }

  /** The same, each of its names in the checkpoint behind each of the prefixes. */
  public ExpectedTensor withPrefixes(List<String> prefixes) {
    List<String> names =
        prefixes.stream()
            .flatMap(prefix -> checkpointNames.stream().map(name -> prefix + name))
            .toList();
    return new ExpectedTensor(
        names, programName, shape, part, otherwise.map(other -> other.withPrefixes(prefixes)));
  }

  /**
   * The same, but in a checkpoint with none of its own names, another tensor has its values: a
   * library may tie two tensors that another of its versions trained apart.
   */
  public ExpectedTensor orAs(String... names) {
    return orElse(new ExpectedTensor(List.of(names), programName, shape, part));
  }

  /** The same shape, as some of the rows of the checkpoint's tensor. */
  public ExpectedTensor withPart(Part rows) {
    return new ExpectedTensor(checkpointNames, programName, shape, rows);
  }
}
