/**
 * Finds errors in people's annotations: objects that were overlooked, boxes that lie badly, classes
 * that are wrong. {@link dev.boxmill.job.annotations.ObjectLab} scores an image's annotations by
 * what a detector found there, {@link dev.boxmill.job.annotations.ReviewRun} a whole table's.
 */
package dev.boxmill.job.annotations;
