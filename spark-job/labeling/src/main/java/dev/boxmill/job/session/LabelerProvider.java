package dev.boxmill.job.session;

import org.apache.hadoop.conf.Configuration;

/** The driver's side of labelling: finds every fault of the settings before executors work. */
@FunctionalInterface
public interface LabelerProvider {

  /**
   * Reads the checkpoint's configuration and tensor names, builds the refiner chain, and refuses
   * what can't work.
   *
   * @throws dev.boxmill.job.error.BadInputException if the detector, a refiner or their combination
   *     is wrong
   */
  PreparedLabeler prepare(LabelSettings settings, Configuration hadoop);
}
