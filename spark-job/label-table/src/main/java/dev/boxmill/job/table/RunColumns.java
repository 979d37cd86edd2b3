package dev.boxmill.job.table;

import java.io.Serializable;

/**
 * The columns that are the same in all rows of a run.
 *
 * @param model the detector
 * @param refiners the refiners with their settings, in order
 * @param fingerprint hash of all that decides a row's labels
 */
public record RunColumns(String model, String refiners, String fingerprint)
    implements Serializable {}
