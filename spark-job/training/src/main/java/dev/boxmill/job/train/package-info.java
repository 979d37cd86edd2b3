/**
 * Training of a refiner over a frozen detector, and of a detector, on Spark. The road: {@link
 * TrainingSet} joins images and annotations; {@link Training} goes through the epochs on the
 * driver, and for every step sends the weights and a batch of {@link AugmentedImage}s to the
 * executors, where {@link GradientTask} lets the detector look, matches, and returns the sum of its
 * images' gradients; the driver adds these up and takes one step of AdamW. Each image's gradient is
 * computed by itself and sums are float64, so that it makes no difference how many executors share
 * a batch. After every epoch {@link ValidationTask} measures AP on held-out images, and {@link
 * TrainingFolder} keeps state, best weights and curve.
 *
 * <p>Training of a detector itself goes the same road: {@link DetectorTraining} sends {@link
 * DetectorGroup}s of images, and a {@link ParameterStore} says where the parameters lie, {@link
 * LocalParameters} in the memory of one process or {@link SlicedParameters} on the executors.
 */
package dev.boxmill.job.train;
