/**
 * Refiners that need only boxes, in the package and in the form that a third party's would have:
 * {@code calibrate}, {@code clip} and {@code merge-duplicates}.
 */
package dev.boxmill.refiners.boxes;
