package dev.boxmill.detr.statedict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.checkpoint.ExpectedTensor;
import dev.boxmill.checkpoint.ExpectedTensor.Part;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TestKeyMapping {

  private static final KeyMapping TABLE =
      KeyMapping.parse(
          """
          head.                head_there.
          layers.*.blocks.*.k  there.*.x.*.in_proj_  2/3

          tied.                tied.0.
          tied.                other.tied.0.
          """);

  @Test
  void aLineChangesTheBeginningOfAName() {
    assertThat(translated("head.0.weight").checkpointNames())
        .containsExactly("head_there.0.weight");
  }

  @Test
  void starsStandForTheSameNumbers() {
    ExpectedTensor tensor = translated("layers.12.blocks.3.kweight");
    assertThat(tensor.checkpointNames()).containsExactly("there.12.x.3.in_proj_weight");
    assertThat(tensor.part()).isEqualTo(new Part(1, 3));
  }

  @Test
  void severalLinesGiveSeveralNames() {
    assertThat(translated("tied.weight").checkpointNames())
        .containsExactly("tied.0.weight", "other.tied.0.weight");
  }

  @Test
  void unknownNamesAreAMistakeOfTheTable() {
    assertThatThrownBy(() -> translated("layers.x.blocks.3.kweight"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Missing name of layers.x.blocks.3.kweight in this mapping");
  }

  @Test
  void aLineHasTwoNames() {
    assertThatThrownBy(() -> KeyMapping.parse("a b 1/3 c"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Invalid line of names: 'a b 1/3 c' (must be two names, and n/m behind a part's)");
  }

  private static ExpectedTensor translated(String name) {
    return TABLE.translated(new ExpectedTensor(List.of(name, "unused"), "x", List.of(2L)));
  }
}
