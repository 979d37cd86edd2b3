package dev.boxmill.detr.backbone;

import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.torchscript.Program;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A convolution without bias and the BatchNorm behind it, as a checkpoint holds them. The program
 * folds the two ({@code norm.py}).
 *
 * @param convolution the convolution's name in the checkpoint
 * @param norm the BatchNorm's name there
 * @param program name of both in the program
 * @param out output channels
 * @param in input channels
 * @param kernel side of the square kernel
 */
public record ConvNorm(
    String convolution, String norm, String program, int out, int in, int kernel) {

  /** {@code norm.py}, which folds a convolution and its BatchNorm. */
  public static Program folding() {
    return Program.of(ConvNorm.class, "norm.py");
  }

  static List<ExpectedTensor> tensors(List<ConvNorm> convolutions, List<String> prefixes) {
    return convolutions.stream()
        .flatMap(convolution -> convolution.tensors().stream())
        .map(tensor -> tensor.withPrefixes(prefixes))
        .toList();
  }

  static Set<String> counters(List<ConvNorm> convolutions, List<String> prefixes) {
    return convolutions.stream()
        .flatMap(convolution -> prefixes.stream().map(prefix -> prefix + convolution.counter()))
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Its five tensors. */
  public List<ExpectedTensor> tensors() {
    return List.of(
        ExpectedTensor.of(convolution + ".weight", program + ".weight", out, in, kernel, kernel),
        ExpectedTensor.of(norm + ".weight", program + ".bn.weight", out),
        ExpectedTensor.of(norm + ".bias", program + ".bn.bias", out),
        ExpectedTensor.of(norm + ".running_mean", program + ".bn.mean", out),
        ExpectedTensor.of(norm + ".running_var", program + ".bn.var", out));
  }

  /** The training counter that a BatchNorm which was not frozen leaves in the file. */
  public String counter() {
    return norm + ".num_batches_tracked";
  }
}
