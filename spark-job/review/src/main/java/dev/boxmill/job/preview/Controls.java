package dev.boxmill.job.preview;

import dev.boxmill.job.preview.TableSummary.Count;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The bar of controls: layers, score, classes, order.
 *
 * @param layers of boxes and their labels; those that can be hidden
 * @param scoreBins bars over the slider; there may be none
 * @param menus further ones
 * @param orders of the pictures, by the names that the page's script knows
 */
record Controls(
    List<Layer> layers,
    List<Long> scoreBins,
    List<ShownImage> sample,
    double firstScore,
    String menus,
    Map<String, String> orders) {
  private static final Layer LABELS = new Layer("tags", "Labels", "L");

  /** Boxes, or what is written at them; {@code key} hides and shows it. */
  record Layer(String name, String title, String key) {}

  /** Of a page that shows one table. */
  static Controls of(TableSummary summary, List<ShownImage> sample, double firstScore) {
    List<Layer> boxes =
        summary.refined()
            ? List.of(new Layer("final", "Refined", "R"), new Layer("detector", "Detector", "D"))
            : List.of(new Layer("final", "Boxes", "B"));
    Map<String, String> orders = new LinkedHashMap<>();
    orders.put("sample", "as sampled");
    orders.put("name", "by name");
    orders.put("boxes", "most boxes first");
    if (summary.refined()) {
      orders.put("moved", "most refined first");
    }
    return new Controls(boxes, summary.scoreBins(), sample, firstScore, "", orders);
  }

  String html() {
    return """
        <form class="controls" aria-label="What is shown">
        %s
        <div class="group score">
        <label for="score">Score at least</label>
        <span class="slider">%s<input id="score" type="range" min="0" max="1" step="0.01" value="%s"></span>
        <output for="score" id="score-value">%s</output></div>
        %s%s
        <div class="group"><label for="order">Order</label>
        <select id="order">%s</select></div>
        <output id="shown" class="shown" aria-live="polite"></output>
        </form>"""
        .formatted(
            toggles(),
            histogram(),
            Html.number(firstScore, 2),
            String.format(Locale.ROOT, "%.2f", firstScore),
            classes(),
            menus,
            options());
  }

  /** What a person may press, for the page's foot. */
  String keys() {
    return Stream.concat(layers.stream(), Stream.of(LABELS))
        .map(layer -> "<kbd>%s</kbd> %s".formatted(layer.key(), layer.title()))
        .collect(Collectors.joining(", "));
  }

  private String options() {
    return orders.entrySet().stream()
        .map(
            order -> "<option value=\"%s\">%s</option>".formatted(order.getKey(), order.getValue()))
        .collect(Collectors.joining());
  }

  private String toggles() {
    String boxes = layers.stream().map(Controls::toggle).collect(Collectors.joining());
    return "<fieldset class=\"group layers\"><legend class=\"unseen\">Layers</legend>%s%s</fieldset>"
        .formatted(boxes, toggle(LABELS));
  }

  private static String toggle(Layer layer) {
    return """
        <label class="toggle %s" title="Key %s"><input type="checkbox" id="show-%s" checked \
        aria-keyshortcuts="%s"><span class="swatch" aria-hidden="true"></span>%s</label>"""
        .formatted(layer.name(), layer.key(), layer.name(), layer.key(), layer.title());
  }

  /** Bars over the slider: how many boxes of the whole table have each score. */
  private String histogram() {
    if (scoreBins.isEmpty()) {
      return "";
    }
    long most = Math.max(1, scoreBins.stream().mapToLong(Long::longValue).max().orElse(1));
    String bars =
        IntStream.range(0, scoreBins.size())
            .mapToObj(i -> bar(i, (double) scoreBins.get(i) / most))
            .collect(Collectors.joining());
    return "<svg viewBox=\"0 0 %d 100\" preserveAspectRatio=\"none\" aria-hidden=\"true\">%s</svg>"
        .formatted(10 * scoreBins.size(), bars);
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
        <div class="panel" role="group" aria-label="Classes"><p><button type="button" id="all-classes">All</button> \
        <button type="button" id="no-classes">None</button></p>%s</div></details>"""
        .formatted(Html.count(counts.size()), boxes);
  }

  private List<Count> shownClasses() {
    return sample.stream()
        .flatMap(image -> image.boxes().stream())
        .map(ShownBox::label)
        .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()))
        .entrySet()
        .stream()
        .map(entry -> new Count(entry.getKey(), entry.getValue()))
        .sorted(Comparator.comparingLong(Count::count).reversed().thenComparing(Count::name))
        .toList();
  }
}
