package dev.boxmill.job.export;

import dev.boxmill.job.error.BadInputException;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.Collectors;

/** A format that a tool imports. */
public enum ExportFormat {
  COCO("coco", Shape.FILE, "", CocoWriter::new),
  LABEL_STUDIO("label-studio", Shape.FILE, "", LabelStudioWriter::new),
  CVAT("cvat", Shape.FILE, "", CvatWriter::new),
  YOLO("yolo", Shape.FOLDER, YoloWriter.NAMES, YoloWriter::new),
  FIFTYONE("fiftyone", Shape.FOLDER, FiftyOneWriter.LABELS, FiftyOneWriter::new);

  /** What an export is on disk. */
  enum Shape {
    FILE,
    FOLDER
  }

  private interface Opening {
    ExportWriter open(ExportFiles files, ExportContext context) throws IOException;
  }

  private final String optionValue;
  private final Shape shape;
  private final String mark;
  private final Opening opening;

  ExportFormat(String optionValue, Shape shape, String mark, Opening opening) {
    this.optionValue = optionValue;
    this.shape = shape;
    this.mark = mark;
    this.opening = opening;
  }

  /**
   * The format that a user names.
   *
   * @throws BadInputException if there is none of that name
   */
  public static ExportFormat named(String optionValue) {
    return Arrays.stream(values())
        .filter(format -> format.optionValue.equals(optionValue))
        .findFirst()
        .orElseThrow(() -> unknown(optionValue));
  }

  private static BadInputException unknown(String optionValue) {
    String known =
        Arrays.stream(values()).map(format -> format.optionValue).collect(Collectors.joining(", "));
    return new BadInputException("Unknown --format '" + optionValue + "' (known: " + known + ")");
  }

  /** As on the command line. */
  public String optionValue() {
    return optionValue;
  }

  Shape shape() {
    return shape;
  }

  /** A file that every folder of this format has. */
  String mark() {
    return mark;
  }

  ExportWriter writer(ExportFiles files, ExportContext context) throws IOException {
    return opening.open(files, context);
  }
}
