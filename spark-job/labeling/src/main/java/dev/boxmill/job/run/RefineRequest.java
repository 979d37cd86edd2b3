package dev.boxmill.job.run;

import dev.boxmill.job.session.RefiningJob;
import dev.boxmill.job.table.OutputFolder;

/**
 * What a user asks of a run that refines labels again.
 *
 * @param labels the table that has the detector's boxes
 * @param output folder of the new table
 * @param existing what to do with labels that lie there
 * @param wish what is to be other than in the table
 * @param maxFailureRate share of failed images up to which the run counts as good, 0 to 1
 */
public record RefineRequest(
    String labels,
    String output,
    OutputFolder.Existing existing,
    RefiningJob.Wish wish,
    double maxFailureRate) {}
