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
 * A self-contained page of pictures that two runs labeled: the first run's boxes, A, in dashed
 * lines and the second's, B, in solid ones.
 *
 * @param title the page's head
 * @param figures the totals, in order
 * @param facts names and values below them, in order
 * @param tables with their titles, in order; the first row of each is its head
 * @param changes what may become of a box; the first is that nothing did, and is drawn faintly
 * @param words what the page says of its pictures
 * @param pictures in the order of {@code words}
 */
public record ChangePage(
    String title,
    List<Figure> figures,
    Map<String, String> facts,
    Map<String, List<List<String>>> tables,
    List<String> changes,
    Words words,
    List<ChangedPicture> pictures) {

  /**
   * What a page says of its pictures.
   *
   * @param what the page is, beside the program's name
   * @param change what a change is called here
   * @param note which are shown, and what lines mean
   * @param order in which they stand at first
   * @param nothing instead of pictures, where there are none
   */
  public record Words(String what, String change, String note, String order, String nothing) {}

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

    private ShownBox shown(String unchanged) {
      ShownBox.Weight weight =
          change.equals(unchanged) ? ShownBox.Weight.FAINT : ShownBox.Weight.FULL;
      return new ShownBox(label, change, score, after, before, weight);
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
    List<ShownImage> images = pictures.stream().map(this::shown).toList();
    return new PageTemplate(
            title,
            words.what,
            "compared",
            Html.isolated(title),
            overview(),
            controls(images),
            cards(images, thumbnails),
            Html.text(words.note),
            Tables.html(tables))
        .html();
  }

  private ShownImage shown(ChangedPicture picture) {
    List<ShownBox> boxes = picture.boxes.stream().map(box -> box.shown(changes.get(0))).toList();
    return new ShownImage(picture.uri, picture.size, picture.remark, boxes);
  }

  private String overview() {
    return Facts.figures(figures) + "\n" + Facts.html(facts);
  }

  private Controls controls(List<ShownImage> images) {
    Map<String, String> orders = new LinkedHashMap<>();
    orders.put("sample", words.order);
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
<label class="toggle"><input type="checkbox" class="change" value="%s" checked>%s</label>"""
                        .formatted(Html.text(change), Html.text(change)))
            .collect(Collectors.joining());
    return """
<fieldset class="group" id="changes" data-title="%s"><legend class="unseen">%ss</legend>%s</fieldset>"""
        .formatted(Html.text(words.change), Html.text(words.change), toggles);
  }

  private String cards(List<ShownImage> images, Map<String, Thumbnail> thumbnails) {
    if (images.isEmpty()) {
      return "<p class=\"nothing\">" + Html.text(words.nothing) + "</p>";
    }
    return images.stream()
        .map(image -> new ImageCard(image, thumbnails.get(image.uri())).html())
        .collect(Collectors.joining("\n"));
  }
}
