package dev.boxmill.job.train;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * Loss and AP over the epochs, as a table and as a picture. The table holds numbers alone, which
 * need no quotes. The picture is written by hand: the chart libraries of Java write SVG through
 * code under the LGPL or GPL, and with text as outlines, which makes it many times as large.
 *
 * @param csv the table
 * @param apTitle of the upper panel
 * @param lossTitle of the lower panel
 */
record TrainingCurve(String csv, String apTitle, String lossTitle, List<Point> results) {

  private static final int WIDTH = 720;
  private static final int PANEL = 220;
  private static final int LEFT = 64;
  private static final int RIGHT = 24;
  private static final int TOP = 36;
  private static final int GAP = 64;
  private static final int GRID_LINES = 4;

  /**
   * What an epoch came to.
   *
   * @param before AP to compare with; NaN if there is none
   * @param ap of the epoch's weights
   */
  record Point(int epoch, double before, double ap, double loss) {}

  TrainingCurve {
    results = List.copyOf(results);
  }

  /** Two panels, one above the other: AP with the one before as a dashed line, and the loss. */
  String svg() {
    int height = 2 * PANEL + TOP + 2 * GAP;
    StringBuilder svg = new StringBuilder();
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\""
                + " height=\"%d\" font-family=\"sans-serif\" font-size=\"13\">\n"
                + "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
            WIDTH,
            height,
            WIDTH,
            height));
    double least = Math.min(least(Point::ap), least(Point::before));
    double most = Math.max(most(Point::ap), most(Point::before));
    Panel ap = new Panel(TOP, least, most);
    panel(svg, ap, apTitle);
    if (results.stream().noneMatch(point -> Double.isNaN(point.before()))) {
      line(svg, ap, Point::before, "#767676", "6 4");
    }
    line(svg, ap, Point::ap, "#0b6e4f", "none");
    Panel loss = new Panel(TOP + PANEL + GAP, 0, most(Point::loss));
    panel(svg, loss, lossTitle);
    line(svg, loss, Point::loss, "#a23b00", "none");
    return svg.append("</svg>\n").toString();
  }

  /** A scale from value to height in the picture. */
  private record Panel(int top, double least, double most) {

    Panel {
      double margin = Math.max(1e-3, (most - least) * 0.08);
      most += margin;
      least = least == 0 ? 0 : least - margin;
    }

    double y(double value) {
      return top + PANEL * (most - value) / (most - least);
    }
  }

  private void panel(StringBuilder svg, Panel panel, String title) {
    svg.append(
        String.format(
            Locale.ROOT, "<text x=\"%d\" y=\"%d\">%s</text>\n", LEFT, panel.top() - 12, title));
    for (int i = 0; i <= GRID_LINES; i++) {
      double value = panel.least() + (panel.most() - panel.least()) * i / GRID_LINES;
      double y = panel.y(value);
      svg.append(
          String.format(
              Locale.ROOT,
              "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>"
                  + "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.3f</text>\n",
              LEFT,
              WIDTH - RIGHT,
              y,
              y,
              LEFT - 8,
              y + 4,
              value));
    }
    int every = Math.max(1, (results.size() + 11) / 12);
    for (int i = 0; i < results.size(); i += every) {
      svg.append(
          String.format(
              Locale.ROOT,
              "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%d</text>\n",
              x(i),
              panel.top() + PANEL + 20,
              results.get(i).epoch()));
    }
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">epoch</text>\n",
            WIDTH - RIGHT,
            panel.top() + PANEL + 38));
  }

  private void line(
      StringBuilder svg, Panel panel, ToDoubleFunction<Point> number, String color, String dashes) {
    StringBuilder points = new StringBuilder();
    for (int i = 0; i < results.size(); i++) {
      double y = panel.y(number.applyAsDouble(results.get(i)));
      points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(i), y));
    }
    svg.append(
        String.format(
            Locale.ROOT,
            "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\""
                + " stroke-dasharray=\"%s\"/>\n",
            points.toString().strip(),
            color,
            dashes));
    if (dashes.equals("none")) {
      svg.append(dots(panel, number, color));
    }
  }

  private String dots(Panel panel, ToDoubleFunction<Point> number, String color) {
    return java.util.stream.IntStream.range(0, results.size())
        .mapToObj(
            i ->
                String.format(
                    Locale.ROOT,
                    "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" fill=\"%s\"/>\n",
                    x(i),
                    panel.y(number.applyAsDouble(results.get(i))),
                    color))
        .collect(Collectors.joining());
  }

  private double x(int index) {
    double share = results.size() == 1 ? 0.5 : index / (results.size() - 1.0);
    return LEFT + 12 + (WIDTH - LEFT - RIGHT - 24) * share;
  }

  private double least(ToDoubleFunction<Point> number) {
    return results.stream().mapToDouble(number).filter(Double::isFinite).min().orElse(0);
  }

  private double most(ToDoubleFunction<Point> number) {
    return results.stream().mapToDouble(number).filter(Double::isFinite).max().orElse(1);
  }
}
