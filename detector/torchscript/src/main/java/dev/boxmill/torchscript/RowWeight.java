package dev.boxmill.torchscript;

import java.nio.FloatBuffer;
import java.util.List;

/**
 * A tensor that is a stretch of a row of numbers: a view, which shows what is written to the row.
 *
 * @param row numbers of this tensor, and maybe of others
 * @param first position of its first number in the row
 */
public record RowWeight(List<Long> shape, float[] row, int first) implements Weight {

  public RowWeight {
    shape = List.copyOf(shape);
  }

  /** Of a whole row. */
  public static RowWeight of(List<Long> shape, float[] row) {
    return new RowWeight(shape, row, 0);
  }

  @Override
  public FloatBuffer values() {
    int count = Math.toIntExact(shape.stream().reduce(1L, Math::multiplyExact));
    return FloatBuffer.wrap(row, first, count).slice().asReadOnlyBuffer();
  }
}
