/**
 * A labelling run: inputs are listed, those without a row are cut into chunks, a few chunks at a
 * time are labelled on executors and committed, and at the end the rows are counted from what was
 * written and held against the lists of inputs.
 *
 * <p>What a killed run leaves is told by {@link dev.boxmill.job.table.ChunkStore}: the next run
 * labels what no committed chunk holds. One run at a time may write to a folder: the later one
 * takes it over. An input is known by its URI: one whose content changed under its name is not
 * labelled again.
 */
package dev.boxmill.job.run;
