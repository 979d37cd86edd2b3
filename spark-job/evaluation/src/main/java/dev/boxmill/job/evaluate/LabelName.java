package dev.boxmill.job.evaluate;

import java.io.Serializable;

/** A class as the label table names it. */
public record LabelName(int id, String label) implements Serializable {}
