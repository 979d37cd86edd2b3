package dev.boxmill.job.preview;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Tables below the pictures of a page. */
final class Tables {

  private Tables() {}

  /**
   * Tables with their titles, in order.
   *
   * @param tables the first row of each is its head
   */
  static String html(Map<String, List<List<String>>> tables) {
    return tables.entrySet().stream()
        .map(table -> html(table.getKey(), table.getValue()))
        .collect(Collectors.joining("\n"));
  }

  private static String html(String title, List<List<String>> rows) {
    String head = rows.get(0).stream().map(Tables::head).collect(Collectors.joining());
    String body = rows.stream().skip(1).map(Tables::row).collect(Collectors.joining("\n"));
    return """
        <section class="failed"><h2>%s</h2>
        <div class="scroll" tabindex="0" role="region" aria-label="%s"><table>
        <thead><tr>%s</tr></thead><tbody>%s</tbody></table></div></section>"""
        .formatted(Html.text(title), Html.text(title), head, body);
  }

  private static String head(String cell) {
    return cell.isEmpty() ? "<td></td>" : "<th scope=\"col\">" + Html.text(cell) + "</th>";
  }

  private static String row(List<String> cells) {
    String head = "<th scope=\"row\">" + Html.isolated(cells.get(0)) + "</th>";
    return cells.stream()
        .skip(1)
        .map(cell -> "<td>" + Html.isolated(cell) + "</td>")
        .collect(Collectors.joining("", "<tr>" + head, "</tr>"));
  }
}
