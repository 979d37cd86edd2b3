/**
 * Finds where labels are likely wrong, so that people look there first.
 *
 * <p>{@link dev.boxmill.job.triage.TriageRun} passes over a label table once for what is usual in
 * each class ({@link dev.boxmill.job.triage.ClassStatistics}) and once for the images ({@link
 * dev.boxmill.job.triage.ErrorEstimate}), and writes the triage table. Rows stay on the executors.
 */
package dev.boxmill.job.triage;
