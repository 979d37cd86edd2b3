package dev.boxmill.job.preview;

import java.util.Base64;
import java.util.Map;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * What all pages share: the frame around their parts, which are HTML but for the first three.
 *
 * @param title in the browser's tab
 * @param what the page is, beside the program's name
 * @param kind the classes of the page that style and script know
 * @param heading above the overview
 * @param overview numbers and facts
 * @param controls what can be filtered
 * @param cards the pictures
 * @param note which pictures are shown
 * @param rest what follows below
 */
record PageTemplate(
    String title,
    String what,
    String kind,
    String heading,
    String overview,
    Controls controls,
    String cards,
    String note,
    String rest) {

  String html() {
    String script = Template.resource("page.js").text();
    return Template.resource("page.html")
        .fill(
            Map.ofEntries(
                Map.entry("title", Html.text(title)),
                Map.entry("what", Html.text(what)),
                Map.entry("script_hash", sha256(script)),
                Map.entry("style", Template.resource("page.css").text()),
                Map.entry("script", script),
                Map.entry("kind", kind),
                Map.entry("labels", heading),
                Map.entry("overview", overview),
                Map.entry("controls", controls.html()),
                Map.entry("keys", controls.keys()),
                Map.entry("cards", cards),
                Map.entry("sample_note", note),
                Map.entry("failures", rest)));
  }

  /** As a page's policy names the one script that may run. */
  private static String sha256(String script) {
    return Base64.getEncoder().encodeToString(DigestUtils.sha256(script));
  }
}
