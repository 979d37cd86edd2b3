package dev.boxmill.refiners.spi;

import static dev.boxmill.refiners.spi.TestingRefiner.found;
import static dev.boxmill.refiners.spi.TestingRefiner.withOptions;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TestRefiners {
  private static final RefinerFactory CLIP =
      withOptions("clip", RefinerOption.number("min-size", 1, 0, 100, "pixels"));
  private static final RefinerFactory MERGE =
      withOptions(
          "merge",
          RefinerOption.number("iou", 0.7, 0, 1, "overlap"),
          RefinerOption.flag("all", false, "over all classes"));

  private final Refiners refiners = found(MERGE, CLIP);

  @Test
  void specsKeepTheOrderGivenAndNameEveryOption() {
    assertThat(refiners.parse(List.of("merge:all=true", "clip", "merge: iou = 0.50 ")))
        .extracting(RefinerSpec::toString)
        .containsExactly("merge:iou=0.7,all=true", "clip:min-size=1.0", "merge:iou=0.5,all=false");
  }

  @Test
  void parsedSpecsParseAgainToThemselves() {
    List<RefinerSpec> specs = refiners.parse(List.of("merge:iou=0.3", "clip:min-size=7"));
    assertThat(refiners.parse(specs.stream().map(RefinerSpec::toString).toList())).isEqualTo(specs);
  }

  @Test
  void noneAndNothingGiveAnEmptyChain() {
    assertThat(refiners.parse(List.of("none"))).isEmpty();
    assertThat(refiners.parse(List.of())).isEmpty();
    assertThat(refiners.open(List.of(), TestingRefiner.context()).isEmpty()).isTrue();
  }

  @Test
  void noneStandsAlone() {
    assertThatThrownBy(() -> refiners.parse(List.of("clip", "none")))
        .hasMessage(
            "Cannot set up refiners: Cannot combine 'none' with other refiners (give 'none' alone)");
  }

  @Test
  void unknownNameListsTheKnown() {
    assertThatThrownBy(() -> refiners.parse(List.of("klip")))
        .isInstanceOf(RefinerConfigurationException.class)
        .hasMessage(
            "Cannot set up refiners: Unknown refiner 'klip'"
                + " (known: clip, merge; a plugin's jar is added with --jars)");
  }

  @Test
  void allProblemsOfAllSpecsComeAtOnce() {
    Refiners duplicated = Refiners.of(() -> List.of(CLIP, MERGE), () -> List.of(CLIP));
    List<String> specs =
        List.of("klip", "merge:iou=2,size=3", "clip:min-size", "clip:min-size=1,min-size=2", "");
    assertThatThrownBy(() -> duplicated.parse(specs))
        .hasMessage(
            """
            Cannot set up refiners: 7 problems
              - Duplicate refiner 'clip': made by dev.boxmill.refiners.spi.TestingRefiner and \
            dev.boxmill.refiners.spi.TestingRefiner (remove one of their jars)
              - Unknown refiner 'klip' (known: clip, merge; a plugin's jar is added with --jars)
              - Refiner 'merge': Invalid iou: '2' (must be number from 0.0 to 1.0)
              - Unknown option 'size' of refiner 'merge' (known: \
            iou (number from 0.0 to 1.0, default 0.7), all (flag, true or false, default false))
              - Invalid option: 'min-size' in 'clip:min-size' \
            (must be key=value, several separated by commas)
              - Invalid option: 'min-size' in 'clip:min-size=1,min-size=2' (must be given once)
              - Unknown refiner '' (known: clip, merge; a plugin's jar is added with --jars)""");
  }

  @Test
  void pluginsWithBadNamesAreRefused() {
    Refiners bad = found(withOptions("Clip"), withOptions("none"), withOptions("a_b"));
    assertThatThrownBy(() -> bad.parse(List.of()))
        .hasMessageContaining("3 problems")
        .hasMessageContaining("Invalid refiner name: 'Clip' of plugin")
        .hasMessageContaining("(must match [a-z][a-z0-9-]* and not be 'none')");
  }

  @Test
  void pluginThatDeclaresAnOptionTwiceIsRefused() {
    RefinerOption option = RefinerOption.flag("all", false, "over all classes");
    assertThatThrownBy(() -> found(withOptions("twice", option, option)).parse(List.of()))
        .hasMessageContaining("Duplicate option 'all' of refiner 'twice'");
  }

  @Test
  void pluginThatFailsToListItsRefinersIsNamed() {
    RefinerPlugin broken =
        () -> {
          throw new IllegalStateException("no license");
        };
    assertThatThrownBy(() -> Refiners.of(broken).parse(List.of()))
        .hasMessageContaining("Cannot ask refiner plugin " + broken.getClass().getName())
        .hasMessageContaining("no license");
  }

  @Test
  void specTravels() throws Exception {
    RefinerSpec spec = refiners.parse(List.of("merge:all=true")).get(0);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(spec);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      assertThat(in.readObject()).isEqualTo(spec).hasToString("merge:iou=0.7,all=true");
    }
  }

  @Test
  void executorThatLacksAPluginSaysSo() {
    List<RefinerSpec> specs = List.of(new RefinerSpec("shift", Map.of()));
    assertThatThrownBy(() -> refiners.open(specs, TestingRefiner.context()))
        .hasMessageContaining("Unknown refiner 'shift' (known: clip, merge;");
  }

  @Test
  void helpExplainsRefinersAndOptions() {
    assertThat(refiners.help())
        .isEqualTo(
            """
            clip
              min-size (number from 0.0 to 100.0, default 1.0): pixels
            merge
              iou (number from 0.0 to 1.0, default 0.7): overlap
              all (flag, true or false, default false): over all classes
            """);
  }

  /** Asked before the run: what a plugin answers there decides whether images are read. */
  @ParameterizedTest
  @ValueSource(strings = {"usesFeatures", "onlyMoves"})
  void aFactoryThatFailsToAnswerIsNamed(String question) {
    RefinerFactory factory =
        new RefinerFactory() {
          @Override
          public String name() {
            return "unsure";
          }

          @Override
          public List<RefinerOption> options() {
            return List.of();
          }

          @Override
          public boolean usesFeatures() {
            return answer("usesFeatures");
          }

          @Override
          public boolean onlyMoves() {
            return answer("onlyMoves");
          }

          private boolean answer(String asked) {
            if (asked.equals(question)) {
              throw new ExceptionInInitializerError("no such table");
            }
            return true;
          }

          @Override
          public BoxRefiner create(RefinerOptions options, RefinerContext context) {
            throw new AssertionError("nothing is made");
          }
        };

    assertThatThrownBy(() -> Refiners.of(() -> List.of(factory)).parse(List.of("unsure")))
        .isInstanceOf(RefinerConfigurationException.class)
        .hasMessage(
            "Cannot set up refiners: Cannot ask refiner 'unsure' for "
                + question
                + ": java.lang.ExceptionInInitializerError: no such table");
  }
}
