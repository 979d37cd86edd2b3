/**
 * Refiners that need only boxes, in the package and in the form that a third party's would have:
 * {@code calibrate}, {@code clip}, {@code merge-duplicates}, {@code nmw} and {@code soft-nms}.
 */
package dev.boxmill.refiners.boxes;
