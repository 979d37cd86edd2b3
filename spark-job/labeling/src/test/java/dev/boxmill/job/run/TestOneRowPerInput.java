package dev.boxmill.job.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.job.images.ImageInput;
import dev.boxmill.schemas.ErrorCategory;
import dev.boxmill.schemas.LabelRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.spark.util.LongAccumulator;
import org.junit.jupiter.api.Test;

final class TestOneRowPerInput {

  private final Counters counters =
      new Counters(new LongAccumulator(), new LongAccumulator(), new LongAccumulator(), Map.of());

  @Test
  void rowsPassInAnyOrder() {
    List<LabelRow> rows =
        checked(inputs -> reversed(inputs).map(TestOneRowPerInput::row).iterator(), "a", "b", "c");

    assertThat(rows).extracting(LabelRow::imageUri).containsExactly("c", "b", "a");
    assertThat(counters.inputs().value()).isEqualTo(3);
    assertThat(counters.rows().value()).isEqualTo(3);
    assertThat(counters.failures().value()).isEqualTo(3);
  }

  @Test
  void forgottenInputGetsAFailedRow() {
    List<LabelRow> rows =
        checked(
            inputs -> reversed(inputs).filter(uri -> !uri.equals("b")).map(u -> row(u)).iterator(),
            "a",
            "b");

    assertThat(rows).hasSize(2);
    assertThat(rows.get(1))
        .isEqualTo(
            new LabelRow.Failed(
                "b",
                Optional.empty(),
                Optional.empty(),
                ErrorCategory.INTERNAL,
                "Cannot label b: the labeler gave no row"));
  }

  @Test
  void secondRowOfAnInputStopsTheTask() {
    assertThatThrownBy(
            () ->
                checked(
                    inputs ->
                        reversed(inputs).flatMap(u -> List.of(row(u), row(u)).stream()).iterator(),
                    "a"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Cannot write a row for a: it has one, or was no input");
  }

  @Test
  void inputGivenTwiceStopsTheTask() {
    assertThatThrownBy(
            () -> checked(inputs -> reversed(inputs).map(u -> row(u)).iterator(), "a", "a"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Cannot label a: the task has it twice");
  }

  @Test
  void labelerThatLeavesInputsUntakenStopsTheTask() {
    assertThatThrownBy(() -> checked(inputs -> List.<LabelRow>of().iterator(), "a"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Cannot label the task's images: the labeler ended early");
  }

  private List<LabelRow> checked(
      Function<Iterator<ImageInput>, Iterator<LabelRow>> labeler, String... uris) {
    Iterator<ImageInput> images =
        Arrays.stream(uris).map(uri -> new ImageInput(uri, () -> new byte[0])).iterator();
    OneRowPerInput checked = new OneRowPerInput(images, counters);
    checked.over(labeler.apply(checked.inputs()));
    List<LabelRow> rows = new ArrayList<>();
    checked.forEachRemaining(rows::add);
    return rows;
  }

  private static java.util.stream.Stream<String> reversed(Iterator<ImageInput> inputs) {
    List<String> uris = new ArrayList<>();
    inputs.forEachRemaining(input -> uris.add(0, input.uri()));
    return uris.stream();
  }

  private static LabelRow row(String uri) {
    return new LabelRow.Failed(
        uri, Optional.empty(), Optional.empty(), ErrorCategory.UNREADABLE, "no picture");
  }
}
