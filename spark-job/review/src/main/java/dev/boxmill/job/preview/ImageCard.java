package dev.boxmill.job.preview;

import dev.boxmill.schemas.Corners;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** One picture with its boxes: an image, lines over it in the image's own pixels, and tags. */
record ImageCard(ShownImage image, Thumbnail thumbnail) {
  /** Proportions of a card; a picture beyond them stands inside with margins. */
  private static final double NARROWEST = 0.6;

  private static final double WIDEST = 2.4;

  /** A box that starts above this share of the height has its tag inside. */
  private static final double ROOM_FOR_TAG = 0.07;

  /** A box that starts right of this share of the width has its tag end where the box ends. */
  private static final double LEFT_ALIGNED = 0.66;

  private static final int BOXES_IN_DESCRIPTION = 10;

  String html() {
    return """
        <figure class="card" style="--card:%s;--ratio:%s" data-name="%s">
        <button type="button" class="frame" aria-haspopup="dialog" aria-label="%s"><span class="picture">%s
        <svg viewBox="0 0 %d %d" preserveAspectRatio="none" aria-hidden="true">%s</svg>
        <span class="tags" aria-hidden="true">%s</span></span></button>
        <figcaption><span class="name" title="%s">%s</span>%s <span class="note">%s</span></figcaption>
        </figure>"""
        .formatted(
            Html.number(Math.max(NARROWEST, Math.min(WIDEST, ratio())), 4),
            Html.number(ratio(), 4),
            Html.text(image.name()),
            Html.text(description()),
            picture(),
            image.size().width(),
            image.size().height(),
            each(this::lines),
            each(this::tag),
            Html.text(image.uri()),
            Html.isolated(image.name()),
            remark(),
            Html.count(image.boxes().size(), "box", "boxes"));
  }

  private String remark() {
    return image.remark().isBlank()
        ? ""
        : " <small class=\"remark\" title=\"%s\">%s</small>"
            .formatted(Html.text(image.remark()), Html.text(image.remark()));
  }

  private double ratio() {
    return (double) image.size().width() / image.size().height();
  }

  private String picture() {
    return thumbnail
        .jpeg()
        .map(
            jpeg ->
                "<img alt=\"\" loading=\"lazy\" decoding=\"async\" src=\"data:image/jpeg;base64,"
                    + jpeg
                    + "\">")
        .orElseGet(
            () ->
                "<span class=\"missing\"><span>Picture not shown:<br>"
                    + Html.text(thumbnail.problem())
                    + "</span></span>");
  }

  /** What a screen reader says; the script keeps it true while boxes are hidden. */
  private String description() {
    int count = image.boxes().size();
    String boxes =
        image.boxes().stream()
            .limit(BOXES_IN_DESCRIPTION)
            .map(box -> "%s %s %s".formatted(box.label(), score(box), box.change()).strip())
            .collect(Collectors.joining(", "));
    int more = count - BOXES_IN_DESCRIPTION;
    return image.name()
        + ", "
        + Html.count(count, "box", "boxes")
        + (count > 0 ? ": " + boxes : "")
        + (more > 0 ? " and " + more + " more" : "");
  }

  /** The best box comes last, and so lies on top. */
  private String each(BoxPart part) {
    int last = image.boxes().size() - 1;
    return IntStream.rangeClosed(0, last)
        .map(index -> last - index)
        .mapToObj(index -> part.html(index, image.boxes().get(index)))
        .collect(Collectors.joining());
  }

  private String lines(int index, ShownBox box) {
    return """
        <g class="%s" data-box="%d" data-label="%s"%s data-score="%s" data-iou="%s">%s%s</g>"""
        .formatted(
            classes("box", box),
            index,
            Html.text(box.label()),
            box.change().isBlank() ? "" : " data-change=\"" + Html.text(box.change()) + "\"",
            box.score(), // unrounded, for the filter
            Html.number(box.iou(), 3),
            box.solid().map(ImageCard::solid).orElse(""),
            box.dashed().map(ImageCard::dashed).orElse(""));
  }

  private static String solid(Corners box) {
    String outline = outline(box);
    return "<path class=\"halo\" d=\"%s\"/><path class=\"final\" d=\"%s\"/>"
        .formatted(outline, outline);
  }

  private static String dashed(Corners box) {
    return "<path class=\"detector\" d=\"%s\"/>".formatted(outline(box));
  }

  private static String classes(String first, ShownBox box) {
    return (first + " " + box.style()).strip();
  }

  private static String outline(Corners box) {
    return "M%s %sH%sV%sH%sZ"
        .formatted(
            Html.number(box.xMin(), 2),
            Html.number(box.yMin(), 2),
            Html.number(box.xMax(), 2),
            Html.number(box.yMax(), 2),
            Html.number(box.xMin(), 2));
  }

  /** The tag of a box: where the box starts, in percent of the picture, and inside of it always. */
  private String tag(int index, ShownBox box) {
    Corners place = box.place();
    Corners other = box.otherPlace();
    boolean end = place.xMin() / image.size().width() > LEFT_ALIGNED;
    boolean inside = place.yMin() / image.size().height() < ROOM_FOR_TAG;
    return """
        <span class="%s%s%s" data-box="%d" style="--x:%s;--y:%s;--dx:%s;--dy:%s">%s <b>%s</b></span>"""
        .formatted(
            classes("tag", box),
            end ? " end" : "",
            inside ? " inside" : "",
            index,
            across(place, end),
            down(place),
            across(other, end),
            down(other),
            Html.isolated(box.label()),
            score(box));
  }

  private String across(Corners box, boolean end) {
    return Html.percent(clamped((end ? box.xMax() : box.xMin()) / image.size().width()));
  }

  private String down(Corners box) {
    return Html.percent(clamped(box.yMin() / image.size().height()));
  }

  private static double clamped(double share) {
    return Math.max(0, Math.min(1, share));
  }

  private static String score(ShownBox box) {
    return String.format(Locale.ROOT, "%.2f", box.score());
  }

  private interface BoxPart {
    String html(int index, ShownBox box);
  }
}
