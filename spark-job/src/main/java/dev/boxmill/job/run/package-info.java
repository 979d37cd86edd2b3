/**
 * A labelling run: inputs are listed, labelled on executors chunk by chunk, written, counted again
 * from what was written, and reported.
 */
package dev.boxmill.job.run;
