package dev.boxmill.job.run;

import dev.boxmill.job.session.LabelSettings;
import dev.boxmill.job.source.InputFormat;
import dev.boxmill.job.source.TableOptions;
import dev.boxmill.job.table.OutputFolder;
import java.util.List;
import java.util.OptionalLong;

/**
 * What a user asks of a labeling run.
 *
 * @param inputs paths, patterns or URIs; if there is none, the bundled samples, which are unpacked
 *     beside the output, where every executor can read them
 * @param format what they are
 * @param tables what the user says of Parquet tables among them
 * @param output folder of the label table
 * @param existing what to do with labels that lie there
 * @param settings how to label
 * @param chunkImages images that are committed together, at least 1; empty: as fits the cluster
 * @param maxFailureRate share of failed images up to which the run counts as good, 0 to 1
 */
public record LabelRequest(
    List<String> inputs,
    InputFormat format,
    TableOptions tables,
    String output,
    OutputFolder.ExistingLabels existing,
    LabelSettings settings,
    OptionalLong chunkImages,
    double maxFailureRate) {

  public LabelRequest {
    inputs = List.copyOf(inputs);
  }
}
