package dev.boxmill.checkpoint;

import java.util.Arrays;
import java.util.List;

/**
 * A tensor that an architecture reads from its checkpoint.
 *
 * @param checkpointNames the names it may have there, at least one: those of several library
 *     versions, or of tied copies. The first that the checkpoint has is read; further ones that it
 *     has too must hold the same values.
 * @param programName its key in the program's {@code Dict[str, Tensor]}
 * @param shape what it must have, outermost dimension first
 */
public record ExpectedTensor(List<String> checkpointNames, String programName, List<Long> shape) {

  public ExpectedTensor {
    checkpointNames = List.copyOf(checkpointNames);
    shape = List.copyOf(shape);
    if (checkpointNames.isEmpty()) {
      throw new IllegalArgumentException(
          "Invalid checkpointNames: [] (must be at least one for " + programName + ")");
    }
  }

  public ExpectedTensor(String checkpointName, String programName, List<Long> shape) {
    this(List.of(checkpointName), programName, shape);
  }

  public static ExpectedTensor of(String checkpointName, String programName, long... shape) {
    return new ExpectedTensor(checkpointName, programName, Arrays.stream(shape).boxed().toList());
  }
}
