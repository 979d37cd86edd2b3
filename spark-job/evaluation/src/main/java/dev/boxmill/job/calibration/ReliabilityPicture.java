package dev.boxmill.job.calibration;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * A reliability diagram: how often boxes of each score are right, and below it how many boxes have
 * that score. On the diagonal, scores are chances.
 */
public record ReliabilityPicture(Reliability reliability) {

  private static final int SIDE = 400;
  private static final int LEFT = 64;
  private static final int TOP = 44;
  private static final int COUNTS = 80;
  private static final int GAP = 56;
  private static final int WIDTH = LEFT + SIDE + 24;
  private static final int HEIGHT = TOP + SIDE + GAP + COUNTS + 48;
  private static final int GRID_LINES = 5;
  private static final String BAR = "#0b6e4f";
  private static final String DIAGONAL = "#a23b00";

  /** Writes it as SVG. */
  public void write(OutputStream stream) throws IOException {
    stream.write(svg().getBytes(StandardCharsets.UTF_8));
  }

  String svg() {
    StringBuilder svg = new StringBuilder();
    svg.append(
        text(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\""
                + " height=\"%d\" font-family=\"sans-serif\" font-size=\"13\" role=\"img\">\n"
                + "<title>Reliability: %s</title>\n"
                + "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
            WIDTH, HEIGHT, WIDTH, HEIGHT, errors()));
    svg.append(text("<text x=\"%d\" y=\"%d\">%s</text>\n", LEFT, TOP - 28, errors()));
    svg.append(
        text("<text x=\"%d\" y=\"%d\">Share of boxes that are right</text>\n", LEFT, TOP - 12));
    addGrid(svg);
    addBars(svg);
    svg.append(
        text(
            "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"%s\" stroke-width=\"2\""
                + " stroke-dasharray=\"6 4\"/>\n",
            LEFT, TOP + SIDE, LEFT + SIDE, TOP, DIAGONAL));
    addCounts(svg);
    return svg.append("</svg>\n").toString();
  }

  private String errors() {
    return text(
        "D-ECE %s, LaECE %s, %,d boxes",
        number(reliability.detectionError()),
        number(reliability.locationAwareError()),
        reliability.all().total());
  }

  private static String number(OptionalDouble error) {
    return error.isEmpty() ? "-" : text("%.4f", error.getAsDouble());
  }

  private static void addGrid(StringBuilder svg) {
    for (int i = 0; i <= GRID_LINES; i++) {
      double value = (double) i / GRID_LINES;
      double y = TOP + SIDE * (1 - value);
      svg.append(
          text(
              "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>"
                  + "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.1f</text>"
                  + "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%.1f</text>\n",
              LEFT,
              LEFT + SIDE,
              y,
              y,
              LEFT - 8,
              y + 4,
              value,
              LEFT + SIDE * value,
              TOP + SIDE + 20,
              value));
    }
    svg.append(
        text(
            "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">score</text>\n",
            LEFT + SIDE, TOP + SIDE + 38));
  }

  private void addBars(StringBuilder svg) {
    ReliabilityBins bins = reliability.all();
    for (int bin = 0; bin < bins.count(); bin++) {
      if (bins.boxes(bin) > 0) {
        double height = SIDE * bins.precision(bin);
        svg.append(bar(bin, TOP + SIDE - height, height, 0.35));
        svg.append(
            text(
                "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"%s\"/>\n",
                LEFT + SIDE * bins.meanScore(bin), TOP + SIDE - height, BAR));
      }
    }
  }

  private void addCounts(StringBuilder svg) {
    ReliabilityBins bins = reliability.all();
    int bottom = TOP + SIDE + GAP + COUNTS;
    long most = 1;
    for (int bin = 0; bin < bins.count(); bin++) {
      most = Math.max(most, bins.boxes(bin));
    }
    for (int bin = 0; bin < bins.count(); bin++) {
      double height = (double) COUNTS * bins.boxes(bin) / most;
      svg.append(bar(bin, bottom - height, height, 0.7));
    }
    svg.append(
        text(
            "<text x=\"%d\" y=\"%d\">Boxes of each score, %,d at most</text>\n",
            LEFT, bottom + 24, most));
  }

  private String bar(int bin, double y, double height, double opacity) {
    double width = (double) SIDE / reliability.all().count();
    return text(
        "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\""
            + " fill-opacity=\"%.2f\"/>\n",
        LEFT + bin * width + 1, y, width - 2, height, BAR, opacity);
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
