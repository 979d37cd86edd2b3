package dev.boxmill.schemas.matching;

import java.util.Arrays;

/**
 * The one-to-one assignment of least total cost, exact: shortest augmenting paths with potentials
 * (Jonker and Volgenant 1987; Crouse 2016 for rectangles). Takes O(s² l) steps for a matrix of
 * short side s and long side l. No library that Spark brings solves it.
 */
public final class Assignment {

  /** A row or column that nothing was assigned to. */
  public static final int NONE = -1;

  private final double[] cost;
  private final int columns;
  private final int[] rowOfColumn;
  private final int[] columnOfRow;
  private final double[] rowPotential;
  private final double[] columnPotential;

  private Assignment(double[] cost, int rows, int columns) {
    this.cost = cost;
    this.columns = columns;
    this.rowOfColumn = filled(columns);
    this.columnOfRow = filled(rows);
    this.rowPotential = new double[rows];
    this.columnPotential = new double[columns];
  }

  /**
   * The column of each row, or {@link #NONE}; as many pairs as the shorter side is long.
   *
   * @param cost (rows, columns), row-major, finite
   * @throws IllegalArgumentException if the matrix has another shape or a value is not finite
   */
  public static int[] ofLeastCost(double[] cost, int rows, int columns) {
    requireMatrix(cost, rows, columns);
    if (rows > columns) {
      return inverse(ofLeastCost(transposed(cost, rows, columns), columns, rows), rows);
    }
    Assignment assignment = new Assignment(cost, rows, columns);
    for (int row = 0; row < rows; row++) {
      assignment.augment(row);
    }
    return assignment.columnOfRow;
  }

  /** Finds the cheapest path from a free row to a free column and flips the pairs along it. */
  private void augment(int start) {
    double[] distance = new double[columns];
    Arrays.fill(distance, Double.POSITIVE_INFINITY);
    int[] previousRow = filled(columns);
    boolean[] settled = new boolean[columns];
    boolean[] visited = new boolean[columnOfRow.length];

    int row = start;
    double reached = 0;
    int column = NONE;
    while (row != NONE) {
      visited[row] = true;
      relax(row, reached, distance, previousRow, settled);
      column = nearest(distance, settled);
      reached = distance[column];
      settled[column] = true;
      row = rowOfColumn[column];
    }
    updatePotentials(start, reached, distance, settled, visited);
    flip(start, column, previousRow);
  }

  private void relax(
      int row, double reached, double[] distance, int[] previousRow, boolean[] settled) {
    for (int column = 0; column < columns; column++) {
      double reduced = cost[row * columns + column] - rowPotential[row] - columnPotential[column];
      if (!settled[column] && reached + reduced < distance[column]) {
        distance[column] = reached + reduced;
        previousRow[column] = row;
      }
    }
  }

  /** The closest open column; of equally close ones a free one, so that paths stay short. */
  private int nearest(double[] distance, boolean[] settled) {
    int nearest = NONE;
    for (int column = 0; column < columns; column++) {
      if (settled[column]) {
        continue;
      }
      boolean closer = nearest == NONE || distance[column] < distance[nearest];
      if (closer || (distance[column] == distance[nearest] && rowOfColumn[column] == NONE)) {
        nearest = column;
      }
    }
    return nearest;
  }

  private void updatePotentials(
      int start, double reached, double[] distance, boolean[] settled, boolean[] visited) {
    for (int row = 0; row < columnOfRow.length; row++) {
      if (visited[row] && row != start) {
        rowPotential[row] += reached - distance[columnOfRow[row]];
      }
    }
    rowPotential[start] += reached;
    for (int column = 0; column < columns; column++) {
      if (settled[column]) {
        columnPotential[column] -= reached - distance[column];
      }
    }
  }

  private void flip(int start, int end, int[] previousRow) {
    int column = end;
    int row = NONE;
    while (row != start) {
      row = previousRow[column];
      rowOfColumn[column] = row;
      int next = columnOfRow[row];
      columnOfRow[row] = column;
      column = next;
    }
  }

  private static void requireMatrix(double[] cost, int rows, int columns) {
    if (rows < 0 || columns < 0 || cost.length != (long) rows * columns) {
      throw new IllegalArgumentException(
          "Invalid cost matrix: %d values (must be %d x %d)".formatted(cost.length, rows, columns));
    }
    for (int i = 0; i < cost.length; i++) {
      if (!Double.isFinite(cost[i])) {
        throw new IllegalArgumentException(
            "Invalid cost of row %d, column %d: %s (must be finite)"
                .formatted(i / columns, i % columns, cost[i]));
      }
    }
  }

  private static double[] transposed(double[] cost, int rows, int columns) {
    double[] transposed = new double[cost.length];
    for (int i = 0; i < cost.length; i++) {
      transposed[i % columns * rows + i / columns] = cost[i];
    }
    return transposed;
  }

  private static int[] inverse(int[] assigned, int length) {
    int[] inverse = filled(length);
    for (int i = 0; i < assigned.length; i++) {
      inverse[assigned[i]] = i;
    }
    return inverse;
  }

  private static int[] filled(int length) {
    int[] none = new int[length];
    Arrays.fill(none, NONE);
    return none;
  }
}
