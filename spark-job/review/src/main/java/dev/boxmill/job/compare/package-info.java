/**
 * What changed between two runs over the same images: boxes that appeared, vanished, moved or
 * changed class. {@code BoxMatching} finds this for one image, anywhere; {@code Comparison} sums it
 * over two tables on the executors, which send back counts and the names of the images that differ
 * most; {@code CompareReport} shows it.
 */
package dev.boxmill.job.compare;
