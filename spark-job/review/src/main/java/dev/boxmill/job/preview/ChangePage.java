package dev.boxmill.job.preview;

import dev.boxmill.job.preview.Controls.Layer;
import dev.boxmill.schemas.Corners;
import dev.boxmill.schemas.ImageSize;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * A self-contained page of pictures that two runs labelled: the first run's boxes, A, in dashed
 * lines and the second's, B, in solid ones.
 *
 * @param title the page's head
 * @param facts names and values below it, in order
 * @param tables with their titles, in order; the first row of each is its head
 * @param changes what may become of a box; the first is that nothing did, and is hidden at first
 * @param note what pictures are shown
 * @param pictures those that differ most first
 */
public record ChangePage(
    String title,
    Map<String, String> facts,
    Map<String, List<List<String>>> tables,
    List<String> changes,
    String note,
    List<ChangedPicture> pictures) {

  /**
   * One picture.
   *
   * @param uri where it was read
   * @param remark what to say of its changes
   */
  public record ChangedPicture(String uri, ImageSize size, String remark, List<ChangedBox> boxes) {}

  /**
   * One object of a picture.
   *
   * @param change one of the page's
   * @param before where the first run has it
   * @param after where the second run has it
   */
  public record ChangedBox(
      String label, String change, float score, Optional<Corners> before, Optional<Corners> after) {

    private ShownBox shown() {
      return new ShownBox(label, change, score, after, before);
    }
  }

  /**
   * Fetches the pictures again and writes the page, replacing one that is there. A picture that
   * can't be had again is an empty frame.
   */
  public void write(Path page, Configuration hadoop) throws IOException {
    List<String> uris = pictures.stream().map(ChangedPicture::uri).toList();
    int edge = PreviewPage.edge(pictures.size());
    String html = html(new Thumbnails(hadoop, edge).of(uris));
    PreviewPage.store(hadoop, page, html.getBytes(StandardCharsets.UTF_8));
  }

  String html(Map<String, Thumbnail> thumbnails) {
    List<ShownImage> images = pictures.stream().map(ChangePage::shown).toList();
    String script = Template.resource("page.js").text();
    Controls controls = controls(images);
    return Template.resource("page.html")
        .fill(
            Map.ofEntries(
                Map.entry("title", Html.text(title)),
                Map.entry("what", "comparison"),
                Map.entry("script_hash", PageLayout.sha256(script)),
                Map.entry("style", Template.resource("page.css").text()),
                Map.entry("script", script),
                Map.entry("kind", "compared"),
                Map.entry("labels", Html.isolated(title)),
                Map.entry("overview", overview()),
                Map.entry("controls", controls.html()),
                Map.entry("keys", controls.keys()),
                Map.entry("cards", cards(images, thumbnails)),
                Map.entry("sample_note", Html.text(note)),
                Map.entry("failures", tablesHtml())));
  }

  private static ShownImage shown(ChangedPicture picture) {
    List<ShownBox> boxes = picture.boxes.stream().map(ChangedBox::shown).toList();
    return new ShownImage(picture.uri, picture.size, picture.remark, boxes);
  }

  private String overview() {
    return facts.entrySet().stream()
        .map(
            fact ->
                "<div><dt>%s</dt><dd>%s</dd></div>"
                    .formatted(Html.text(fact.getKey()), Html.isolated(fact.getValue())))
        .collect(Collectors.joining("", "<dl class=\"facts\">", "</dl>"));
  }

  private Controls controls(List<ShownImage> images) {
    Map<String, String> orders = new LinkedHashMap<>();
    orders.put("sample", "most different first");
    orders.put("name", "by name");
    orders.put("boxes", "most boxes first");
    List<Layer> layers = List.of(new Layer("detector", "A", "A"), new Layer("final", "B", "B"));
    return new Controls(layers, List.of(), images, 0, changeToggles(), orders);
  }

  private String changeToggles() {
    String toggles =
        changes.stream()
            .map(
                change ->
                    """
                    <label class="toggle"><input type="checkbox" class="change" value="%s"%s>%s</label>"""
                        .formatted(
                            Html.text(change),
                            change.equals(changes.get(0)) ? "" : " checked",
                            Html.text(change)))
            .collect(Collectors.joining());
    return "<fieldset class=\"group\"><legend class=\"unseen\">Changes</legend>%s</fieldset>"
        .formatted(toggles);
  }

  private static String cards(List<ShownImage> images, Map<String, Thumbnail> thumbnails) {
    if (images.isEmpty()) {
      return "<p class=\"nothing\">No picture differs.</p>";
    }
    return images.stream()
        .map(image -> new ImageCard(image, thumbnails.get(image.uri())).html())
        .collect(Collectors.joining("\n"));
  }

  private String tablesHtml() {
    return tables.entrySet().stream()
        .map(table -> tableHtml(table.getKey(), table.getValue()))
        .collect(Collectors.joining("\n"));
  }

  private static String tableHtml(String title, List<List<String>> rows) {
    String head = rows.get(0).stream().map(ChangePage::headHtml).collect(Collectors.joining());
    String body = rows.stream().skip(1).map(ChangePage::rowHtml).collect(Collectors.joining("\n"));
    return """
        <section class="failed"><h2>%s</h2>
        <div class="scroll" tabindex="0" role="region" aria-label="%s"><table>
        <thead><tr>%s</tr></thead><tbody>%s</tbody></table></div></section>"""
        .formatted(Html.text(title), Html.text(title), head, body);
  }

  private static String headHtml(String cell) {
    return cell.isEmpty() ? "<td></td>" : "<th scope=\"col\">" + Html.text(cell) + "</th>";
  }

  private static String rowHtml(List<String> cells) {
    String head = "<th scope=\"row\">" + Html.isolated(cells.get(0)) + "</th>";
    return cells.stream()
        .skip(1)
        .map(cell -> "<td>" + Html.isolated(cell) + "</td>")
        .collect(Collectors.joining("", "<tr>" + head, "</tr>"));
  }
}
