/**
 * How good detections are against annotated images: COCO's numbers as pycocotools gives them,
 * LVIS's as the lvis package does, and what they would be if places or classes were perfect.
 *
 * <p>{@code GroundTruthFile} and {@code ResultFile} read COCO's JSON; {@code ImageMatcher} matches
 * one image, anywhere; {@code Evaluation} sums what it found. Only {@code LabelTableMatching} knows
 * Spark.
 */
package dev.boxmill.job.evaluate;
