/**
 * Makes one label table of several over the same images, by weighted boxes fusion: {@link
 * dev.boxmill.job.fuse.FuseRun} brings the rows of each image together, {@link
 * dev.boxmill.job.fuse.WeightedBoxesFusion} fuses their boxes.
 */
package dev.boxmill.job.fuse;
