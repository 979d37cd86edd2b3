package dev.boxmill.job.preview;

import java.util.Locale;

/**
 * A number at the top of a page.
 *
 * @param name what it counts
 * @param value as people read it
 * @param note what to say beside it; may be blank
 */
public record Figure(String name, String value, String note) {

  String html() {
    return html("", Html.text(note));
  }

  /**
   * The same.
   *
   * @param kind a class of the page's style; blank for none
   * @param noteHtml instead of the note
   */
  String html(String kind, String noteHtml) {
    return "<div class=\"%s\"><dt>%s</dt><dd>%s <small>%s</small></dd></div>"
        .formatted(("stat " + kind).strip(), Html.text(capitalized()), Html.text(value), noteHtml);
  }

  private String capitalized() {
    return name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
  }
}
