package dev.boxmill.job.preview;

import dev.boxmill.job.preview.TableSummary.Count;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The head of the page: counts, what made the labels, and the classes. */
record Overview(TableSummary summary) {
  private static final int CLASSES_SHOWN = 12;
  private static final int VALUES_SHOWN = 3;
  private static final DateTimeFormatter MINUTE =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

  String html() {
    return "<dl class=\"stats\">%s</dl>\n<dl class=\"facts\">%s</dl>\n%s"
        .formatted(stats(), facts(), classes());
  }

  private String stats() {
    String perImage =
        summary.labeled() == 0
            ? ""
            : Html.number((double) summary.boxes() / summary.labeled(), 1) + " per image";
    String failed =
        summary.failed() == 0 ? "none" : "<a href=\"#failed\">%s</a>".formatted(share());
    return stat("", "Images", Html.count(summary.images()), "one row each")
        + stat("", "Labeled", Html.count(summary.labeled()), empty())
        + stat(summary.failed() == 0 ? "" : "bad", "Failed", Html.count(summary.failed()), failed)
        + stat("", "Boxes", Html.count(summary.boxes()), perImage);
  }

  private String share() {
    return Html.number(100.0 * summary.failed() / summary.images(), 2) + " % of images";
  }

  private String empty() {
    return summary.empty() == 0 ? "all with boxes" : Html.count(summary.empty()) + " without a box";
  }

  private static String stat(String kind, String name, String value, String note) {
    return new Figure(name, value, "").html(kind, note);
  }

  private String facts() {
    String refiners =
        summary.refined() ? values(summary.refiners()) + moved() : "none: the detector's own boxes";
    return fact("Model", values(summary.models()))
        + fact("Refiners", refiners)
        + fact("Fingerprint", "<code>" + values(summary.fingerprints()) + "</code>")
        + summary.labeledAt().map(at -> fact("Labeled", MINUTE.format(at))).orElse("");
  }

  private String moved() {
    return summary.boxes() == 0 || Double.isNaN(summary.meanRefinementIou())
        ? ""
        : " <small>mean IoU with the detector's box %s</small>"
            .formatted(Html.number(summary.meanRefinementIou(), 3));
  }

  private static String fact(String name, String value) {
    return "<div><dt>%s</dt><dd>%s</dd></div>".formatted(name, value);
  }

  private static String values(List<String> values) {
    if (values.isEmpty()) {
      return "unknown";
    }
    String shown =
        values.stream().limit(VALUES_SHOWN).map(Html::isolated).collect(Collectors.joining(", "));
    int more = values.size() - VALUES_SHOWN;
    return more > 0 ? shown + " and " + Html.count(more) + " more" : shown;
  }

  private String classes() {
    if (summary.classes().isEmpty()) {
      return "";
    }
    long most = summary.classes().get(0).count();
    String bars =
        summary.classes().stream()
            .limit(CLASSES_SHOWN)
            .map(count -> bar(count, most))
            .collect(Collectors.joining());
    int more = summary.classes().size() - CLASSES_SHOWN;
    String rest =
        more > 0
            ? "<p class=\"note\">and %s</p>"
                .formatted(Html.count(more, "rarer class", "rarer classes"))
            : "";
    return """
        <section class="classes" aria-labelledby="classes-title">
        <h2 id="classes-title">Boxes per class</h2><ul>%s</ul>%s</section>"""
        .formatted(bars, rest);
  }

  private static String bar(Count label, long most) {
    return """
        <li><span class="label">%s</span><span class="bar" style="--part:%s"></span>\
        <span class="number">%s</span></li>"""
        .formatted(
            Html.isolated(label.name()),
            Html.percent((double) label.count() / most),
            Html.count(label.count()));
  }
}
