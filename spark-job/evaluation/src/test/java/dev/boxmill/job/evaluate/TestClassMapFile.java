package dev.boxmill.job.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.boxmill.job.error.BadInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TestClassMapFile {

  private static final List<TruthCategory> CATEGORIES =
      List.of(category(7, "aeroplane"), category(3, "motorbike"), category(4, "vehicle"));

  @TempDir private Path folder;

  @Test
  void csvAndJsonSayTheSame() throws IOException {
    Map<String, String> names = Map.of("airplane", "aeroplane", "cup, hot", "mug");

    assertThat(read("airplane, aeroplane\r\n\r\n\"cup, hot\",mug\n").names()).isEqualTo(names);
    assertThat(read("\uFEFF{\"airplane\": \"aeroplane\", \"cup, hot\": \"mug\"}").names())
        .isEqualTo(names);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "airplane| airplane (must be two names, with quotes around commas)",
        "a,b,c| a,b,c (must be two names, with quotes around commas)",
        "a,| a, (must be two names)",
        "{\"a\": 3}| \"a\": 3 (must be two names)",
        "a,b\\na,c| a,b and a,c (must be one for each class)"
      })
  void badPairsAreShown(String text, String message) {
    assertThatThrownBy(() -> read(text.replace("\\n", "\n")))
        .isInstanceOf(BadInputException.class)
        .hasMessage("Invalid pair in class map " + file() + ": " + message);
  }

  @Test
  void filesThatAreNoneAreTold() {
    assertThatThrownBy(() -> read(" \n"))
        .isInstanceOf(BadInputException.class)
        .hasMessage("Invalid class map " + file() + ": none (must have a pair)");
    assertThatThrownBy(() -> read("{\"a\": \"b\", \"a\": \"b\"}"))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith("Cannot read class map " + file() + ": Duplicate field 'a'")
        .hasMessageEndingWith("(check --class-map)");
    assertThatThrownBy(() -> read("a,\"b"))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith("Cannot read class map " + file() + ": ");
    assertThatThrownBy(() -> ClassMapFile.read(folder + "/none.csv", new Configuration(false)))
        .isInstanceOf(BadInputException.class)
        .hasMessageStartingWith("Cannot read class map " + folder + "/none.csv: ");
  }

  @Test
  void classesHaveTheCategoriesThatItSays() throws IOException {
    LabelClass plane = new LabelClass(0, "airplane");
    LabelClass car = new LabelClass(1, "car");
    LabelClass truck = new LabelClass(2, "truck");
    LabelClass bike = new LabelClass(3, "motorbike");
    ClassMap map = read("airplane,aeroplane\ncar,vehicle\ntruck,vehicle");

    assertThat(
            LabelCategories.match(
                    List.of(plane, car, truck, bike, new LabelClass(4, "cow")),
                    CATEGORIES,
                    ClassMatching.by(map))
                .indices())
        .isEqualTo(Map.of(plane, 0, car, 2, truck, 2, bike, 1));
  }

  @Test
  void unknownNamesAreToldTheNearOnes() throws IOException {
    ClassMap map = read("airplane,aeroplan\ncar,trolley");

    assertThatThrownBy(
            () ->
                LabelCategories.match(
                    List.of(new LabelClass(0, "airplane")), CATEGORIES, ClassMatching.by(map)))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "Unknown category 'aeroplan' and 1 more in the class map "
                + file()
                + " (near: aeroplane; known: aeroplane, motorbike, vehicle)");
    assertThatThrownBy(() -> map.requireClasses(List.of("airplane", "bus")))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "Unknown class 'car' in the class map "
                + file()
                + " (near: none; known: airplane, bus)");
  }

  @Test
  void idsHaveNoOtherNames() throws IOException {
    ClassMap map = read("a,b");

    assertThatThrownBy(() -> new ClassMatching(ClassMatching.Key.ID, map))
        .isInstanceOf(BadInputException.class)
        .hasMessage(
            "Cannot use the class map "
                + file()
                + ": classes are matched by id (leave out --match-classes-by id)");
  }

  private ClassMap read(String text) throws IOException {
    return ClassMapFile.read(
        Files.writeString(Path.of(file()), text).toString(), new Configuration(false));
  }

  private String file() {
    return folder.resolve("map.csv").toString();
  }

  private static TruthCategory category(long id, String name) {
    return new TruthCategory(id, name, Optional.empty());
  }
}
