package dev.boxmill.refiners.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TestRefinerOptions {
  private static final RefinerFactory FACTORY =
      TestingRefiner.withOptions(
          "sample",
          RefinerOption.number("iou", 0.7, 0, 1, "overlap"),
          RefinerOption.integer("most", 10, 1, 100, "boxes kept"),
          RefinerOption.text("mode", "fast", "how"),
          RefinerOption.flag("strict", false, "whether"));

  @Test
  void defaultsStandWhereNothingIsGiven() {
    RefinerOptions options = RefinerOptions.of(FACTORY, Map.of());
    assertThat(options.number("iou")).isEqualTo(0.7);
    assertThat(options.integer("most")).isEqualTo(10);
    assertThat(options.text("mode")).isEqualTo("fast");
    assertThat(options.flag("strict")).isFalse();
  }

  @Test
  void givenValuesWin() {
    Map<String, String> given =
        Map.of("iou", "1e-1", "most", "100", "mode", "a=b", "strict", "true");
    RefinerOptions options = RefinerOptions.of(FACTORY, given);
    assertThat(options.number("iou")).isEqualTo(0.1);
    assertThat(options.integer("most")).isEqualTo(100);
    assertThat(options.text("mode")).isEqualTo("a=b");
    assertThat(options.flag("strict")).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "iou, 1.01, number from 0.0 to 1.0",
    "iou, -0.01, number from 0.0 to 1.0",
    "iou, NaN, number from 0.0 to 1.0",
    "iou, half, number from 0.0 to 1.0",
    "iou, '', number from 0.0 to 1.0",
    "most, 0, integer from 1 to 100",
    "most, 101, integer from 1 to 100",
    "most, 1.5, integer from 1 to 100",
    "most, 99999999999999999999, integer from 1 to 100",
    "strict, yes, 'flag, true or false'",
    "mode, 'a,b', text without a comma"
  })
  void badValueNamesRefinerOptionValueAndRule(String name, String value, String rule) {
    assertThatThrownBy(() -> RefinerOptions.of(FACTORY, Map.of(name, value)))
        .hasMessage(
            "Cannot set up refiners: Refiner 'sample': Invalid %s: '%s' (must be %s)",
            name, value, rule);
  }

  @Test
  void unknownOptionListsTheKnownOnesWithTypeAndDefault() {
    assertThatThrownBy(() -> RefinerOptions.of(FACTORY, Map.of("iuo", "1")))
        .hasMessage(
            "Cannot set up refiners: Unknown option 'iuo' of refiner 'sample' (known: "
                + "iou (number from 0.0 to 1.0, default 0.7), "
                + "most (integer from 1 to 100, default 10), "
                + "mode (text without a comma, default 'fast'), "
                + "strict (flag, true or false, default false))");
  }

  @Test
  void refinerWithoutOptionsSaysSo() {
    assertThatThrownBy(
            () -> RefinerOptions.of(TestingRefiner.withOptions("plain"), Map.of("a", "1")))
        .hasMessageEndingWith("Unknown option 'a' of refiner 'plain' (known: none)");
  }

  @Test
  void allProblemsAreListed() {
    Map<String, String> given = Map.of("iou", "2", "most", "x", "size", "3");
    assertThatThrownBy(() -> RefinerOptions.of(FACTORY, given))
        .isInstanceOfSatisfying(
            RefinerConfigurationException.class,
            failure -> assertThat(failure.problems()).hasSize(3));
  }

  @Test
  void readingAnUndeclaredOptionIsThePluginsFault() {
    RefinerOptions options = RefinerOptions.of(FACTORY, Map.of());
    assertThatThrownBy(() -> options.number("iuo"))
        .hasMessageStartingWith("Unknown option 'iuo' (known: iou (number");
    assertThatThrownBy(() -> options.integer("iou"))
        .hasMessage("Cannot read option 'iou' as integer: it is declared as number");
  }

  @Test
  void declarationIsChecked() {
    assertThatThrownBy(() -> RefinerOption.flag("Strict", true, "whether"))
        .hasMessage("Invalid option name: 'Strict' (must match [a-z][a-z0-9-]*)");
    assertThatThrownBy(() -> RefinerOption.number("iou", 1.5, 0, 1, "overlap"))
        .hasMessage("Invalid iou: '1.5' (must be number from 0.0 to 1.0)");
    assertThatThrownBy(() -> RefinerOption.text("mode", "a,b", "how"))
        .hasMessage("Invalid mode: 'a,b' (must be text without a comma)");
  }
}
