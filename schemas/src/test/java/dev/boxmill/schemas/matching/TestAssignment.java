package dev.boxmill.schemas.matching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class TestAssignment {

  private static final double ROUNDING = 1e-9;

  @Test
  void costsNoMoreThanTheBestOfAllAssignments() {
    Random random = new Random(4);
    for (int round = 0; round < 600; round++) {
      int rows = 1 + random.nextInt(6);
      int columns = 1 + random.nextInt(6);
      double[] cost = random(random, rows, columns, round % 3 == 0 ? 3 : 0);

      int[] assigned = Assignment.ofLeastCost(cost, rows, columns);

      requireOneToOne(assigned, rows, columns);
      double best = best(cost, rows, columns, 0, new boolean[columns], rows - columns);
      assertThat(total(cost, assigned, columns))
          .as("%d x %d %s", rows, columns, Arrays.toString(cost))
          .isCloseTo(best, within(ROUNDING));
    }
  }

  @Test
  void costsWhatScipyFinds() throws IOException {
    List<String> cases = lines("assignments.csv");
    assertThat(cases).hasSize(24);
    for (String line : cases) {
      double[] numbers = Stream.of(line.split(",")).mapToDouble(Double::parseDouble).toArray();
      int rows = (int) numbers[0];
      int columns = (int) numbers[1];
      double[] cost = Arrays.copyOfRange(numbers, 3, numbers.length);

      int[] assigned = Assignment.ofLeastCost(cost, rows, columns);

      requireOneToOne(assigned, rows, columns);
      assertThat(total(cost, assigned, columns))
          .as("%d x %d", rows, columns)
          .isCloseTo(numbers[2], within(ROUNDING));
    }
  }

  @Test
  void permutedRowsGivePermutedPairs() {
    Random random = new Random(5);
    int rows = 20;
    int columns = 50;
    double[] cost = random(random, rows, columns, 0);
    int[] assigned = Assignment.ofLeastCost(cost, rows, columns);
    double[] turned = new double[cost.length];
    for (int i = 0; i < cost.length; i++) {
      turned[(rows - 1 - i / columns) * columns + i % columns] = cost[i];
    }

    int[] turnedAssigned = Assignment.ofLeastCost(turned, rows, columns);

    for (int row = 0; row < rows; row++) {
      assertThat(turnedAssigned[rows - 1 - row]).isEqualTo(assigned[row]);
    }
  }

  @Test
  void emptySidesMatchNothing() {
    assertThat(Assignment.ofLeastCost(new double[0], 0, 7)).isEmpty();
    assertThat(Assignment.ofLeastCost(new double[0], 2, 0))
        .containsExactly(Assignment.NONE, Assignment.NONE);
  }

  @Test
  void costsThatAreNotFiniteAreRefused() {
    assertThatThrownBy(() -> Assignment.ofLeastCost(new double[] {0, 1, Double.NaN, 2}, 2, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid cost of row 1, column 0: NaN (must be finite)");
    assertThatThrownBy(() -> Assignment.ofLeastCost(new double[3], 2, 2))
        .hasMessage("Invalid cost matrix: 3 values (must be 2 x 2)");
  }

  /** With {@code values} above 0: whole numbers below it, so that many assignments tie. */
  private static double[] random(Random random, int rows, int columns, int values) {
    double[] cost = new double[rows * columns];
    for (int i = 0; i < cost.length; i++) {
      cost[i] = values > 0 ? random.nextInt(values) : random.nextDouble() * 20 - 10;
    }
    return cost;
  }

  /** Tries every assignment of the rows from {@code row} on. */
  private static double best(
      double[] cost, int rows, int columns, int row, boolean[] taken, int rowsToSpare) {
    if (row == rows) {
      return 0;
    }
    double best = Double.POSITIVE_INFINITY;
    if (rowsToSpare > 0) {
      best = best(cost, rows, columns, row + 1, taken, rowsToSpare - 1);
    }
    for (int column = 0; column < columns; column++) {
      if (!taken[column]) {
        taken[column] = true;
        double rest = best(cost, rows, columns, row + 1, taken, rowsToSpare);
        best = Math.min(best, cost[row * columns + column] + rest);
        taken[column] = false;
      }
    }
    return best;
  }

  private static void requireOneToOne(int[] assigned, int rows, int columns) {
    assertThat(assigned).hasSize(rows);
    int[] pairs = Arrays.stream(assigned).filter(column -> column != Assignment.NONE).toArray();
    assertThat(pairs).hasSize(Math.min(rows, columns)).doesNotHaveDuplicates();
  }

  private static double total(double[] cost, int[] assigned, int columns) {
    double total = 0;
    for (int row = 0; row < assigned.length; row++) {
      total += assigned[row] == Assignment.NONE ? 0 : cost[row * columns + assigned[row]];
    }
    return total;
  }

  private static List<String> lines(String resource) throws IOException {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                TestAssignment.class.getResourceAsStream(resource), StandardCharsets.UTF_8))) {
      return reader.lines().filter(line -> !line.startsWith("#")).toList();
    }
  }
}
