/**
 * The vocabulary of labels, free of Spark and DJL: boxes, detections, label rows, and the columns
 * of the label table.
 *
 * <p>Two coordinate frames exist, as two types that can't be mixed up: {@link
 * dev.boxmill.schemas.Box} is center form, relative to the image; {@link
 * dev.boxmill.schemas.Corners} is corner form in pixels of the oriented original image.
 */
package dev.boxmill.schemas;
