/**
 * Writes what annotation tools import: COCO, Label Studio, CVAT, YOLO, FiftyOne.
 *
 * <p>{@link dev.boxmill.job.export.ExportRun} reads a label table in the order of its addresses, a
 * bounded number of rows at a time, and hands each image to an {@link
 * dev.boxmill.job.export.ExportWriter}. All formats hold the same boxes: clipped to their image,
 * corners rounded to a thousandth of a pixel. The output appears whole, by one rename.
 */
package dev.boxmill.job.export;
