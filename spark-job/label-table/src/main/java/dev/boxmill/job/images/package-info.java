/**
 * Images by their addresses: files, and entries of tar archives, on any Hadoop filesystem.
 * Labeling, training, and the preview read images here.
 */
package dev.boxmill.job.images;
