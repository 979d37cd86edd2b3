package dev.boxmill.job.preview;

import dev.boxmill.job.preview.Controls.Layer;
import dev.boxmill.job.preview.ShownBox.Layers;
import dev.boxmill.schemas.ImageSize;
import dev.boxmill.schemas.LabeledBox;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * A self-contained page of pictures that a person should look at, the most doubtful first.
 *
 * @param title the page's head
 * @param figures the totals, in order
 * @param facts names and values below them, in order
 * @param tables with their titles, in order; the first row of each is its head
 * @param note what pictures are shown
 * @param firstScore where the score slider stands at first, 0 to 1
 * @param pictures the most doubtful first
 */
public record ReviewPage(
    String title,
    List<Figure> figures,
    Map<String, String> facts,
    Map<String, List<List<String>>> tables,
    String note,
    double firstScore,
    List<ReviewedPicture> pictures) {

  /**
   * One picture.
   *
   * @param uri where it was read
   * @param remark why a person should look at it
   * @param boxes the best first
   */
  public record ReviewedPicture(
      String uri, ImageSize size, String remark, List<LabeledBox> boxes) {}

  /**
   * Fetches the pictures again and writes the page, replacing one that is there. A picture that
   * can't be had again is an empty frame.
   */
  public void write(Path page, Configuration hadoop) throws IOException {
    List<String> uris = pictures.stream().map(ReviewedPicture::uri).toList();
    int edge = PreviewPage.edge(pictures.size());
    String html = html(new Thumbnails(hadoop, edge).of(uris));
    PreviewPage.store(hadoop, page, html.getBytes(StandardCharsets.UTF_8));
  }

  private String html(Map<String, Thumbnail> thumbnails) {
    Layers layers = layers();
    List<ShownImage> images = pictures.stream().map(one -> shown(one, layers)).toList();
    return new PageTemplate(
            SampledImage.lastPart(title),
            "triage",
            "doubtful " + (layers == Layers.REFINED ? "refined" : "unrefined"),
            Html.isolated(title),
            Facts.figures(figures) + "\n" + Facts.html(facts),
            controls(images, layers),
            cards(images, thumbnails),
            Html.text(note),
            Tables.html(tables))
        .html();
  }

  /** A table that no refiner touched has each box twice at one place. */
  private Layers layers() {
    boolean moved =
        pictures.stream()
            .flatMap(picture -> picture.boxes.stream())
            .anyMatch(box -> !box.corners().equals(box.detectorCorners()));
    return moved ? Layers.REFINED : Layers.PLAIN;
  }

  private static ShownImage shown(ReviewedPicture picture, Layers layers) {
    List<ShownBox> boxes = picture.boxes.stream().map(box -> ShownBox.of(box, layers)).toList();
    return new ShownImage(picture.uri, picture.size, picture.remark, boxes);
  }

  private Controls controls(List<ShownImage> images, Layers layers) {
    Map<String, String> orders = new LinkedHashMap<>();
    orders.put("sample", "most doubtful first");
    orders.put("name", "by name");
    orders.put("boxes", "most boxes first");
    List<Layer> shown =
        layers == Layers.REFINED
            ? List.of(new Layer("final", "Refined", "R"), new Layer("detector", "Detector", "D"))
            : List.of(new Layer("final", "Boxes", "B"));
    return new Controls(shown, List.of(), images, firstScore, "", orders);
  }

  private static String cards(List<ShownImage> images, Map<String, Thumbnail> thumbnails) {
    if (images.isEmpty()) {
      return "<p class=\"nothing\">No image was labeled.</p>";
    }
    return images.stream()
        .map(image -> new ImageCard(image, thumbnails.get(image.uri())).html())
        .collect(Collectors.joining("\n"));
  }
}
