package dev.boxmill.checkpoint;

/** The options that a training script left in its checkpoint, without what they said. */
record PickledOptions() {}
