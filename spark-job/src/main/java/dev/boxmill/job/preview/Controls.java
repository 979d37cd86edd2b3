package dev.boxmill.job.preview;

import dev.boxmill.job.preview.TableSummary.Count;
import dev.boxmill.schemas.LabelledBox;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The bar of controls: layers, score, classes, order. */
record Controls(TableSummary summary, List<SampledImage> sample, double firstScore) {

  String html() {
    return """
        <form class="controls" aria-label="What is shown">
        %s
        <div class="group score">
        <label for="score">Score at least</label>
        <span class="slider">%s<input id="score" type="range" min="0" max="1" step="0.01" value="%s"></span>
        <output for="score" id="score-value">%s</output></div>
        %s
        <div class="group"><label for="order">Order</label>
        <select id="order"><option value="sample">as sampled</option><option value="name">by name</option>\
        <option value="boxes">most boxes first</option>%s</select></div>
        <output id="shown" class="shown" aria-live="polite"></output>
        </form>"""
        .formatted(
            layers(),
            histogram(),
            Html.number(firstScore, 2),
            String.format(Locale.ROOT, "%.2f", firstScore),
            classes(),
            summary.refined() ? "<option value=\"moved\">most refined first</option>" : "");
  }

  private String layers() {
    String boxes =
        summary.refined()
            ? layer("final", "Refined", "R") + layer("detector", "Detector", "D")
            : layer("final", "Boxes", "B");
    return "<fieldset class=\"group layers\"><legend class=\"unseen\">Layers</legend>%s%s</fieldset>"
        .formatted(boxes, layer("tags", "Labels", "L"));
  }

  private static String layer(String name, String title, String key) {
    return """
        <label class="toggle %s" title="Key %s"><input type="checkbox" id="show-%s" checked \
        aria-keyshortcuts="%s"><span class="swatch" aria-hidden="true"></span>%s</label>"""
        .formatted(name, key, name, key, title);
  }

  /** Bars over the slider: how many boxes of the whole table have each score. */
  private String histogram() {
    long most =
        Math.max(1, summary.scoreBins().stream().mapToLong(Long::longValue).max().orElse(1));
    String bars =
        IntStream.range(0, summary.scoreBins().size())
            .mapToObj(i -> bar(i, (double) summary.scoreBins().get(i) / most))
            .collect(Collectors.joining());
    return "<svg viewBox=\"0 0 %d 100\" preserveAspectRatio=\"none\" aria-hidden=\"true\">%s</svg>"
        .formatted(10 * summary.scoreBins().size(), bars);
  }

  private static String bar(int index, double part) {
    double height = part == 0 ? 0 : Math.max(4, 100 * part);
    return "<rect x=\"%d\" y=\"%s\" width=\"8\" height=\"%s\"/>"
        .formatted(10 * index + 1, Html.number(100 - height, 1), Html.number(height, 1));
  }

  private String classes() {
    List<Count> counts = shownClasses();
    String boxes =
        counts.stream()
            .map(
                label ->
                    """
                    <label><input type="checkbox" class="class" value="%s" checked>%s \
                    <span class="number">%s</span></label>"""
                        .formatted(
                            Html.text(label.name()),
                            Html.isolated(label.name()),
                            Html.count(label.count())))
            .collect(Collectors.joining());
    return """
        <details class="group menu"><summary>Classes: <span id="class-note">all %s</span></summary>
        <div class="panel"><p><button type="button" id="all-classes">All</button> \
        <button type="button" id="no-classes">None</button></p>%s</div></details>"""
        .formatted(Html.count(counts.size()), boxes);
  }

  private List<Count> shownClasses() {
    return sample.stream()
        .flatMap(image -> image.boxes().stream())
        .map(LabelledBox::label)
        .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()))
        .entrySet()
        .stream()
        .map(entry -> new Count(entry.getKey(), entry.getValue()))
        .sorted(Comparator.comparingLong(Count::count).reversed().thenComparing(Count::name))
        .toList();
  }
}
