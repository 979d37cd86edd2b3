package dev.boxmill.job.preview;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Puts the page together from its template and parts.
 *
 * @param extent what part of the table was read; empty if all of it
 */
record PageLayout(
    String labels,
    String extent,
    TableSummary summary,
    List<ShownImage> sample,
    Map<String, Thumbnail> thumbnails,
    List<FailedImage> failures) {

  /** Where the score slider stands at first: hides most of what detectors are unsure of. */
  private static final double FIRST_SCORE = 0.3;

  String html() {
    return new PageTemplate(
            SampledImage.lastPart(labels),
            "label preview",
            summary.refined() ? "refined" : "unrefined",
            Html.isolated(labels) + note(),
            new Overview(summary).html(),
            Controls.of(summary, sample, firstScore()),
            cards(),
            sampleNote(),
            new FailureList(summary, failures).html())
        .html();
  }

  private String note() {
    return extent.isEmpty() ? "" : " (" + Html.text(extent) + ")";
  }

  private String cards() {
    if (sample.isEmpty()) {
      return "<p class=\"nothing\">No image was labeled.</p>";
    }
    return sample.stream()
        .map(image -> new ImageCard(image, thumbnail(image)).html())
        .collect(Collectors.joining("\n"));
  }

  private Thumbnail thumbnail(ShownImage image) {
    return thumbnails.getOrDefault(image.uri(), Thumbnail.missing("it was not read again"));
  }

  private double firstScore() {
    boolean sureOfAny =
        sample.stream().flatMap(image -> image.boxes().stream()).anyMatch(b -> b.score() >= 0.3f);
    return sureOfAny ? FIRST_SCORE : 0;
  }

  private String sampleNote() {
    if (sample.size() == summary.labeled()) {
      return "All " + Html.count(sample.size()) + " labeled images are shown.";
    }
    return String.format(
        Locale.ROOT,
        "%s of %s labeled images are shown: those with boxes first, picked by a hash of their"
            + " addresses.",
        Html.count(sample.size()),
        Html.count(summary.labeled()));
  }
}
