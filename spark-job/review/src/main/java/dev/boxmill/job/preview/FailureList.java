package dev.boxmill.job.preview;

import java.util.List;
import java.util.stream.Collectors;

/** The images without labels, and why. */
record FailureList(TableSummary summary, List<FailedImage> failures) {

  String html() {
    if (summary.failed() == 0) {
      return "";
    }
    return """
        <section id="failed" class="failed">
        <h2 id="failed-title">%s</h2>
        <p class="chips">%s</p>
        <div class="scroll" tabindex="0" role="region" aria-labelledby="failed-title"><table>
        <thead><tr><th scope="col">Category</th><th scope="col">Image</th><th scope="col">Message</th></tr></thead>
        <tbody>%s</tbody></table></div>%s</section>"""
        .formatted(
            Html.count(summary.failed(), "failed image", "failed images"),
            chips(),
            failures.stream().map(FailureList::row).collect(Collectors.joining("\n")),
            rest());
  }

  private String chips() {
    return summary.failures().stream()
        .map(
            count ->
                "<span class=\"chip\">%s <b>%s</b></span>"
                    .formatted(Html.isolated(count.name()), Html.count(count.count())))
        .collect(Collectors.joining(" "));
  }

  private static String row(FailedImage image) {
    return """
        <tr><td><span class="chip">%s</span></td><td class="uri" title="%s">%s</td><td>%s</td></tr>"""
        .formatted(
            Html.isolated(image.category()),
            Html.text(image.uri()),
            Html.isolated(image.uri()),
            Html.isolated(image.message()));
  }

  private String rest() {
    long more = summary.failed() - failures.size();
    return more > 0
        ? "<p class=\"note\">%s shown, %s more in the table: <code>status = 'failed'</code>.</p>"
            .formatted(Html.count(failures.size()), Html.count(more))
        : "";
  }
}
