package dev.boxmill.detr.training;

import java.util.List;
import java.util.stream.Stream;

/**
 * A tensor of a checkpoint that is trained: a stretch of the one row of numbers that all are.
 *
 * @param name in the checkpoint; the first of several where copies are tied
 * @param copies all its names there
 * @param shape outermost dimension first
 * @param first position of its first number in the row
 * @param part of the network that it belongs to
 * @param kind of tensor
 */
public record Parameter(
    String name, List<String> copies, List<Long> shape, int first, Part part, Kind kind) {

  /** Parts of a network, from pixels on. */
  public enum Part {
    BACKBONE,
    /** From the backbone's maps to the memory. */
    ENCODER,
    /** Queries, decoder layers and heads. */
    DECODER
  }

  /** Kinds of tensors that optimizers treat apart. */
  public enum Kind {
    /** Of a linear layer or a convolution. */
    WEIGHT,
    BIAS,
    /** Weight and bias of a LayerNorm, GroupNorm or BatchNorm. */
    NORM,
    /** A table: queries, anchors, levels, classes. */
    EMBEDDING,
    /** Weight and bias of the layers that place sampling points and reference points. */
    SAMPLING
  }

  public Parameter {
    copies = List.copyOf(copies);
    shape = List.copyOf(shape);
  }

  /** The same, which further names in the checkpoint are copies of. */
  Parameter withCopies(List<String> more) {
    List<String> all = Stream.concat(copies.stream(), more.stream()).distinct().toList();
    return new Parameter(name, all, shape, first, part, kind);
  }

  /** How many numbers it has. */
  public int count() {
    return Math.toIntExact(shape.stream().reduce(1L, Math::multiplyExact));
  }
}
