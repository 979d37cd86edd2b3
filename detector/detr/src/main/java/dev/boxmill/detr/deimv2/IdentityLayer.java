package dev.boxmill.detr.deimv2;

import dev.boxmill.checkpoint.Checkpoint;
import dev.boxmill.checkpoint.CheckpointException;
import dev.boxmill.checkpoint.StoredTensor;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A layer that transformers has and DEIMv2's authors have not: what converts their checkpoints
 * leaves it one that changes nothing, or a norm as it starts. Where it was trained, the weights
 * around it belong to transformers' network.
 *
 * @param product names a matrix, or is empty
 * @param scale names factors
 * @param shifts name summands
 */
record IdentityLayer(String product, String scale, List<String> shifts) {

  /** Between the encoder and query selection. */
  static final IdentityLayer BEHIND_ENCODER =
      new IdentityLayer(
          "model.enc_output.0.weight",
          "model.enc_output.1.weight",
          List.of("model.enc_output.0.bias", "model.enc_output.1.bias"));

  /** Behind a vision transformer of which the authors read every map as it is. */
  static final IdentityLayer BEHIND_BACKBONE =
      new IdentityLayer(
          "",
          "model.conv_encoder.backbone.norm.weight",
          List.of("model.conv_encoder.backbone.norm.bias"));

  /** Its tensors, which no forward pass reads. */
  List<String> names() {
    return Stream.concat(Stream.of(product, scale), shifts.stream())
        .filter(Predicate.not(String::isEmpty))
        .toList();
  }

  /**
   * Makes sure that it was not trained, or isn't there.
   *
   * @throws CheckpointException if it was
   */
  void require(Checkpoint checkpoint) {
    for (String name : names()) {
      if (checkpoint.names().contains(name) && !isIdentity(checkpoint.tensor(name), name)) {
        throw new CheckpointException(
            ("Cannot use checkpoint %s: %s is a trained layer's, which the network of DEIMv2's authors"
                    + " doesn't have (must be the identity's: convert the authors' checkpoint, or train"
                    + " with their code)")
                .formatted(checkpoint.location(), name));
      }
    }
  }

  private boolean isIdentity(StoredTensor tensor, String name) {
    FloatBuffer values = tensor.values();
    int columns = Math.toIntExact(tensor.shape().get(tensor.shape().size() - 1));
    for (int i = 0; i < values.remaining(); i++) {
      boolean one = name.equals(product) ? i / columns == i % columns : name.equals(scale);
      if (values.get(values.position() + i) != (one ? 1 : 0)) {
        return false;
      }
    }
    return true;
  }
}
