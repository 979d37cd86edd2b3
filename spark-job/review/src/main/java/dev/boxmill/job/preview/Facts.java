package dev.boxmill.job.preview;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Numbers and facts at the top of a page. */
final class Facts {

  private Facts() {}

  static String figures(List<Figure> figures) {
    return figures.stream()
        .map(Figure::html)
        .collect(Collectors.joining("", "<dl class=\"stats\">", "</dl>"));
  }

  /** Names and values, in order. */
  static String html(Map<String, String> facts) {
    return facts.entrySet().stream()
        .map(
            fact ->
                "<div><dt>%s</dt><dd>%s</dd></div>"
                    .formatted(Html.text(fact.getKey()), Html.isolated(fact.getValue())))
        .collect(Collectors.joining("", "<dl class=\"facts\">", "</dl>"));
  }
}
