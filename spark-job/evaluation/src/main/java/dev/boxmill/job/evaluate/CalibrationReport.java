package dev.boxmill.job.evaluate;

import dev.boxmill.job.calibration.JudgedBoxes;
import dev.boxmill.job.calibration.Reliability;
import dev.boxmill.job.table.TableProvenance;
import dev.boxmill.job.text.TextTable;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** Fitted curves, as a person and as a refiner reads them. */
public final class CalibrationReport {

  private final CalibrationRequest request;
  private final GroundTruth truth;
  private final LabelTableImages images;
  private final TableProvenance made;
  private final List<JudgedBoxes> boxes;
  private final ClassCurves curves;
  private final Optional<HeldOutErrors> heldOut;

  CalibrationReport(
      CalibrationRequest request,
      GroundTruth truth,
      LabelTableImages images,
      TableProvenance made,
      List<JudgedBoxes> boxes,
      ClassCurves curves,
      Optional<HeldOutErrors> heldOut) {
    this.request = request;
    this.truth = truth;
    this.images = images;
    this.made = made;
    this.boxes = List.copyOf(boxes);
    this.curves = curves;
    this.heldOut = heldOut;
  }

  /** What was matched, each class with its curve, and what the curves do on held-out images. */
  public String summary() {
    StringBuilder text = new StringBuilder();
    line(text, "Ground truth: " + request.evaluation().groundTruth());
    truth.findings().sentences().forEach(sentence -> line(text, "  " + sentence));
    line(text, "Labels: " + request.labels() + " (" + made.maker() + ")");
    images.facts().forEach(fact -> line(text, "  " + fact));
    line(
        text,
        "  %d boxes, %d of them right: on an object of their class that no surer box found, IoU 0.5"
            .formatted(
                boxes.stream().mapToInt(JudgedBoxes::size).sum(),
                boxes.stream().mapToInt(JudgedBoxes::right).sum()));
    line(text, "");
    text.append(classes());
    line(text, "");
    text.append(errors());
    return text.toString();
  }

  private TextTable classes() {
    TextTable table = new TextTable();
    table.row(List.of("class", "boxes", "right", "mean score", "curve"));
    for (int category = 0; category < boxes.size(); category++) {
      JudgedBoxes judged = boxes.get(category);
      if (judged.size() > 0) {
        table.row(
            List.of(
                truth.categories().get(category).name(),
                String.valueOf(judged.size()),
                String.valueOf(judged.right()),
                String.format(Locale.ROOT, "%.3f", judged.meanScore()),
                curves.own().get(category).isPresent()
                    ? request.method().toString()
                    : "of all classes: " + tooFew(judged)));
      }
    }
    return table;
  }

  private String tooFew(JudgedBoxes judged) {
    if (judged.size() < request.leastBoxes()) {
      return "fewer than " + request.leastBoxes() + " boxes";
    }
    return "fewer than "
        + ClassCurves.LEAST_OF_EACH
        + (judged.right() < ClassCurves.LEAST_OF_EACH ? " right boxes" : " wrong boxes");
  }

  private String errors() {
    if (heldOut.isEmpty()) {
      return "Held out: the boxes lie in too few images to hold some out\n";
    }
    TextTable table = new TextTable();
    table.row(List.of("held out", "before", "after"));
    table.row(
        row("D-ECE", heldOut.get(), reliability -> reliability.detectionError().orElseThrow()));
    table.row(
        row("LaECE", heldOut.get(), reliability -> reliability.locationAwareError().orElseThrow()));
    return table
        + "Held out: each of "
        + HeldOutErrors.PARTS
        + " parts of the images, calibrated by curves of the others\n";
  }

  private static List<String> row(
      String name, HeldOutErrors errors, ToDoubleFunction<Reliability> number) {
    List<String> cells = new ArrayList<>(List.of(name));
    cells.add(Evaluation.text(number.applyAsDouble(errors.before())));
    cells.add(Evaluation.text(number.applyAsDouble(errors.after())));
    return cells;
  }

  /** D-ECE and LaECE on held-out images before and after; empty if none could be held out. */
  Optional<HeldOutErrors> heldOut() {
    return heldOut;
  }

  /** The refiners with which the curves are right, for the command line. */
  public String refiners(String file) {
    StringBuilder chain = new StringBuilder();
    if (!made.refiners().isEmpty()) {
      for (String refiner : made.refiners().split(" ", -1)) {
        chain.append("--refiner ").append(refiner).append(' ');
      }
    }
    return chain.append("--refiner calibrate:file=").append(file).toString();
  }

  /** Writes the file that the refiner {@code calibrate} reads. */
  public void writeJson(OutputStream stream) throws IOException {
    new CalibrationJson(request, truth, images.categories(), made, boxes, curves, heldOut)
        .write(stream);
  }

  private static void line(StringBuilder text, String line) {
    text.append(line).append(System.lineSeparator());
  }
}
