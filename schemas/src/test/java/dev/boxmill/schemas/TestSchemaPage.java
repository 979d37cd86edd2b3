package dev.boxmill.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * The page says what the code says; where it does not, the failure shows the lines to put there.
 */
final class TestSchemaPage {

  private static final String HEAD =
      "| %s | type | unit | example | meaning | since |\n|---|---|---|---|---|---:|\n";

  private final String page = page();

  @Test
  void pageHasEachColumn() {
    assertThat(page)
        .contains(
            HEAD.formatted("column")
                + Arrays.stream(LabelColumn.values())
                    .map(TestSchemaPage::line)
                    .collect(Collectors.joining()));
  }

  @Test
  void pageHasEachFieldOfABox() {
    assertThat(page)
        .contains(
            HEAD.formatted("field")
                + Arrays.stream(BoxField.values())
                    .map(TestSchemaPage::line)
                    .collect(Collectors.joining()));
  }

  @Test
  void pageHasEachColumnOfTriage() {
    assertThat(page)
        .contains(
            HEAD.formatted("column of triage")
                + Arrays.stream(TriageColumn.values())
                    .map(TestSchemaPage::line)
                    .collect(Collectors.joining()));
  }

  @Test
  void pageHasEachColumnOfReview() {
    assertThat(page)
        .contains(
            HEAD.formatted("column of review")
                + Arrays.stream(ReviewColumn.values())
                    .map(TestSchemaPage::line)
                    .collect(Collectors.joining()))
        .contains(
            HEAD.formatted("field of a suspect")
                + Arrays.stream(SuspectField.values())
                    .map(TestSchemaPage::line)
                    .collect(Collectors.joining()));
  }

  @Test
  void pageTellsWhereBoxesAre() {
    assertThat(page).contains("> " + LabelColumn.BOX_CONVENTION + "\n");
  }

  private static String line(TableColumn column) {
    String type = column.sqlType().startsWith("array") ? "array of struct" : column.sqlType();
    return "| `%s` | %s | %s | %s | %s | %d |\n"
        .formatted(
            column.columnName(),
            type,
            column.unit(),
            column.example(),
            column.meaning(),
            column.since());
  }

  private static String page() {
    try {
      return Files.readString(Path.of("README.md"));
    } catch (IOException missing) {
      throw new AssertionError("schemas has no README.md", missing);
    }
  }
}
