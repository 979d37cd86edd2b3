/**
 * Training of a refiner over a frozen detector, on Spark. The road: {@link TrainingSet} joins
 * images and annotations; {@link Training} goes through the epochs on the driver, and for every
 * step sends the weights and a batch of {@link PosedImage}s to the executors, where {@link
 * GradientTask} lets the detector look, matches, and returns the sum of its images' gradients; the
 * driver adds these up and takes one step of AdamW. Each image's gradient is computed by itself and
 * sums are float64, so that it makes no difference how many executors share a batch. After every
 * epoch {@link ValidationTask} measures AP on held-out images, and {@link TrainingFolder} keeps
 * state, best weights and curve.
 */
package dev.boxmill.job.train;
